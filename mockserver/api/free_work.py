"""Work that no model does: free of charge, and ready at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mockserver.api.work import Moment, Reply, Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer


def free_work(endpoint: str, make: Callable[[Moment], Answer], *, latency_s: float = 0.0) -> Work:
    """Work whose answer ``make`` makes; what it stores, it stores there."""
    return Work(
        endpoint=endpoint,
        model=None,
        items=0,
        tokens_in=0,
        tokens_out_ceiling=0,
        max_tokens=None,
        stream=False,
        make=partial(_reply, make, latency_s),
    )


def ready(endpoint: str, answer: Answer) -> Work:
    """Work whose answer stands already."""
    return free_work(endpoint, lambda _: answer)


def _reply(make: Callable[[Moment], Answer], latency_s: float, moment: Moment) -> Reply:
    return Reply(make(moment), model=None, items=0, tokens_in=0, tokens_out=0, latency_s=latency_s)

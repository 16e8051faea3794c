"""What the client has done so far, in numbers."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Telemetry:
    """Counters since the client was made; ``calls`` is ``ok + errors + cancelled`` + those running.

    ``attempts`` counts requests on the wire, ``retries`` those that repeated one, ``throttled``
    the answers that asked to slow down, ``fallbacks`` the moves to a further target. ``spend`` is
    in units of the prices.
    """

    calls: int = 0
    ok: int = 0
    errors: int = 0
    cancelled: int = 0
    attempts: int = 0
    retries: int = 0
    throttled: int = 0
    fallbacks: int = 0
    cache_hits: int = 0
    batched_items: int = 0
    budget_refusals: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    spend: float = 0.0

    @contextmanager
    def call(self) -> Iterator[None]:
        """Counts one call by how it ends; one that its caller leaves counts as cancelled."""
        self.calls += 1
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise
        except BaseException:
            self.errors += 1
            raise
        self.ok += 1

    def snapshot(self) -> dict[str, Any]:
        """The counters as they stand."""
        return asdict(self)

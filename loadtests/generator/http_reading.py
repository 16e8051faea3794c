"""What both ways over HTTP share: one timer for a call, and the lines of a stream as they come.

The connections are geventhttpclient's (FastHttpUser is built on it). Its ``iter_content`` waits
until a buffer is full, and so would every stamp; ``readline`` gives a line when its end is there.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import gevent

from scenarios.clients.replies import Hung

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geventhttpclient.response import HTTPSocketResponse

CONNECTIONS = 10_000
"""How many connections may be open at once: open traffic must not wait for one."""

BLOCK_BYTES = 64 * 1024


class CallTimer:
    """The one timer of a call: a limit of its own, or the harness's patience if that is shorter.

    What it raises in the greenlet is ``fired``, a ``gevent.Timeout``; nested ones could not be told
    apart where a library catches them.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._until_s = time.monotonic() + patience_s
        self._timer: gevent.Timeout | None = None
        self.out_of_patience = False
        """Whether it is the patience that the running timer measures."""

    def allow(self, limit_s: float | None) -> None:
        """Starts it anew; None: only the patience limits what comes."""
        self.stop()
        left_s = max(0.0, self._until_s - time.monotonic())
        self.out_of_patience = limit_s is None or left_s < limit_s
        wait_s = left_s if limit_s is None else min(left_s, limit_s)
        self._timer = gevent.Timeout.start_new(wait_s)

    def stop(self) -> None:
        """Stops it; nothing is raised any more."""
        if self._timer is not None:
            self._timer.close()

    def fired(self, error: object) -> bool:
        """Whether an error is this timer's."""
        return error is self._timer

    def hung(self, whose: str) -> Hung:
        """A call that outlasted the patience."""
        return Hung(f"{whose} gave no final answer within {self._patience_s:g} s")


def lines_of(response: HTTPSocketResponse) -> Iterator[bytes]:
    """The lines of a body, each when it is whole; at last what stands behind the last line end."""
    while line := response.readline(b"\n"):
        yield line
    if rest := response.read():
        yield rest

"""What arrived at a server, taken out of its journal as it ends.

A journal is bounded and a load test is long, so its exchanges are turned into :class:`Attempt`
records all the while. The whole exchange stays with some only: those that a report may show.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from loadtests.world.seen import Attempt

if TYPE_CHECKING:
    from types import TracebackType

    from loadtests.world.sandboxes import ServerName
    from mockserver.records import Exchange
    from mockserver.sandbox import Sandbox

SLICE = 16
"""Exchanges that are read at once (about a millisecond); then the server gets its turn."""

FIRST_KEPT = 200
MOST_KEPT = 2_000
KEPT_IN_A_SECOND = 50
"""Of a server: the first exchanges are kept whole, and of the others those that are not a plain
200, so many of each second of the run, so that a bad beginning leaves room for what follows."""

_WITH_TEXT = frozenset({"chunk", "body"})
"""The parts of an answer's writes that hold text, in a stream also where a fault cut it anew."""


class Keeping:
    """Which exchanges of a server are kept whole."""

    def __init__(self) -> None:
        self._seen = 0
        self._kept = 0
        self._in_second: Counter[int] = Counter()

    def keeps(self, exchange: Exchange, arrived_s: float) -> bool:
        """Whether this one is, the next in the order of their ends."""
        self._seen += 1
        second = int(arrived_s)
        early = self._seen <= FIRST_KEPT
        if not early and (is_plain(exchange) or self._in_second[second] >= KEPT_IN_A_SECOND):
            return False
        if self._kept >= MOST_KEPT:
            return False
        self._kept += 1
        self._in_second[second] += not early
        return True


class Drain:
    """Reads the journal of one server; ``attempts`` grow in the order of their ends.

    Use it as a context manager around the time that is of interest. ``t0_ns`` is the start of the
    run on ``time.monotonic_ns()``.
    """

    def __init__(
        self, sandbox: Sandbox, server: ServerName, t0_ns: int, attempts: list[Attempt]
    ) -> None:
        self.attempts = attempts
        self._journal = sandbox.journal
        self._server = server
        self._t0_ns = t0_ns
        self._keeping = Keeping()
        self._taken = 0
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._following = self._open.enter_context(self._journal.following())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    @property
    def lost(self) -> int:
        """Exchanges that ended faster than they were taken."""
        return self._following.lost

    @property
    def arrived(self) -> int:
        """All exchanges that have begun so far, whatever has become of them."""
        waiting = len(self._following.waiting)
        return self._taken + self.lost + waiting + self._journal.in_flight

    async def take(self) -> None:
        """Read what has ended up to now, and let others have their turn now and then."""
        for number in range(1, len(self._following.waiting) + 1):
            self._take_one()
            if number % SLICE == 0:
                await asyncio.sleep(0)

    def finish(self) -> None:
        """Read all that is left, also what is still in progress. Nothing is taken after it."""
        while self._following.waiting:
            self._take_one()
        for exchange in self._journal.exchanges(ending="in_progress"):
            self._note(exchange)

    def _take_one(self) -> None:
        # Others may have read meanwhile, or too many have come for it to be here still.
        if self._following.waiting:
            self._note(self._journal.taken(self._following))
            self._taken += 1

    def _note(self, exchange: Exchange) -> None:
        attempt = attempt_of(exchange, self._server, self._t0_ns, self._keeping)
        self.attempts.append(attempt)


def attempt_of(
    exchange: Exchange, server: ServerName, t0_ns: int, keeping: Keeping | None = None
) -> Attempt:
    """The record of an exchange, its moments in seconds since ``t0_ns``."""

    def since(at_ns: int | None) -> float | None:
        return None if at_ns is None else (at_ns - t0_ns) / 1e9

    arrived_s = (exchange.first_byte_in_ns - t0_ns) / 1e9
    kept = keeping is not None and keeping.keeps(exchange, arrived_s)
    return Attempt(
        server=server,
        seq=exchange.seq,
        arrived_s=arrived_s,
        first_out_s=since(exchange.first_byte_out_ns),
        first_text_s=since(first_text_ns(exchange)),
        last_out_s=since(exchange.last_byte_out_ns),
        ended_s=since(exchange.ended_ns),
        tokens=exchange.tokens,
        path=exchange.path,
        key_id=exchange.key_id,
        status=exchange.status,
        ending=exchange.ending,
        rule=exchange.rule,
        faults=exchange.faults,
        executed=exchange.executed,
        items=exchange.items,
        tokens_in=exchange.tokens_in,
        tokens_out=exchange.tokens_out,
        cost_micro=exchange.cost_micro,
        in_flight=exchange.in_flight,
        queued_s=exchange.queued_s,
        connection=exchange.connection,
        request_id=exchange.request_id,
        stream=exchange.stream,
        exchange=exchange if kept else None,
    )


def first_text_ns(exchange: Exchange) -> int | None:
    """When the first text left: of a stream its first chunk, of a JSON answer its first byte.

    Each chunk of the mock's streams carries text, also the first. None for what is no answer.
    """
    if exchange.status is None or not 200 <= exchange.status < 300:
        return None
    if not exchange.stream:
        return exchange.first_byte_out_ns
    return next((part.at_ns for part in exchange.sent if part.kind in _WITH_TEXT), None)


def is_plain(exchange: Exchange) -> bool:
    """Whether it is a whole 200 that nothing went wrong with."""
    return exchange.status == 200 and exchange.ending == "complete" and exchange.rule is None

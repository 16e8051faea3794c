"""New connections that nobody takes for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.journal import Journal
from mockserver.secrets import SecretMask
from mockserver.transport.connection_server import ConnectionServer
from mockserver.transport.slow_accept import SlowAccept

if TYPE_CHECKING:
    from collections.abc import Callable


class Timer:
    """A call that a test makes itself."""

    def __init__(self, delay_s: float, call: Callable[[], None]) -> None:
        self.delay_s = delay_s
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """A clock that only notes what is to be called."""

    def __init__(self) -> None:
        self.timers: list[Timer] = []

    def monotonic_ns(self) -> int:
        return 0

    def wall_s(self) -> float:
        return 0.0

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        self.timers.append(Timer(delay_s, callback))
        return self.timers[-1]


def connections() -> ConnectionServer:
    async def serve(*_: object) -> bool:
        return False

    return ConnectionServer(serve, Journal("one", SecretMask()))


def test_a_new_connection_is_let_in_after_the_delay() -> None:
    """By the sandbox's clock, and not before."""
    clock, server, let_in = Clock(), connections(), []

    SlowAccept(server, clock).begin(2.0, None)

    assert server.slow_accept is not None
    server.slow_accept(lambda: let_in.append(1))
    assert [timer.delay_s for timer in clock.timers] == [2.0]
    assert let_in == []
    clock.timers[0].call()
    assert let_in == [1]


def test_it_ends_after_its_time() -> None:
    """Then connections are read from at once."""
    clock, server = Clock(), connections()

    SlowAccept(server, clock).begin(2.0, 30.0)
    clock.timers[0].call()

    assert clock.timers[0].delay_s == 30.0
    assert server.slow_accept is None


def test_the_last_word_counts() -> None:
    """A second beginning takes the place of the first, whose end no longer matters."""
    clock, server = Clock(), connections()
    slow = SlowAccept(server, clock)
    slow.begin(2.0, 30.0)
    slow.begin(1.0, None)

    assert clock.timers[0].cancelled
    assert server.slow_accept is not None
    slow.stop()
    assert server.slow_accept is None

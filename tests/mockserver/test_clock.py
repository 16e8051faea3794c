"""The machine's clock as a sandbox reads it, and one that can be stopped and turned."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.clock import FURTHEST_S, NS_PER_S, Clock, RealClock, TurnableClock
from mockserver.errors import ClockError

EVE = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize("make", [RealClock, TurnableClock])
class TestRunning:
    """A clock that nobody has turned is the machine's."""

    def test_both_times_are_the_machines(self, make: type[Clock]) -> None:
        """The clock agrees with ``time``."""
        clock = make()
        before = time.monotonic_ns(), time.time()

        now = clock.monotonic_ns(), clock.wall_s()

        assert before[0] <= now[0] <= time.monotonic_ns()
        assert before[1] <= now[1] <= time.time()

    async def test_a_call_comes_after_its_delay_and_never_sooner(self, make: type[Clock]) -> None:
        """``call_later`` keeps the whole delay."""
        clock = make()
        called: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        began = clock.monotonic_ns()

        clock.call_later(0.02, lambda: called.set_result(clock.monotonic_ns()))

        assert await called - began >= 20_000_000

    async def test_a_call_can_be_called_off(self, make: type[Clock]) -> None:
        """A cancelled timer never calls."""
        calls: list[int] = []
        timer = make().call_later(0.0, lambda: calls.append(1))

        timer.cancel()
        timer.cancel()
        await asyncio.sleep(0.01)

        assert calls == []


class TestStopped:
    """Time that stands still."""

    async def test_neither_time_moves_and_nobody_is_called(self) -> None:
        """Also whoever began to wait before."""
        clock = TurnableClock()
        calls: list[str] = []
        clock.call_later(0.0, partial(calls.append, "before"))
        clock.freeze()
        clock.call_later(0.0, partial(calls.append, "after"))
        stopped = clock.monotonic_ns(), clock.wall_s()

        await asyncio.sleep(0.01)

        assert (clock.monotonic_ns(), clock.wall_s()) == stopped
        assert (calls, clock.waiting, clock.next_due_s) == ([], 2, 0.0)
        assert clock.frozen

    async def test_time_goes_on_from_where_it_stood(self) -> None:
        """Who had 20 ms to wait has them still, however long time stood."""
        clock = TurnableClock()
        called: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        began, real = clock.monotonic_ns(), time.monotonic_ns()
        clock.call_later(0.02, lambda: called.set_result(clock.monotonic_ns()))
        clock.freeze()
        stood = clock.monotonic_ns()
        await asyncio.sleep(0.03)

        clock.resume()

        assert clock.monotonic_ns() - stood < time.monotonic_ns() - real - 30_000_000
        assert await called - began >= 20_000_000
        assert time.monotonic_ns() - real >= 50_000_000 - (stood - began)
        assert clock.wall_s() < time.time()

    async def test_what_is_called_off_does_not_pile_up(self) -> None:
        """A day of clients that give up on a stopped server costs no memory."""
        clock = TurnableClock(frozen=True)
        for _ in range(1000):
            clock.call_later(60, lambda: None).cancel()

        assert clock.waiting == 0
        assert len(clock._heap) < 100


class TestTurning:
    """Time that somebody else decides."""

    async def test_who_waits_is_called_in_order_of_time(self) -> None:
        """Those of the same moment in the order in which they began."""
        clock = TurnableClock(frozen=True)
        calls: list[tuple[str, int]] = []
        began = clock.monotonic_ns()

        def note(name: str) -> None:
            calls.append((name, (clock.monotonic_ns() - began) // NS_PER_S))

        for name, delay_s in [("c", 30), ("a", 10), ("d", 60), ("b", 10), ("e", 61)]:
            clock.call_later(delay_s, partial(note, name))

        await clock.advance(60)

        assert calls == [("a", 10), ("b", 10), ("c", 30), ("d", 60)]
        assert (clock.monotonic_ns() - began, clock.waiting) == (60 * NS_PER_S, 1)
        assert clock.next_due_s == 1

    async def test_who_is_called_can_wait_again_within_the_same_turn(self) -> None:
        """Sixty pauses of a second fit into a minute, on a running clock as on a stopped one."""
        for frozen in (True, False):
            clock = TurnableClock(frozen=frozen)
            woken = 0

            async def sleeper(clock: TurnableClock) -> None:
                nonlocal woken
                while True:
                    pause = asyncio.get_running_loop().create_future()
                    clock.call_later(1, partial(pause.set_result, None))
                    await pause
                    await asyncio.sleep(0)
                    woken += 1

            task = asyncio.create_task(sleeper(clock))
            await asyncio.sleep(0)
            await clock.advance(60)
            task.cancel()

            assert woken == 60
            assert clock.frozen is frozen

    async def test_a_running_clock_runs_on_ahead_of_the_machine(self) -> None:
        """By just as much as it was turned; who waits beyond that waits the rest in real time."""
        clock = TurnableClock()
        called: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        real = time.monotonic_ns()
        clock.call_later(60.02, lambda: called.set_result(time.monotonic_ns()))

        await clock.advance(60)

        assert clock.monotonic_ns() - time.monotonic_ns() <= 60 * NS_PER_S
        assert clock.wall_s() - time.time() == pytest.approx(60, abs=5)
        assert await called - real >= 20_000_000

    async def test_the_clock_is_set_to_an_instant_exactly(self) -> None:
        """Midnight is midnight, so that a new month begins where it should."""
        clock = TurnableClock(EVE, frozen=True)
        assert clock.wall_s() == EVE.timestamp()

        await clock.set(EVE + timedelta(minutes=1))

        assert clock.wall_s() == datetime(2027, 1, 1, tzinfo=UTC).timestamp()

    @pytest.mark.parametrize("seconds", [-0.1, float("nan"), FURTHEST_S * 2])
    async def test_it_is_never_turned_back_nor_out_of_sight(self, seconds: float) -> None:
        """And nothing has changed then."""
        clock = TurnableClock(EVE, frozen=True)

        with pytest.raises(ClockError):
            await clock.advance(seconds)
        with pytest.raises(ClockError, match=r"2026-12-31T23:59:00\.000"):
            await clock.set(EVE - timedelta(microseconds=1))

        assert clock.wall_s() == EVE.timestamp()
        await clock.advance(0)

    async def test_two_turns_at_once_are_one_after_the_other(self) -> None:
        """Both count, and a resume between them is kept for the end."""
        clock = TurnableClock(EVE, frozen=True)
        calls: list[float] = []
        for delay_s in (1, 5, 9):
            clock.call_later(delay_s, lambda: calls.append(clock.wall_s() - EVE.timestamp()))
        clock.call_later(3, clock.resume)

        await asyncio.gather(clock.advance(5), clock.advance(5))

        assert calls == [1, 5, pytest.approx(9, abs=0.001)]
        assert not clock.frozen
        assert 10 <= clock.wall_s() - EVE.timestamp() < 60

    async def test_a_restart_shows_the_first_instant_and_keeps_who_waits(self) -> None:
        """Wall time goes back, what waits does not begin again."""
        clock = TurnableClock(EVE, frozen=True)
        calls: list[int] = []
        clock.call_later(60, lambda: calls.append(1))
        await clock.advance(59)
        clock.resume()

        clock.restart()

        assert clock.frozen
        assert clock.wall_s() == EVE.timestamp()
        await clock.advance(1)
        assert calls == [1]

    async def test_a_restart_without_an_instant_shows_the_machines_time(self) -> None:
        """A clock that was an hour ahead is on time again."""
        clock = TurnableClock()
        await clock.advance(3600)

        clock.restart()

        assert clock.wall_s() <= time.time()
        frozen = TurnableClock(frozen=True)
        frozen.restart()
        assert frozen.wall_s() == frozen.wall_s()


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("advance"), st.floats(0, 100)),
            st.tuples(st.just("wait"), st.floats(0, 100)),
            st.tuples(st.sampled_from(["freeze", "resume", "restart"]), st.just(0.0)),
        ),
        max_size=20,
    )
)
def test_whatever_is_done_nobody_is_early_and_nobody_forgotten(
    steps: list[tuple[str, float]],
) -> None:
    """Every call comes at its time or later, in order of times, and time never goes back."""

    async def run() -> None:
        clock = TurnableClock(frozen=True)
        due: list[int] = []
        called: list[tuple[int, int]] = []
        seen = clock.monotonic_ns()

        def note(at: int) -> None:
            called.append((at, clock.monotonic_ns()))

        for step, seconds in steps:
            if step == "wait":
                due.append(clock.monotonic_ns() + round(seconds * NS_PER_S))
                clock.call_later(seconds, partial(note, due[-1]))
            elif step == "advance":
                await clock.advance(seconds)
            else:
                getattr(clock, step)()
            assert clock.monotonic_ns() >= seen
            seen = clock.monotonic_ns()
        await clock.advance(101)
        assert sorted(at for at, _ in called) == sorted(due)
        assert all(at <= when for at, when in called)

    asyncio.run(run())

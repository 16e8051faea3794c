"""Workers and the queue before them, by themselves; over sockets in ``test_capacity_served``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver.admission.capacity import OVERLOADED, Place, Workers, refusal
from mockserver.clock import NS_PER_S
from mockserver.settings import CapacitySettings, OverloadSettings

if TYPE_CHECKING:
    from collections.abc import Callable


class HandClock:
    """A clock that is turned by hand, without an event loop."""

    def __init__(self) -> None:
        self.now_ns = 0
        self._pending: list[tuple[int, int, HandTimer]] = []

    def monotonic_ns(self) -> int:
        return self.now_ns

    def wall_s(self) -> float:
        return self.now_ns / NS_PER_S

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> HandTimer:
        timer = HandTimer(callback)
        due_ns = self.now_ns + round(delay_s * NS_PER_S)
        self._pending.append((due_ns, len(self._pending), timer))
        return timer

    def turn(self, seconds: float) -> None:
        until_ns = self.now_ns + round(seconds * NS_PER_S)
        for due_ns, _, timer in sorted(self._pending, key=lambda each: each[:2]):
            if due_ns <= until_ns:
                self.now_ns = max(self.now_ns, due_ns)
                timer.ring()
        self.now_ns = until_ns


class HandTimer:
    """A pending call of a :class:`HandClock`."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self._callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self._callback = None

    def ring(self) -> None:
        if self._callback is not None:
            callback, self._callback = self._callback, None
            callback()


def workers_of(count: int) -> Workers:
    return Workers(HandClock(), CapacitySettings(workers=count))


class TestQueue:
    def test_who_comes_first_is_served_first(self) -> None:
        """Whoever leaves the queue makes nobody lose a place."""
        workers = workers_of(1)
        first, second, third, fourth = (workers.enter() for _ in range(4))
        assert (first.at_work, workers.queued) == (True, 3)

        workers.leave(second)
        workers.leave(first)

        assert (third.at_work, fourth.waiting) == (True, True)

    def test_a_place_is_given_back_once(self) -> None:
        """Twice is as good as once."""
        workers = workers_of(2)
        place = workers.enter()

        workers.leave(place)
        workers.leave(place)

        assert workers.at_work == 0

    def test_without_a_number_there_is_a_worker_for_everybody(self) -> None:
        """And no load."""
        workers = Workers(HandClock())

        assert all(workers.enter().at_work for _ in range(1000))
        assert workers.load == 0.0

    def test_more_workers_serve_at_once_and_fewer_break_nothing_off(self) -> None:
        """After a brownout nobody begins until enough have ended."""
        workers = workers_of(3)
        places = [workers.enter() for _ in range(6)]

        workers.follow(CapacitySettings(workers=5))
        assert (workers.at_work, workers.queued) == (5, 1)
        workers.follow(CapacitySettings(workers=1))
        assert (workers.at_work, workers.load) == (5, 1.0)

        for place in places[:4]:
            workers.leave(place)
            assert not places[5].at_work
        workers.leave(places[4])
        assert places[5].at_work

    def test_frozen_nobody_begins_and_thawed_all_do(self) -> None:
        """What has begun goes on."""
        workers = workers_of(2)
        begun = workers.enter()
        workers.follow(CapacitySettings(workers=2, frozen=True))
        later = workers.enter()
        workers.leave(begun)
        assert (workers.at_work, later.waiting) == (0, True)

        workers.follow(CapacitySettings(workers=2))

        assert later.at_work

    def test_without_a_capacity_all_that_wait_begin(self) -> None:
        """It was taken away."""
        workers = workers_of(1)
        places = [workers.enter() for _ in range(5)]

        workers.follow(None)

        assert all(place.at_work for place in places)

    def test_the_load_is_the_busy_share(self) -> None:
        """A quarter for one of four."""
        workers = workers_of(4)
        assert workers.load == 0.0
        workers.enter()

        assert workers.load == 0.25


class TestAbandoned:
    def test_a_worker_goes_on_for_a_client_that_has_left(self) -> None:
        """To the end of the service time, not a moment longer."""
        clock = HandClock()
        workers = Workers(clock, CapacitySettings(workers=1))
        left, waits = workers.enter(), workers.enter()
        workers.begin(left, 10)
        clock.turn(4)

        workers.abandon(left)

        clock.turn(5.999)
        assert (workers.at_work, workers.abandoned, waits.at_work) == (1, 1, False)
        clock.turn(0.001)
        assert (workers.at_work, workers.abandoned, waits.at_work) == (1, 0, True)

    def test_work_that_has_not_begun_is_not_done(self) -> None:
        """Neither in the queue nor at the moment in which its turn comes."""
        workers = workers_of(1)
        begun, waits = workers.enter(), workers.enter()

        workers.abandon(waits)
        workers.abandon(begun)

        assert (workers.at_work, workers.queued, workers.abandoned) == (0, 0, 0)

    def test_a_reset_frees_the_abandoned(self) -> None:
        """And no timer of theirs frees a worker twice."""
        clock = HandClock()
        workers = Workers(clock, CapacitySettings(workers=2))
        place = workers.enter()
        workers.begin(place, 10)
        workers.abandon(place)

        workers.forget_abandoned()
        others = [workers.enter() for _ in range(2)]
        clock.turn(20)

        assert workers.at_work == len(others)


class QueueMachine(RuleBasedStateMachine):
    """Whatever comes and goes: never too many at work, none out of turn, none lost."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.count = 2
        self.frozen = False
        self.workers = Workers(self.clock, self._settings())
        self.here: list[Place] = []
        self.gone: list[Place] = []
        self.began: list[Place] = []
        self.order: list[Place] = []

    def _settings(self) -> CapacitySettings:
        return CapacitySettings(workers=self.count, frozen=self.frozen)

    def _follow(self) -> None:
        running = self.workers.at_work
        self.workers.follow(self._settings())
        assert self.workers.at_work <= max(running, self.count)

    @rule()
    def come(self) -> None:
        place = self.workers.enter()
        self.here.append(place)
        self.order.append(place)
        if place.at_work:
            self._begin(place)
        else:
            place.wake = partial(self._begin, place)

    def _begin(self, place: Place) -> None:
        assert place.at_work
        assert self.workers.at_work <= self.count
        self.began.append(place)
        self.workers.begin(place, 1 + len(self.began) % 5)

    @precondition(lambda self: self.here)
    @rule(data=st.data(), how=st.sampled_from(["leave", "abandon"]))
    def go(self, data: st.DataObject, how: Literal["leave", "abandon"]) -> None:
        place = data.draw(st.sampled_from(self.here))
        self.here.remove(place)
        self.gone.append(place)
        getattr(self.workers, how)(place)

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def go_again(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(self.gone))
        before = self.workers.at_work, self.workers.queued
        if not place.at_work:
            self.workers.leave(place)
            assert (self.workers.at_work, self.workers.queued) == before

    @rule(count=st.integers(1, 5))
    def resize(self, count: int) -> None:
        self.count = count
        self._follow()

    @rule(frozen=st.booleans())
    def freeze(self, frozen: bool) -> None:
        self.frozen = frozen
        self._follow()

    @rule(seconds=st.floats(0, 3))
    def turn(self, seconds: float) -> None:
        self.clock.turn(seconds)

    @invariant()
    def the_first_come_is_the_first_served(self) -> None:
        ranks = [self.order.index(place) for place in self.began]
        assert ranks == sorted(ranks)

    @invariant()
    def every_worker_is_accounted_for(self) -> None:
        everybody = [*self.here, *self.gone]
        assert self.workers.at_work == sum(place.at_work for place in everybody)
        assert self.workers.queued == sum(place.waiting for place in self.here)
        assert self.workers.abandoned == sum(place.at_work for place in self.gone)
        assert not any(place.waiting for place in self.gone)

    @invariant()
    def nobody_waits_for_a_worker_that_is_free(self) -> None:
        free = self.workers.at_work < self.count and not self.frozen
        assert not (free and self.workers.queued)

    def teardown(self) -> None:
        """When all have gone and their time is over, all are free."""
        for place in self.here:
            self.workers.abandon(place)
        self.clock.turn(10)
        assert (self.workers.at_work, self.workers.queued, self.workers.abandoned) == (0, 0, 0)


TestQueueMachine = QueueMachine.TestCase


@pytest.mark.parametrize("status", [503, 429, 529])
@pytest.mark.parametrize("retry_after_s", [None, 7])
def test_an_overload_is_told_in_the_envelope(
    status: Literal[503, 429, 529], retry_after_s: int | None
) -> None:
    """With a Retry-After only where one is set."""
    overload = OverloadSettings(status=status, retry_after_s=retry_after_s)
    answer = refusal(CapacitySettings(workers=1, overload=overload))

    assert answer.status == status
    assert OVERLOADED.encode() in (answer.body if isinstance(answer.body, bytes) else b"")
    assert dict(answer.headers).get("Retry-After") == (retry_after_s and str(retry_after_s))

"""Workers, and the queue before them: the server that a storm of retries can hold down.

Work is done in the order of arrival. Work that nobody waits for any more is done all the same once
it has begun, as on a real server that does not notice; that is what keeps an overloaded one from
recovering while its clients try again (a metastable failure).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING

from mockserver.api import envelope
from mockserver.clock import NS_PER_S
from mockserver.exchange import CLIENT_LEFT
from mockserver.visit import ClientLeftError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer
    from mockserver.clock import Clock, Timer
    from mockserver.settings import CapacitySettings
    from mockserver.visit import Visit

OVERLOADED = "The service is overloaded; try again later"


class Place:
    """One request's place: waiting in the queue, at work, or neither any more."""

    __slots__ = ("at_work", "busy_until_ns", "waiting", "wake")

    def __init__(self) -> None:
        self.waiting = False
        self.at_work = False
        self.wake: Callable[[], None] | None = None
        """Called when its turn has come."""
        self.busy_until_ns = 0
        """The end of its service, by the sandbox's clock."""


class Workers:
    """The workers of one sandbox and who waits for them.

    Never more than ``count`` are at work, except right after ``count`` has been lowered: what has
    begun is not broken off. Without a ``count`` there is a worker for everybody.
    """

    def __init__(self, clock: Clock, settings: CapacitySettings | None = None) -> None:
        self.count: int | None = None
        self.frozen = False
        self.at_work = 0
        self._clock = clock
        self._waiting: OrderedDict[Place, None] = OrderedDict()
        self._abandoned: dict[Place, Timer] = {}
        self.follow(settings)

    @property
    def queued(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def abandoned(self) -> int:
        """How many of those at work do so for clients that have left."""
        return len(self._abandoned)

    @property
    def load(self) -> float:
        """The share of the workers that is at work, 0 to 1."""
        return 0.0 if self.count is None else min(1.0, self.at_work / self.count)

    def follow(self, settings: CapacitySettings | None) -> None:
        """Be as many as the settings say, and let those begin for whom there is a worker now."""
        self.count = None if settings is None else settings.workers
        self.frozen = settings is not None and settings.frozen
        self._serve()

    def enter(self) -> Place:
        """A new request: at work at once, or behind those that wait."""
        place = Place()
        place.waiting = True
        self._waiting[place] = None
        self._serve()
        return place

    def leave(self, place: Place) -> None:
        """Give back what a request has, its worker or its place in the queue; once is enough."""
        timer = self._abandoned.pop(place, None)
        if timer is not None:
            timer.cancel()
        if place.waiting:
            place.waiting = False
            del self._waiting[place]
        elif place.at_work:
            place.at_work = False
            self.at_work -= 1
            self._serve()

    def begin(self, place: Place, service_s: float) -> None:
        """The service of a request begins, and takes so long."""
        place.busy_until_ns = self._clock.monotonic_ns() + round(service_s * NS_PER_S)

    def abandon(self, place: Place) -> None:
        """The client has left: a service that has begun goes on to its end."""
        left_ns = place.busy_until_ns - self._clock.monotonic_ns()
        if not place.at_work or left_ns <= 0:
            self.leave(place)
            return
        ending = partial(self.leave, place)
        self._abandoned[place] = self._clock.call_later(left_ns / NS_PER_S, ending)

    def forget_abandoned(self) -> None:
        """Nobody works any longer for clients that have left."""
        for place in tuple(self._abandoned):
            self.leave(place)

    def _serve(self) -> None:
        while self._waiting and not self.frozen:
            if self.count is not None and self.at_work >= self.count:
                return
            place, _ = self._waiting.popitem(last=False)
            place.waiting, place.at_work = False, True
            self.at_work += 1
            if place.wake is not None:
                place.wake()


async def take(visit: Visit, settings: CapacitySettings) -> Answer | None:
    """None once there is a worker for the request, else the overload answer.

    Raises ClientLeftError when the client leaves the queue.
    """
    workers = visit.sandbox.workers
    place = visit.place = workers.enter()
    visit.on_end.append(partial(_give_back, visit, place, settings))
    if place.at_work:
        return None
    if workers.queued <= settings.queue:
        clock = visit.sandbox.clock
        came_ns = clock.monotonic_ns()
        try:
            if await _turn_comes(visit, place, settings.queue_s):
                return None
        finally:
            visit.exchange.queued_s = (clock.monotonic_ns() - came_ns) / NS_PER_S
    workers.leave(place)
    return refusal(settings)


async def _turn_comes(visit: Visit, place: Place, queue_s: float | None) -> bool:
    """Wait until the place is at work, for so long at most; whether it is."""
    clock = visit.sandbox.clock
    until_ns = None if queue_s is None else clock.monotonic_ns() + round(queue_s * NS_PER_S)
    while place.waiting:
        left_s = None if until_ns is None else (until_ns - clock.monotonic_ns()) / NS_PER_S
        if left_s is not None and left_s <= 0:
            break
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place.wake = partial(_set, turn)
        if not await visit.channel.connection.pause(left_s, clock, until=turn):
            raise ClientLeftError
    return place.at_work


def _set(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)


def _give_back(visit: Visit, place: Place, settings: CapacitySettings) -> None:
    workers = visit.sandbox.workers
    if settings.abandon == "finish" and visit.exchange.ending == CLIENT_LEFT:
        workers.abandon(place)
    else:
        workers.leave(place)


def refusal(settings: CapacitySettings) -> Answer:
    """503, 429 or 529, with a Retry-After where one is set."""
    overload = settings.overload
    answer = envelope.failure(overload.status, OVERLOADED)
    if overload.retry_after_s is None:
        return answer
    return answer.with_headers(("Retry-After", str(overload.retry_after_s)))

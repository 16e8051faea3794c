"""The calls of one lane in one worker: each a greenlet, told when it is over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import gevent
from gevent.event import Event

from loadtests.generator.calls import LocustRows, ended_call, running_call
from loadtests.generator.conversations import Conversations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from greenlet import greenlet

    from loadtests.events import CallEnded
    from loadtests.generator.driven import Driven
    from loadtests.generator.drivers import Driver
    from loadtests.generator.written_ahead import WrittenAhead
    from loadtests.traffic.requests import Asked
    from loadtests.traffic.schedule import Arrival, Schedule

LETS_GO_S = 2.0
"""How long calls that are broken off may take to let go of their client."""


class LaneCalls:
    """Makes the calls of one lane.

    ``tell`` gets the event of each call, ``report`` what Locust's ``request`` event is fired with,
    ``breaks`` the words of an error of the driver itself: that is ours, never the client's.
    """

    def __init__(
        self,
        lane: str,
        driver: Driver,
        schedule: Schedule,
        share: Sequence[Arrival],
        written: WrittenAhead,
        *,
        patience_s: float,
        tell: Callable[[CallEnded], None],
        report: Callable[..., None],
        breaks: Callable[[str], None],
    ) -> None:
        self._lane = lane
        self._driver = driver
        self._written = written
        self._patience_s = patience_s
        self._tell = tell
        self._report = report
        self._breaks = breaks
        self._rows = LocustRows(lane, schedule.spans)
        self._talks = Conversations(share)
        self._underway: dict[int, tuple[Arrival, float, greenlet]] = {}
        self._last_is_over: Event | None = None
        self._t0_s = 0.0

    def start_at(self, t0_s: float) -> None:
        """All moments that are told count from here (monotonic clock)."""
        self._t0_s = t0_s

    def make(self, arrival: Arrival, asked: Asked) -> None:
        """Begin a call at once; ``asked`` is its request without a history."""
        gevent.spawn(self._call, arrival, asked)

    def drain(self, until_s: float, cut: Event) -> None:
        """Wait until nothing is under way any more, until ``until_s``, or until it is cut short."""
        gevent.sleep(0)
        self._last_is_over = Event()
        if self._underway:
            left_s = max(0.0, until_s - time.monotonic())
            gevent.wait([self._last_is_over, cut], timeout=left_s, count=1)

    def break_off(self) -> None:
        """Tell what is still under way as running, and let it go."""
        underway, self._underway = self._underway, {}
        for arrival, sent_s, _ in underway.values():
            self._tell(running_call(self._lane, arrival, sent_s))
        calls = [call for _, _, call in underway.values()]
        gevent.killall(calls, block=False)
        gevent.joinall(calls, timeout=LETS_GO_S)

    def _call(self, arrival: Arrival, asked: Asked) -> None:
        if arrival.kind != "embed":
            history = self._talks.asks(arrival)
            if history:
                asked = self._written.with_history(arrival, history)
        sent_s = time.monotonic() - self._t0_s
        self._underway[arrival.index] = (arrival, sent_s, gevent.getcurrent())
        try:
            driven = self._drive(arrival, asked)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends the run in one line
            self._underway.pop(arrival.index, None)
            self._breaks(f"the driver of lane {self._lane} broke: {type(error).__name__}: {error}")
            return
        if self._underway.pop(arrival.index, None) is None:
            return  # it was told as running
        if not self._underway and self._last_is_over is not None:
            self._last_is_over.set()
        call = ended_call(self._lane, arrival, sent_s, driven, self._t0_s)
        self._tell(call)
        if call.outcome == "ok" and arrival.kind != "embed":
            self._talks.answered(arrival, asked.question, driven.text)
        self._report(**self._rows.row(arrival, call))

    def _drive(self, arrival: Arrival, asked: Asked) -> Driven:
        if asked.request is None:
            return self._driver.embed(
                arrival.tenant,
                asked.sentences,
                deadline_s=arrival.deadline_s,
                patience_s=self._patience_s,
            )
        return self._driver.chat(
            arrival.tenant,
            asked.request,
            deadline_s=arrival.deadline_s,
            patience_s=self._patience_s,
        )

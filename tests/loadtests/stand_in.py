"""Somebody in Locust's place: reads the plan, tells what a Locust would, asks no server anything.

``python -m tests.loadtests.stand_in WORD``: ``well`` tells of every call at its time and leaves;
``dies`` is gone in the middle, ``refuses`` tells that the client is no client, ``breaks`` that it
cannot go on itself, ``silent`` leaves before it has told anything, ``stubborn`` does not listen.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from loadtests.events import CallEnded, Ended, Failed, Started, to_line
from loadtests.plan import Plan, plan_of_environment

if TYPE_CHECKING:
    from loadtests.events import Event

STARTS_IN_S = 0.1
TURN_S = 0.01


class StandIn:
    """One run of it."""

    def __init__(self, plan: Plan, word: str) -> None:
        self.plan = plan
        self.word = word
        self.t0_s = time.monotonic() + STARTS_IN_S
        self.cut = False

    def tell(self, *events: Event) -> None:
        """Append to the events file."""
        with Path(self.plan.events).open("ab") as told:
            told.write(b"".join(map(to_line, events)))

    def cut_short(self, *_: object) -> None:
        """The world wants it to end."""
        self.cut = self.word != "stubborn"

    def go(self) -> int:
        """Tell everything; the exit code."""
        if self.word == "silent":
            sys.stdout.write("no module named locust\n")
            return 1
        if self.word in ("refuses", "breaks"):
            self.tell(Failed(f"it {self.word}", wrong_input=self.word == "refuses"))
            time.sleep(60)
        self.tell(Started(self.t0_s, "here", 1, {lane.name: None for lane in self.plan.lanes}))
        left = list(self.plan.schedule().arrivals)
        while left and not self.cut:
            while left and left[0].at_s <= time.monotonic() - self.t0_s:
                arrival = left.pop(0)
                moments = (arrival.at_s, arrival.at_s, arrival.at_s + 0.001)
                for lane in self.plan.lanes:
                    self.tell(CallEnded(lane.name, arrival.index, *moments, outcome="ok"))
            if self.word == "dies" and len(left) < 12:
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(TURN_S)
        self.tell(Ended(time.monotonic() - self.t0_s, self.cut))
        return 0


if __name__ == "__main__":
    wanted = plan_of_environment()
    if wanted is None:
        sys.exit("there is no plan")
    stand_in = StandIn(wanted, sys.argv[1])
    signal.signal(signal.SIGTERM, stand_in.cut_short)
    sys.exit(stand_in.go())

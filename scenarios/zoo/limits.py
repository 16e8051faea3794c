"""Defects in time limits and deadlines."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.reference import PawaClient
from scenarios.reference.attempt import Attempt
from scenarios.reference.deadline import Deadline
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    from scenarios.reference.call import Call
    from scenarios.reference.transport import Limits

NEVER = Deadline()


@defect(
    "M28",
    seen="openai-python#3828: 91.6 s with a timeout of 30 s",
    caught_by={
        "TIME-006": (
            "*: last arrival after the first",
            "*: slowest call: caller told after",
        )
    },
)
class BoundsAttemptsOnly(PawaClient):
    """Only each attempt is bounded: the worst case is so many timeouts, and the pauses."""

    def deadline(self, deadline_s: float | None) -> Deadline:
        """The caller's word is taken, and forgotten."""
        del deadline_s
        return NEVER


@defect(
    "M30",
    seen="requests#3099; guzzle/test-server#39",
    caught_by={"TIME-004": ("*: connection closed after", "*: caller told after")},
)
class RestartsItsTimer(Attempt):
    """The timer starts anew with every byte, so that a drip never ends."""

    def limits(self, call: Call, until: Deadline) -> Limits:
        """Silence is bounded, the whole of the body is not."""
        return replace(super().limits(call, until), body=NEVER)


@defect(
    "M32",
    seen="Portkey's fetchWithTimeout, which clears its timer after fetch",
    caught_by={
        "TIME-003": (
            "connection closed after the last byte",
            "quiet streams: calls without a typed error",
        ),
        "TIME-004": ("*: connection closed after", "*: caller told after"),
    },
)
class StopsItsTimerAtTheHead(Attempt):
    """The timer is cleared when the head arrives; the body may hang for ever."""

    def limits(self, call: Call, until: Deadline) -> Limits:
        """Only the head is bounded."""
        return replace(super().limits(call, until), body=NEVER, idle_s=math.inf)


@defect(
    "M33",
    seen="OWASP API10: a call without a timeout",
    caught_by={"TIME-002": ("silence: connection closed after", "silence: caller told after")},
)
class SetsNoTimer(Attempt):
    """No timeout is ever set."""

    def limits(self, call: Call, until: Deadline) -> Limits:
        """Nothing is bounded."""
        return replace(super().limits(call, until), head=NEVER, body=NEVER, idle_s=math.inf)

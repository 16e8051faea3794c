"""How one call is told: to the world as an event, to Locust as a request of its own statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loadtests.events import CallEnded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadtests.generator.driven import Driven
    from loadtests.traffic.schedule import Arrival, Span


class CallFailedError(Exception):
    """Stands in Locust's statistics for a call that ended otherwise than ``ok``."""


def ended_call(
    lane: str, arrival: Arrival, sent_s: float, driven: Driven, t0_s: float
) -> CallEnded:
    """The event of a call that is over; ``driven`` has its moments on the monotonic clock."""
    return CallEnded(
        lane=lane,
        index=arrival.index,
        scheduled_s=arrival.at_s,
        sent_s=sent_s,
        ended_s=driven.ended_s - t0_s,
        outcome=driven.outcome,
        first_s=None if driven.first_s is None else driven.first_s - t0_s,
        last_s=None if driven.last_s is None else driven.last_s - t0_s,
        pieces=driven.pieces,
        characters=driven.characters,
        attempts=driven.attempts,
        source=driven.source,
        degraded=driven.degraded,
        status=driven.status,
        request_id=driven.request_id,
        tokens_in=driven.tokens_in,
        tokens_out=driven.tokens_out,
        cost=driven.cost,
        vectors=driven.vectors,
        failed_vectors=driven.failed_vectors,
        detail=driven.detail,
    )


def running_call(lane: str, arrival: Arrival, sent_s: float) -> CallEnded:
    """The event of a call that had not ended when the run did."""
    return CallEnded(lane, arrival.index, arrival.at_s, sent_s, None, "running")


class LocustRows:
    """The rows of Locust's own statistics: a row for each lane, phase and kind of call."""

    def __init__(self, lane: str, spans: Iterable[Span]) -> None:
        self._names = tuple(f"{lane}: {span.name}" for span in spans)
        self._failures: dict[str, CallFailedError] = {}

    def row(self, arrival: Arrival, call: CallEnded) -> dict[str, Any]:
        """What Locust's ``request`` event is fired with: the delay is that against the schedule."""
        delay_s = 0.0 if call.ended_s is None else call.ended_s - call.scheduled_s
        return {
            "request_type": arrival.kind,
            "name": self._names[arrival.phase],
            "response_time": delay_s * 1000,
            "response_length": call.characters,
            "exception": None if call.outcome == "ok" else self._failure(call.outcome),
            "context": {},
        }

    def _failure(self, outcome: str) -> CallFailedError:
        failure = self._failures.get(outcome)
        if failure is None:
            failure = self._failures[outcome] = CallFailedError(outcome)
        return failure

"""A few calls of a run as the report's records, to show how a promise was broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.results import Attempt, Call, Event
from scenarios.recording import RESPONSE_EXCERPT, excerpt, request_excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.judging.case import LaneCall
    from loadtests.world.seen import Attempt as SeenAttempt

MOST_EXAMPLES = 8
MOST_ATTEMPTS = 20
"""Attempts of a call that are shown: the first ones."""


def examples(calls: Sequence[LaneCall]) -> tuple[Call, ...]:
    """Eight of the calls at most, those first of which the wire was kept; in order of time."""
    different = {call.arrival.index: call for call in calls}.values()
    best = sorted(different, key=lambda call: not _kept(call))[:MOST_EXAMPLES]
    return tuple(_example(call) for call in sorted(best, key=lambda call: call.arrival.index))


def _kept(call: LaneCall) -> bool:
    return any(attempt.exchange is not None for attempt in call.attempts)


def _example(call: LaneCall) -> Call:
    told = call.ended
    start_s = call.arrival.at_s if told is None else told.sent_s
    end_s = None if told is None else told.ended_s
    events = [Event(_seconds(start_s), "started")]
    if told is not None and told.first_s is not None:
        events.append(Event(_seconds(told.first_s), "delta", "the first piece of text"))
    if told is not None and end_s is not None:
        events.append(Event(_seconds(end_s), told.outcome, told.detail))
    return Call(
        token=call.arrival.token,
        label=f"call {call.arrival.index} of {call.arrival.tenant}, due at {start_s:.2f} s",
        start_s=_seconds(start_s),
        end_s=None if end_s is None else _seconds(end_s),
        outcome=call.outcome,
        attempts=_attempts(call.attempts[:MOST_ATTEMPTS]),
        events=events,
    )


def _attempts(seen: Sequence[SeenAttempt]) -> tuple[Attempt, ...]:
    return tuple(
        _attempt(number, one, seen[number - 2] if number > 1 else None)
        for number, one in enumerate(seen, start=1)
    )


def _attempt(number: int, seen: SeenAttempt, before: SeenAttempt | None) -> Attempt:
    released_s = None if before is None else over_s(before)
    wire = seen.exchange
    return Attempt(
        number=number,
        start_s=_seconds(seen.arrived_s),
        first_byte_out_s=None if seen.first_out_s is None else _seconds(seen.first_out_s),
        end_s=None if seen.ended_s is None else _seconds(seen.ended_s),
        status=seen.status,
        gap_s=None if released_s is None else _seconds(seen.arrived_s - released_s),
        ending=seen.ending,
        connection=seen.connection,
        rule=seen.rule,
        faults=seen.faults,
        request_id=seen.request_id,
        target=seen.server,
        request_excerpt="" if wire is None else request_excerpt(wire),
        response_excerpt="" if wire is None else excerpt(wire.sent_bytes, RESPONSE_EXCERPT),
    )


def over_s(attempt: SeenAttempt) -> float | None:
    """When an attempt was over for its client: the last byte out, or its end without one."""
    return attempt.ended_s if attempt.last_out_s is None else attempt.last_out_s


def _seconds(value: float) -> float:
    """Microseconds are as fine as a reader needs."""
    return round(value, 6)

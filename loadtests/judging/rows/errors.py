"""LOAD-001: errors at random, one answer in ten."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadtests.judging.rows.proof import (
    RARE,
    UnprovedError,
    beside,
    control_share,
    enough,
    failed,
    share_kept,
    stretch_of,
)
from loadtests.judging.rows.row import load_row
from loadtests.judging.rows.verdict import Looked
from scenarios.checks import at_most, nothing
from scenarios.samples import most_by_chance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.judging.case import Case, LaneCall
    from reports.results import Check

ERRORS = 0.1
"""The share of attempts that the row's arithmetic is about."""

SUCCESS = 0.99
MOST_ARRIVALS, EXPECTED_ARRIVALS, DEVIATION, DEVIATIONS = 1.18, 1.11, 0.343, 4.5
"""Arrivals a call with three attempts: the mean, and its deviation for one call."""

SHOWN_OF_EACH = 4


@load_row("LOAD-001", needs=("retry",))
def most_calls_succeed(case: Case) -> Looked:
    """One answer in ten, drawn at random, is a 503 for as long as the phase lasts. Measured are the
    calls of that phase that got an answer, and the requests that arrived for each call. With three
    attempts 99.9 % succeed and 1.11 requests a call arrive, so 99 % and 1.18 are the bounds (six
    failures of 500, or 1.18, come by chance once in 70,000 runs); fewer than 500 calls get wider
    bounds by the same chances. A client that declares how many attempts it makes must not give up
    with attempts to spare: one retry alone fails one call in a hundred, which few calls hardly
    show. The control, which never retries, has to fail about one call in ten, else the run proves
    nothing; answers that no request was made for are no answers.
    """
    fault = stretch_of(case, "fault")
    calls = fault.due(case.client)
    enough(calls, 50, "calls were due while answers failed")
    _require_errors(case, fault.due(case.control) if case.control else ())
    control = control_share(case, fault)
    unasked = [call for call in calls if call.ok and not call.attempts]
    hasty = _gave_up_early(case, calls)
    checks = [
        beside(_success(calls), control),
        _arrivals(calls),
        nothing(
            "answers without a request",
            [_named(call) for call in unasked],
            advice="Ask the server: an answer that it never gave is none",
        ),
    ]
    if case.setting("max_attempts", 0.0):
        checks.append(
            nothing(
                "calls that gave up with attempts to spare",
                [_named(call) for call in hasty],
                advice="Use the attempts that the caller allows before giving up",
            )
        )
    return Looked(checks, [*hasty[:SHOWN_OF_EACH], *failed(calls), *unasked])


def _require_errors(case: Case, calls: Sequence[LaneCall]) -> None:
    """Raise UnprovedError unless the control failed about as often as the row assumes."""
    if case.control is None:
        return
    bad, fair = len(failed(calls)), most_by_chance(len(calls), ERRORS, RARE)
    least = len(calls) - most_by_chance(len(calls), 1 - ERRORS, RARE)
    if not least <= bad <= fair:
        raise UnprovedError(
            f"The control, which never retries, failed {bad} of {len(calls)} calls; the row is "
            f"about one in ten, which is {least} to {fair} of them."
        )


def _success(calls: Sequence[LaneCall]) -> Check:
    return share_kept(
        "success share",
        len(calls) - len(failed(calls)),
        len(calls),
        SUCCESS,
        likely=1 - ERRORS**3,
        advice="Try a call again that met a passing error, up to three times in all",
    )


def _arrivals(calls: Sequence[LaneCall]) -> Check:
    arrived = sum(len(call.attempts) for call in calls)
    bound = max(MOST_ARRIVALS, EXPECTED_ARRIVALS + DEVIATIONS * DEVIATION / math.sqrt(len(calls)))
    return at_most(
        "arrivals per call",
        arrived / len(calls),
        bound,
        f"requests for each of {len(calls)} calls",
        advice="Retry only what failed, and only once for each failure",
    )


def _gave_up_early(case: Case, calls: Sequence[LaneCall]) -> list[LaneCall]:
    """Calls that failed by the server's errors alone, with fewer attempts than are in force."""
    allowed = case.setting("max_attempts", 0.0)
    return [call for call in failed(calls) if call.attempts and len(call.attempts) < allowed]


def _named(call: LaneCall) -> str:
    tries = len(call.attempts)
    return f"call {call.arrival.index}: {call.outcome} after {tries} request{'s'[: tries != 1]}"

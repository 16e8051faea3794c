"""LOAD-005: whether a common hint brings all who were told it back together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from loadtests.judging.case import share
from loadtests.judging.rows.evidence import over_s
from loadtests.judging.rows.proof import UnprovedError, beside, control_share, enough, stretch_of
from loadtests.judging.rows.row import load_row
from loadtests.judging.rows.verdict import Looked
from reports.results import Verdict
from scenarios.checks import at_least, at_most, not_early
from scenarios.samples import largest_share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadtests.judging.case import Case, LaneCall
    from loadtests.world.seen import Attempt

WINDOW = 0.1
"""Of the hint: so wide is the window in which a herd stands."""

HERD, NARROW = 0.9, 0.6
ANSWERED = 0.95
LEAST = 20
MANY = 50


@load_row("LOAD-005", needs=("retry", "retry_after"))
def a_common_hint_is_no_appointment(case: Case) -> Looked:
    """A crowd asks at once and every one of it is told the same Retry-After. Measured is when each
    comes back after its hint: the largest share of the first retries within any window of a tenth
    of the hint, as RATE-008 has it. At 50 callers no useful jitter has more than 90 % there (fail),
    a narrow one more than 60 % (advisory), full jitter 32 % at most (behaviours/reading.md section
    5 B); fewer than 20 retries prove nothing. None may come before the hint by more than 50 ms or
    2 %. That the crowd is answered in the end is the control of it, since whoever sleeps for ever
    comes never together.
    """
    fault = stretch_of(case, "fault")
    calls = fault.due(case.client)
    pauses = [(gap, call) for call in calls if (gap := _pause_s(call)) is not None]
    hint_s = _common_hint_s(call.attempts[0] for call in calls if call.attempts)
    enough(pauses, LEAST, "calls were tried again after the hint")
    gaps = [gap for gap, _ in pauses]
    crowd = largest_share(gaps, WINDOW * hint_s)
    unit = f"of {len(gaps)} first retries"
    told = "" if len(gaps) >= MANY else f" (the numbers are those of {MANY} callers)"
    advice = f"Add jitter on top of Retry-After, so that callers spread out after it{told}"
    name = f"within a window of {WINDOW * hint_s:.3g} s"
    control = control_share(case, fault)
    return Looked(
        (
            at_most(f"largest share {name}", crowd, HERD, unit, advice=advice),
            at_most(
                f"share that pulls a herd apart, {name}",
                crowd,
                NARROW,
                unit,
                advice=advice,
                miss=Verdict.ADVISORY,
            ),
            not_early(
                "shortest wait after the hint",
                min(gaps),
                hint_s,
                advice="Never come back before Retry-After is over",
            ),
            beside(
                at_least(
                    "success of the crowd",
                    share(calls),
                    ANSWERED,
                    f"of {len(calls)} calls",
                    advice="Come back after the hint",
                    miss=Verdict.ADVISORY,
                ),
                control,
            ),
        ),
        [call for _, call in sorted(pauses, key=lambda one: one[0])],
    )


def _pause_s(call: LaneCall) -> float | None:
    """From the end of the first answer, which told to wait, to the next request; None without."""
    if len(call.attempts) < 2 or call.attempts[0].status not in {429, 503}:
        return None
    released_s = over_s(call.attempts[0])
    return None if released_s is None else call.attempts[1].arrived_s - released_s


def _common_hint_s(first: Iterable[Attempt]) -> float:
    """The wait that most were told; raises UnprovedError when nobody was told any."""
    hints = Counter(hint for attempt in first if (hint := _hint_s(attempt)) is not None)
    if not hints:
        raise UnprovedError("No call was told to wait: no answer with a Retry-After was seen.")
    return hints.most_common(1)[0][0]


def _hint_s(attempt: Attempt) -> float | None:
    """The whole seconds of a Retry-After, read from the answer's own bytes."""
    if attempt.exchange is None:
        return None
    head, _, _ = attempt.exchange.sent_bytes.partition(b"\r\n\r\n")
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.casefold() == "retry-after" and value.strip().isdecimal():
            return float(value)
    return None

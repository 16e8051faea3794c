"""LOAD-004: whether retries hold a server down that could be well again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadtests.judging.case import share
from loadtests.judging.rows.proof import (
    Stretch,
    UnprovedError,
    beside,
    enough,
    healthy_before,
    share_kept,
    stretch_of,
)
from loadtests.judging.rows.row import load_row
from loadtests.judging.rows.verdict import Looked

if TYPE_CHECKING:
    from loadtests.judging.case import Case, LaneCall

BACK_AFTER = 3.0
"""Times the freeze, after it."""

BACK = 0.95
HURT = 0.5
"""The most of its calls that the control may get through in a freeze that is one."""

SETTLE_S = 2.0
"""Calls of the last two seconds are not read: what follows the traffic says nothing of it."""


@load_row("LOAD-004")
def retries_do_not_hold_the_server_down(case: Case) -> Looked:
    """A server with few workers, used to half of what it can do, is frozen for a while and is well
    again. Measured are the calls that are due later than three times the freeze after it: 95 %
    have to be answered while the traffic still goes on, with the failures allowed that chance
    explains at 95 %. What retries sustain never recovers: 20 calls a second on a server for
    40, each tried three times with a patience of a second, stay without goodput for as long as
    the traffic lasts, with and without jitter, since every worker is busy with requests that
    nobody waits for any more (behaviours/reading.md section 5 D); a retry budget, a breaker or
    a deadline ends it. Controls: before the freeze calls succeed; in it the control, which
    never retries, loses most of its calls, and later it has its goodput back, else the server
    was simply too small.
    """
    steady, freeze = stretch_of(case, "steady"), stretch_of(case, "fault")
    recovery = stretch_of(case, "recovery")
    late = Stretch(freeze.end_s + BACK_AFTER * freeze.length_s, recovery.end_s - SETTLE_S)
    calls = late.due(case.client)
    enough(calls, 20, f"calls were due later than {BACK_AFTER:g} times the freeze after it")
    control = _control_goodput(case, freeze, late)
    healthy = healthy_before(case, steady)
    load = len(late.arrived(case.client)) / len(calls)
    lost = [call for call in calls if not _in_time(call, recovery.end_s)]
    check = share_kept(
        "goodput after the freeze",
        len(calls) - len(lost),
        len(calls),
        BACK,
        likely=BACK,
        advice=f"Let retries be a small share of all calls, not {load:.3g} requests for each: a "
        "busy server does not recover from them",
    )
    return Looked((beside(check, control), healthy), lost)


def _control_goodput(case: Case, freeze: Stretch, late: Stretch) -> float | None:
    """What the control came to in the end; raises UnprovedError when that proves nothing."""
    if case.control is None:
        return None
    frozen = share(freeze.due(case.control))
    if frozen is not None and frozen > HURT:
        raise UnprovedError(
            f"The freeze did no harm: the control, which never retries, got answers for "
            f"{frozen:.0%} of its calls in it."
        )
    goodput = share(late.due(case.control))
    if goodput is not None and goodput < BACK:
        raise UnprovedError(
            f"The control, which never retries, stayed down too ({goodput:.0%} goodput): the "
            "server is too small for the traffic, or the machine is."
        )
    return goodput


def _in_time(call: LaneCall, by_s: float) -> bool:
    """Whether it was answered while the traffic went on: later the storm ends by itself."""
    ended_s = None if call.ended is None else call.ended.ended_s
    return call.ok and ended_s is not None and ended_s <= by_s

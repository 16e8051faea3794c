"""What a run has to show before anything is judged: its phases, enough calls, a fault that bit."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loadtests.judging.case import share
from scenarios.checks import at_least, holds
from scenarios.samples import most_by_chance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.judging.case import Case, LaneCall, LaneCase
    from loadtests.profile import Role
    from loadtests.world.seen import Attempt
    from reports.results import Check

HEALTHY_SHARE = 0.95
"""Of the calls before anything goes wrong; a client that refuses or sleeps fails here."""

RARE = 1e-4
ROUNDING = 1e-9
"""Five of 500 are one in a hundred, though not in binary fractions."""

UNTYPED = frozenset({"internal", "crashed", "hung", "running", "untold"})
"""Endings that a caller cannot catch by name, and no ending at all."""


class UnprovedError(Exception):
    """The run proves nothing for a row; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a run, in seconds since its start."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """How long it is."""
        return self.end_s - self.start_s

    def due(self, lane: LaneCase) -> tuple[LaneCall, ...]:
        """The calls of a lane that were due in it."""
        return lane.scheduled(self.start_s, self.end_s)

    def arrived(self, lane: LaneCase, *, server: str | None = None) -> tuple[Attempt, ...]:
        """The requests of a lane that arrived in it, at one of its servers or at both."""
        return lane.arrived(self.start_s, self.end_s, server=server)

    def last(self, part: float) -> Stretch:
        """So much of its end, 0 to 1."""
        return replace(self, start_s=self.end_s - part * self.length_s)


def stretch_of(case: Case, role: Role) -> Stretch:
    """The first phase of a role, from the moment when the server really entered it.

    Raises UnprovedError when the profile has no such phase.
    """
    span = case.span(role)
    if span is None:
        raise UnprovedError(f"The profile has no phase with the role {role}.")
    entered = case.seen.phase_starts_s
    start_s = entered[span.number] if span.number < len(entered) else span.start_s
    following = span.number + 1
    end_s = entered[following] if following < len(entered) else span.end_s
    return Stretch(start_s, end_s)


def enough(calls: Sequence[object], least: int, what: str) -> None:
    """Raise UnprovedError for fewer than ``least`` of them."""
    if len(calls) < least:
        raise UnprovedError(
            f"Only {len(calls)} {what}, and {least} are needed: make the phase longer or the "
            "traffic denser."
        )


def require_outage(case: Case, fault: Stretch) -> None:
    """Raise UnprovedError unless a client that tries once got next to nothing in the outage."""
    lane = case.client if case.control is None else case.control
    answered = share(fault.due(lane))
    if case.control is None:
        arrived = fault.arrived(lane)
        answered = sum(good(one) for one in arrived) / len(arrived) if arrived else None
    if answered is not None and answered > 1 - HEALTHY_SHARE:
        raise UnprovedError(
            f"There was no outage: {answered:.0%} of the requests that were made in it got answers."
        )


def healthy_before(case: Case, steady: Stretch) -> Check:
    """The control of rows that less traffic passes: calls before the fault are answered."""
    calls = steady.due(case.client)
    enough(calls, 10, "calls were due before the fault")
    check = at_least(
        "control: success before the fault",
        share(calls),
        HEALTHY_SHARE,
        "of the calls",
        advice="Answer calls while the server is well",
    )
    return beside(check, control_share(case, steady))


def control_share(case: Case, stretch: Stretch) -> float | None:
    """The share of the control's calls of a stretch that got an answer; None without a control."""
    return None if case.control is None else share(stretch.due(case.control))


def share_kept(
    name: str, kept: int, of: int, promised: float, *, likely: float, advice: str
) -> Check:
    """A floor for a share of calls, with the failures allowed that chance explains.

    Chance may not fail a client that keeps ``likely`` of its calls: so many failures are allowed as
    come to it more often than once in ten thousand runs, where ``promised`` does not allow them.
    """
    allowed = math.floor((1 - promised) * of + ROUNDING)
    chance = most_by_chance(of, 1 - likely, RARE)
    check = holds(
        name,
        of - kept <= max(allowed, chance),
        kept / of,
        1 - max(allowed, chance) / of,
        f"of {of} calls",
        advice=advice,
    )
    if chance <= allowed:
        return check
    told = f"{promised:.0%} is promised; {chance} failures may be chance at {likely:.1%}."
    return replace(check, detail=f"{check.detail} {told}".strip())


def beside(check: Check, control: float | None, unit: str = "") -> Check:
    """The check, telling what the control came to."""
    if control is None:
        return check
    told = f"The control, which never retries: {control:.3g}{f' {unit}' if unit else ''}."
    return replace(check, detail=f"{check.detail} {told}".strip())


def failed(calls: Sequence[LaneCall]) -> list[LaneCall]:
    """Those without an answer."""
    return [call for call in calls if not call.ok]


def good(attempt: Attempt) -> bool:
    """Whether the server answered it as it should."""
    return attempt.status is not None and 200 <= attempt.status < 300

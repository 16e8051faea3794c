"""From what was found about a row to its verdict: one pure function, each branch with its reason.

The order is the argument. What the harness did wrong is never laid at the client's door; a missed
check is a failure whatever else is missing, since the wire has shown it; and what was never
delivered is never a pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.results import Verdict

if TYPE_CHECKING:
    from reports.results import Check
    from scenarios.plans import Undelivered


EXPLAINED = 10.0
"""A time that was missed by so many times the machine's longest lateness was the client's doing."""


SURVIVES = "the client's process survives"
IN_TIME = "the scenario ends in time"
TOLD_FIRST = (SURVIVES, IN_TIME)
"""Checks that every scenario shares and that explain the other misses."""


@dataclass(frozen=True, slots=True)
class Finding:
    """All that a verdict rests on.

    * ``harness_error``: the scenario or the harness failed, in one line;
    * ``unclaimed``: claims that the scenario needs and the client does not make;
    * ``not_testable``: the scenario could not arrange its test, in one line;
    * ``noise_p99_s`` and ``noise_limit_s``: the machine's lateness in the scenario's time, and what
      voids checks of timing; ``noise_max_s`` is the longest one, which bounds what it explains.
    """

    checks: tuple[Check, ...] = ()
    undelivered: tuple[Undelivered, ...] = ()
    unclaimed: tuple[str, ...] = ()
    harness_error: str | None = None
    not_testable: str | None = None
    noise_p99_s: float = 0.0
    noise_limit_s: float = float("inf")
    noise_max_s: float = float("inf")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and its reason: one sentence that a client's author can act on."""

    verdict: Verdict
    reason: str


def verdict_of(finding: Finding) -> Judgement:  # noqa: PLR0911 - one return for each verdict
    """The verdict on one row."""
    missed = [check for check in finding.checks if check.verdict is Verdict.FAIL]
    soft = [check for check in finding.checks if check.verdict is Verdict.ADVISORY]
    if finding.harness_error is not None:
        return Judgement(
            Verdict.HARNESS_FAULT, f"The harness failed, not the client: {finding.harness_error}"
        )
    if finding.unclaimed:
        return Judgement(
            Verdict.NOT_CLAIMED, f"The client does not claim {', '.join(finding.unclaimed)}."
        )
    if missed and _all_excused(missed, finding):
        return Judgement(Verdict.HARNESS_FAULT, _noise_reason(missed, finding))
    if missed:
        return Judgement(Verdict.FAIL, _told(missed))
    if finding.not_testable is not None:
        return Judgement(Verdict.NOT_TESTABLE, finding.not_testable)
    if finding.undelivered:
        rules = "; ".join(str(rule) for rule in finding.undelivered)
        return Judgement(
            Verdict.NOT_TESTABLE,
            f"A planned fault was not delivered, so nothing is proved: {rules}.",
        )
    if not finding.checks:
        return Judgement(Verdict.HARNESS_FAULT, "The harness failed: the scenario checked nothing.")
    if soft:
        return Judgement(Verdict.ADVISORY, _told(soft))
    return Judgement(Verdict.PASS, f"All {len(finding.checks)} checks hold.")


def confirmed(first: Judgement, second: Judgement) -> Judgement:
    """The verdict of a row that chance or a busy machine may have failed; both runs must fail."""
    if second.verdict is Verdict.FAIL:
        return Judgement(Verdict.FAIL, f"{second.reason} (Confirmed by a second run.)")
    return Judgement(
        second.verdict,
        f"{second.reason} (A first run failed, and this one did not: {first.reason})",
    )


def _all_excused(missed: list[Check], finding: Finding) -> bool:
    noisy = finding.noise_p99_s > finding.noise_limit_s
    return noisy and all(check.timing and _explained(check, finding) for check in missed)


def _explained(check: Check, finding: Finding) -> bool:
    """Whether the machine's lateness can be why a time was missed: not if by far too much."""
    measured, target = check.measured, check.target
    if check.unit != "s" or not isinstance(measured, int | float):
        return True
    bounds = target if isinstance(target, list) else [target]
    misses_s = [abs(measured - bound) for bound in bounds if isinstance(bound, int | float)]
    return min(misses_s, default=0.0) <= EXPLAINED * finding.noise_max_s


def _noise_reason(missed: list[Check], finding: Finding) -> str:
    return (
        f"The machine was too busy to judge time: {finding.noise_p99_s * 1000:.0f} ms late at p99, "
        f"{finding.noise_limit_s * 1000:.0f} ms allowed. Repeat on a quieter one. {_told(missed)}"
    )


def _told(missed: list[Check]) -> str:
    """The first miss, which is the one that the row is about; the rest is counted.

    A crash or a hang goes first: it is the cause of the others.
    """
    first, *rest = sorted(missed, key=lambda check: check.name not in TOLD_FIRST)
    told = (first.detail or f"{first.name} missed.").rstrip(".")
    return (
        f"{told}; {len(rest)} more checks missed."
        if len(rest) > 1
        else (f"{told}; one more check missed." if rest else f"{told}.")
    )

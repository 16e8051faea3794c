"""The vocabulary in which a scenario says what was wanted and what was seen.

Each function compares and returns a :class:`reports.results.Check`; none raises, none decides the
row's verdict. Every one takes

* ``advice``: the sentence a client's author can act on; with the numbers it becomes the row's
  reason when the check misses;
* ``miss``: the verdict of a miss, ``Verdict.FAIL`` or, for what is merely late or merely better,
  ``Verdict.ADVISORY``;
* ``timing``: True when a noisy machine could cause the miss, so that noise above the limit makes
  it a harness fault and not the client's failure.

A measured value of ``None`` means that nothing was seen, which always misses.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import mean, median
from typing import TYPE_CHECKING

from reports.results import Check, JsonValue, Verdict
from scenarios.samples import lower_spread, mann_whitney_p, relative_spread
from scenarios.tolerances import early_tolerance_s, late_tolerance_s

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MOST_SHOWN = 3
"""So many values of a list stand in a sentence; the check itself holds more."""


MOST_FOUND = 10
"""So many of what was found and should not be there stand in the check."""


def holds(
    name: str,
    ok: bool,
    measured: JsonValue,
    target: JsonValue,
    unit: str = "",
    *,
    advice: str = "",
    miss: Verdict = Verdict.FAIL,
    timing: bool = False,
) -> Check:
    """A comparison made by the scenario itself; `measured` and `target` are for the reader."""
    return Check(
        name=name,
        measured=_rounded(measured),
        target=_rounded(target),
        unit=unit,
        verdict=Verdict.PASS if ok else miss,
        detail="" if ok else _miss_text(name, measured, target, unit, advice),
        timing=timing,
    )


def equal(
    name: str,
    measured: JsonValue,
    target: JsonValue,
    unit: str = "",
    *,
    advice: str = "",
    miss: Verdict = Verdict.FAIL,
    timing: bool = False,
) -> Check:
    """Exactly the target."""
    ok = measured == target
    return holds(name, ok, measured, target, unit, advice=advice, miss=miss, timing=timing)


def one_of(
    name: str,
    measured: JsonValue,
    allowed: Collection[JsonValue],
    *,
    advice: str = "",
    miss: Verdict = Verdict.FAIL,
) -> Check:
    """One of several acceptable values."""
    choices = list(allowed)
    return holds(name, measured in choices, measured, choices, advice=advice, miss=miss)


def nothing(
    name: str,
    found: Collection[str],
    *,
    advice: str = "",
    miss: Verdict = Verdict.FAIL,
) -> Check:
    """None was found (leaks, late arrivals); ten are shown, and how many more there are."""
    every = list(found)
    further = len(every) - MOST_FOUND
    shown = [*every[:MOST_FOUND], f"and {further} more"] if further > 0 else every
    return Check(
        name=name,
        measured=shown,
        target=[],
        unit="",
        verdict=miss if every else Verdict.PASS,
        detail=_miss_text(name, every, [], "", advice) if every else "",
    )


def at_least(
    name: str,
    measured: float | None,
    target: float,
    unit: str = "",
    *,
    tolerance: float = 0.0,
    advice: str = "",
    miss: Verdict = Verdict.FAIL,
    timing: bool = False,
) -> Check:
    """A floor: not below `target` by more than `tolerance`.

    The check's target is the bound that decides; its detail says what was allowed for.
    """
    bound = target - tolerance
    ok = measured is not None and measured >= bound
    check = holds(name, ok, measured, bound, unit, advice=advice, miss=miss, timing=timing)
    return _allowing(check, _allowance(target, "less", tolerance, unit), advice)


def at_most(
    name: str,
    measured: float | None,
    target: float,
    unit: str = "",
    *,
    tolerance: float = 0.0,
    advice: str = "",
    miss: Verdict = Verdict.FAIL,
    timing: bool = False,
) -> Check:
    """A ceiling: not above `target` by more than `tolerance`.

    The check's target is the bound that decides; its detail says what was allowed for.
    """
    bound = target + tolerance
    ok = measured is not None and measured <= bound
    check = holds(name, ok, measured, bound, unit, advice=advice, miss=miss, timing=timing)
    return _allowing(check, _allowance(target, "and", tolerance, unit), advice)


def within(
    name: str,
    measured: float | None,
    low: float,
    high: float,
    unit: str = "",
    *,
    advice: str = "",
    miss: Verdict = Verdict.FAIL,
    timing: bool = False,
) -> Check:
    """Between `low` and `high`, both allowed."""
    ok = measured is not None and low <= measured <= high
    return holds(name, ok, measured, [low, high], unit, advice=advice, miss=miss, timing=timing)


def not_early(name: str, waited_s: float | None, floor_s: float, *, advice: str = "") -> Check:
    """A wait that was promised as a floor: early by more than 50 ms or 2 % fails."""
    tolerance = early_tolerance_s(floor_s)
    return at_least(name, waited_s, floor_s, "s", tolerance=tolerance, advice=advice)


def not_late(name: str, waited_s: float | None, wanted_s: float, *, advice: str = "") -> Check:
    """The ceiling to a floor: late by more than 200 ms or 20 % is an advisory, never a failure.

    For a promised deadline use :func:`at_most`, whose miss fails.
    """
    tolerance = late_tolerance_s(wanted_s)
    return at_most(
        name,
        waited_s,
        wanted_s,
        "s",
        tolerance=tolerance,
        advice=advice,
        miss=Verdict.ADVISORY,
        timing=True,
    )


def grows(
    name: str,
    earlier: Sequence[float],
    later: Sequence[float],
    *,
    alpha: float = 0.001,
    factor: float = 1.0,
    advice: str = "",
    miss: Verdict = Verdict.FAIL,
) -> Check:
    """`later` values exceed `factor` times the `earlier` ones (Mann-Whitney test, p below `alpha`).

    The test is one-sided. The measured value is the p-value; both medians stand in the detail. A
    factor above 1 keeps a small drift, as of a machine that gets busier, from passing as growth.
    """
    if not earlier or not later:
        return holds(name, False, None, alpha, "p-value", advice=advice, miss=miss)
    p = mann_whitney_p([factor * value for value in earlier], later)
    medians = f"median {median(earlier):.3g} s then {median(later):.3g} s"
    told = f"{advice} ({medians})" if advice else medians
    return holds(name, p < alpha, p, alpha, "p-value", advice=told, miss=miss)


def spread(
    name: str,
    values: Sequence[float],
    target: float,
    *,
    advice: str = "",
    miss: Verdict = Verdict.FAIL,
    lower: bool = False,
) -> Check:
    """Values vary: inter-decile range divided by the median is at least `target`.

    `lower` takes twice its lower half in its place, so that lateness of the machine is no spread.
    """
    measure = lower_spread if lower else relative_spread
    measured = measure(values) if len(values) > 1 else None
    return at_least(name, measured, target, "of the median", advice=advice, miss=miss)


def mean_at_least(
    name: str,
    values: Sequence[float],
    target: float,
    unit: str = "",
    *,
    advice: str = "",
    miss: Verdict = Verdict.FAIL,
) -> Check:
    """A floor for the mean, where single values may legally be near zero (full jitter)."""
    measured = mean(values) if values else None
    return at_least(name, measured, target, unit, advice=advice, miss=miss)


def _allowing(check: Check, allowance: str, advice: str) -> Check:
    """The check, telling how its bound comes about."""
    if not allowance:
        return check
    if check.verdict is Verdict.PASS:
        return replace(check, detail=f"The bound is {allowance}.")
    unit = f"{check.unit}, which is {allowance}"
    return replace(check, detail=_miss_text(check.name, check.measured, check.target, unit, advice))


def _allowance(target: float, sign: str, tolerance: float, unit: str) -> str:
    if not tolerance:
        return ""
    promised, allowed = _shown(float(target)), _shown(float(tolerance))
    return " ".join(word for word in (promised, unit, sign, allowed, unit, "allowed") if word)


def _rounded(value: JsonValue) -> JsonValue:
    """Floats to microseconds or six significant digits: what a reader can use."""
    if isinstance(value, float):
        return round(value, 6) if abs(value) >= 1e-3 else float(f"{value:.6g}")
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return value


def _miss_text(name: str, measured: JsonValue, target: JsonValue, unit: str, advice: str) -> str:
    """The sentence of a miss: what to do, then in brackets what was seen."""
    numbers = f"{name}: {_shown(measured)}, wanted {_shown(target)}{f' {unit}' if unit else ''}"
    advice = advice.rstrip(".")
    if advice.endswith(")"):
        return f"{advice[:-1]}; {numbers})."
    return f"{advice} ({numbers})." if advice else f"{numbers}."


def _shown(value: JsonValue) -> str:
    match value:
        case None:
            return "nothing"
        case "":
            return "no text"
        case float():
            return f"{value:.4g}"
        case list():
            told = [_shown(item) for item in value[:MOST_SHOWN]]
            if len(value) > MOST_SHOWN:
                told.append(f"{len(value) - MOST_SHOWN} more")
            return ", ".join(told) if told else "none"
        case _:
            return str(value)

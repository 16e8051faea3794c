"""Profiles, rows and figures in words: what ``pawa-load list`` and ``explain`` print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from loadtests.errors import InputError
from loadtests.judging.figures import FIGURES
from loadtests.judging.rows import ROWS
from loadtests.profile_file import load_profile, shipped, traffic_of
from loadtests.traffic.schedule import length_of
from reports.text import seconds
from reports.words import SEVERITY_WORDS
from scenarios.catalogue.rows import load_rows
from scenarios.errors import nearest
from scenarios.explain import section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadtests.judging.figure import FigureKind
    from loadtests.judging.rows import LoadRow
    from loadtests.profile import Phase, Profile, Target, Traffic

BETTER = {
    "higher": "More is better.",
    "lower": "Less is better.",
    "": "Neither more nor less is better.",
}


def listing() -> list[dict[str, Any]]:
    """The shipped profiles as JSON objects."""
    return [_listed(load_profile(name)) for name in shipped()]


def listing_json() -> str:
    """The same as text for programs."""
    return json.dumps(listing(), indent=2, ensure_ascii=False)


def listing_text() -> str:
    """The same as lines for a person."""
    lines = [["profile", "length", "quick", "rows", "what happens"]]
    for profile in listing():
        length, quick = seconds(profile["length_s"]), seconds(profile["quick_s"])
        rows = " ".join(profile["rows"]).replace(" LOAD-", " ")
        lines.append([profile["name"], length, quick, rows, profile["note"]])
    told = f"{len(lines) - 1} profiles; `pawa-load explain PROFILE` tells more of one"
    return "\n".join([*_columns(lines), told])


def explanation(word: str | None = None) -> str:
    """What a profile (or a person's own file), a row or a figure is; without a word: what there is.

    Raises InputError for a word that is none of them.
    """
    if word is None:
        return _contents()
    if word.upper() in ROWS:
        return _row(ROWS[word.upper()])
    if word.lower() in FIGURES:
        return _figure(FIGURES[word.lower()])
    if word in shipped() or "." in word or "/" in word:
        return _profile(load_profile(word))
    known = (*shipped(), *ROWS, *FIGURES)
    raise InputError(
        f"{word!r} is no profile, row or figure{nearest(word, known)}; "
        "`pawa-load explain` lists them"
    )


def _contents() -> str:
    catalogue = load_rows()
    parts = [
        "Profiles\n" + "\n".join(f"  {line}" for line in _columns(_profiles())),
        "Rows\n"
        + "\n".join(
            f"  {line}"
            for line in _columns(
                [[row, catalogue[row].severity, catalogue[row].right] for row in ROWS]
            )
        ),
        "Figures (each can have a target)\n"
        + "\n".join(
            f"  {line}"
            for line in _columns([[kind.name, kind.unit, kind.label] for kind in FIGURES.values()])
        ),
        "`pawa-load explain WORD` tells more of one.",
    ]
    return "\n\n".join(parts)


def _profiles() -> list[list[str]]:
    return [[name, load_profile(name).note] for name in shipped()]


def _listed(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "note": profile.note,
        "length_s": _length_s(profile, quick=False),
        "quick_s": _length_s(profile, quick=True),
        "rows": list(profile.rows),
        "targets": list(profile.targets),
    }


def _length_s(profile: Profile, *, quick: bool) -> float:
    return round(sum(length_of(phase, quick=quick) for phase in profile.phases), 3)


def _profile(profile: Profile) -> str:
    length_s, quick_s = _length_s(profile, quick=False), _length_s(profile, quick=True)
    table = [["phase", "taken for", "length", "quick", "traffic", "the server"]]
    table += [_phase(profile, phase) for phase in profile.phases]
    parts = [
        f"{profile.name}  {seconds(length_s)} of traffic, {seconds(quick_s)} with --quick",
        section("What happens", profile.note),
        "Phases\n" + "\n".join(f"  {line}" for line in _columns(table)),
        section("Rows", ", ".join(profile.rows) or "none: targets alone"),
        section("Targets", *(_target(name, one) for name, one in profile.targets.items()))
        if profile.targets
        else section("Targets", "none of its own; give some with --targets FILE"),
        section("Its file", f"`pawa-load profile {profile.name}` prints it, to begin your own.")
        if profile.name in shipped()
        else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _phase(profile: Profile, phase: Phase) -> list[str]:
    return [
        phase.name,
        phase.role,
        seconds(length_of(phase, quick=False)),
        seconds(length_of(phase, quick=True)),
        _traffic(traffic_of(profile, phase)),
        phase.note or ", ".join(_changes(phase)) or "as before",
    ]


def _traffic(traffic: Traffic) -> str:
    """Who asks what, and how often, in a few words."""
    rate = traffic.rate_per_s if not traffic.tenants else sum(traffic.tenants.values())
    ramp = "" if traffic.to_rate_per_s is None else f" to {traffic.to_rate_per_s:g}"
    crowd = f", {traffic.crowd} at once" if traffic.crowd else ""
    tenants = f", {len(traffic.tenants)} tenants" if traffic.tenants else ""
    kinds = " ".join(kind for kind, weight in traffic.mix.items() if weight)
    return f"{rate:g}{ramp}/s{crowd} {kinds}{tenants}"


def _changes(phase: Phase) -> list[str]:
    """What a phase changes at the servers, in the profile's own words."""
    told = [_patched("", phase.server), _patched("backup ", phase.backup)]
    if phase.capacity is not None:
        changed = phase.capacity.model_dump(exclude_none=True)
        told.append(", ".join(f"{name} {_plain(value)}" for name, value in changed.items()))
    if phase.budget_to_units is not None:
        told.append(f"budget to {phase.budget_to_units:g} units")
    return [words for words in told if words]


def _patched(whose: str, patch: Mapping[str, Any]) -> str:
    words = []
    for name, value in patch.items():
        if name == "rules":
            words.append(f"{whose}{_rules(value)}")
        else:
            words.append(f"{whose}{name} changed")
    return ", ".join(words)


def _rules(rules: Sequence[Mapping[str, Any]]) -> str:
    if not rules:
        return "no faults any more"
    faults = (rule.get("id") or rule.get("fault", {}).get("kind", "fault") for rule in rules)
    return f"faults: {' '.join(map(str, faults))}"


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _target(name: str, target: Target) -> str:
    kind = FIGURES.get(name)
    unit = f" {kind.unit}" if kind is not None and kind.unit else ""
    bounds = [
        *([f"at least {target.at_least:g}"] if target.at_least is not None else []),
        *([f"at most {target.at_most:g}"] if target.at_most is not None else []),
    ]
    return f"{name}: {' and '.join(bounds)}{unit}. {target.why}".strip()


def _row(row: LoadRow) -> str:
    from scenarios.zoo.defects import DEFECTS  # noqa: PLC0415 - the rest need not wait for the zoo

    known = load_rows()[row.id]
    profiles = [name for name in shipped() if row.id in load_profile(name).rows]
    needs = [*row.needs, *([" or ".join(row.needs_any)] if row.needs_any else [])]
    defects = [
        f"{one.id}: {one.defect} ({one.spec})"
        for one in DEFECTS.values()
        if row.id in one.load_rows
    ]
    parts = [
        f"{known.id}  {known.severity}  tier {known.tier}  group {known.group}",
        section("What is right", known.right),
        section("Why", f"{known.severity}: {SEVERITY_WORDS[known.severity].meaning}"),
        section("How it is judged", row.how),
        section(
            "What the catalogue asks for",
            f"The server: {known.mock}",
            f"Seen on the wire: {known.server}",
            f"Seen by the caller: {known.client}",
            f"The rule: {known.rule}",
        ),
        section(
            "Its control",
            "The same schedule in the same run with a client that never retries; what it suffers "
            "shows what the load was (--no-control leaves it out).",
        ),
        section("Claims it needs", ", ".join(needs) or "none: every client owes this"),
        section("Profiles", ", ".join(profiles) or "none that is shipped"),
        section("Defects that it catches", *(defects or ["none in the zoo"])),
        section("Source", *(f"{tag}: {text}" if text else tag for tag, text in known.sources)),
    ]
    return "\n\n".join(parts)


def _figure(kind: FigureKind) -> str:
    profiles = [name for name in shipped() if kind.name in load_profile(name).targets]
    claims = ", ".join(sorted(kind.claims))
    parts = [
        f"{kind.name}  {kind.label}{f', in {kind.unit}' if kind.unit else ''}",
        section("What it says", kind.meaning, BETTER[kind.better]),
        section("The usual target", kind.default_why),
        section("Claims it needs", claims) if claims else "",
        section("Profiles with a target", ", ".join(profiles)) if profiles else "",
        section(
            "A target of your own", f"In --targets FILE: {kind.name} = {{ {_bound(kind)} = 1.0 }}"
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _bound(kind: FigureKind) -> str:
    return "at_least" if kind.better == "higher" else "at_most"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Cells in columns; the last one is as long as it is."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]

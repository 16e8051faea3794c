"""Rows in words and as data: what ``pawa-scenarios list`` and ``explain`` print."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from reports.words import SEVERITY_WORDS

if TYPE_CHECKING:
    from scenarios.catalogue.rows import CatalogueRow
    from scenarios.registry import Registry, Scenario

WIDTH = 88


def listing(registry: Registry) -> list[dict[str, Any]]:
    """The rows that have a scenario, as JSON objects: the machine-readable list."""
    return [_listed(row, registry.scenario_of(row.id)) for row in registry.rows()]


def listing_text(registry: Registry) -> str:
    """The same as lines for a person."""
    rows = registry.rows()
    width = max((len(row.id) for row in rows), default=0)
    lines = [f"{row.id:{width}}  {row.severity:6}  {row.right}" for row in rows]
    return "\n".join([*lines, f"{len(rows)} rows; `pawa-scenarios explain ROW` tells more of one"])


def explanation(row: CatalogueRow, scenario: Scenario) -> str:
    """What is right, why, how it is tested, and where it comes from."""
    needs = ", ".join(scenario.unclaimed()) or "none: every client owes this"
    parts = [
        f"{row.id}  {row.severity}  tier {row.tier}  group {row.group}",
        section("What is right", row.right),
        section(
            "Why",
            f"{row.severity}: {SEVERITY_WORDS[row.severity].meaning}",
            f"Section of the production guide: {row.guide}.",
        ),
        section("How it is tested", *scenario.told.split("\n\n")),
        section(
            "What the catalogue asks for",
            f"The server: {row.mock}",
            f"Seen on the wire: {row.server}",
            f"Seen by the caller: {row.client}",
            f"The rule: {row.rule}",
        ),
        section("Claims it needs", needs),
        section("Source", *(f"{tag}: {text}" if text else tag for tag, text in row.sources)),
        section("Code", scenario.place),
    ]
    return "\n\n".join(parts)


def _listed(row: CatalogueRow, scenario: Scenario) -> dict[str, Any]:
    return {
        "id": row.id,
        "tier": row.tier,
        "severity": row.severity,
        "group": row.group,
        "right": row.right,
        "guide": row.guide,
        "needs": sorted(scenario.needs),
        "needs_any": sorted(scenario.needs_any),
        "source": row.source,
        "scenario": scenario.place,
    }


def section(title: str, *paragraphs: str) -> str:
    """A title and its paragraphs, indented and broken between words."""
    lines = [title]
    for paragraph in paragraphs:
        text = " ".join(paragraph.split())
        lines.append(textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  "))
    return "\n".join(lines)

"""What a query asks for: names of metrics, each with the labels that it is asked by."""

from __future__ import annotations

import re
from dataclasses import dataclass

ADDED = frozenset({"job", "instance"})
"""Labels that Prometheus puts on what it scrapes."""

_NAME = re.compile(r"\b((?:pawa_mock|process|python)_\w+|up)\b(?:\{([^}]*)\})?")
_LABEL = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"')
_GROUPING = re.compile(r"\b(?:by|on|ignoring|without|group_left|group_right)\s*\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Asked:
    """The metrics of a query with the labels in their braces, and the labels it groups by."""

    metrics: tuple[tuple[str, frozenset[str]], ...]
    grouped: frozenset[str]


def asked_by(query: str) -> Asked:
    """What a query asks for."""
    metrics = tuple(
        (name, frozenset(_LABEL.findall(braces or ""))) for name, braces in _NAME.findall(query)
    )
    grouped = {word.strip() for words in _GROUPING.findall(query) for word in words.split(",")}
    return Asked(metrics, frozenset(grouped))


def mistakes(query: str, known: dict[str, frozenset[str]]) -> list[str]:
    """What a query asks for that no scrape has; ``known`` has the labels of each name."""
    asked = asked_by(query)
    if not asked.metrics:
        return [f"asks for nothing: {query}"]
    wrong = [f"no metric {name}" for name, _ in asked.metrics if name not in known]
    having: set[str] = set(ADDED)
    for name, labels in asked.metrics:
        has = known.get(name, frozenset()) | ADDED
        having |= has
        wrong += [f"{name} has no label {label}" for label in sorted(labels - has)]
    return wrong + [f"nothing has the label {label}" for label in sorted(asked.grouped - having)]

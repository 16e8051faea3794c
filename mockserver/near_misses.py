"""Why a rule met no request: the request that came nearest, and what was different about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.facts import read_facts
from mockserver.faults.matching import compile_match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.facts import RequestFacts
    from mockserver.faults.rules import Match, Rule
    from mockserver.records import Exchange

LONGEST_SHOWN = 120
"""Characters shown of a long value."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A request that a rule was not about; ``differing`` names the fields that did not hold."""

    exchange: Exchange
    differing: tuple[str, ...]


def nearest_miss(match: Match, exchanges: Sequence[Exchange]) -> NearMiss | None:
    """The request that differs from a match in the fewest fields, the latest of several.

    None where there is no request, or where one does not differ at all.
    """
    matcher = compile_match(match)
    misses = [NearMiss(one, matcher.differing(facts_of(one))) for one in exchanges]
    if any(not miss.differing for miss in misses):
        return None
    return min(reversed(misses), key=lambda miss: len(miss.differing), default=None)


def facts_of(exchange: Exchange) -> RequestFacts:
    """The facts of a recorded request (its secrets masked, its body bounded)."""
    return read_facts(
        method=exchange.method,
        path=exchange.path,
        query=exchange.query,
        headers=exchange.headers,
        body=exchange.body,
        key_id=exchange.key_id,
        project=exchange.project,
        wall=exchange.wall,
        count=lambda _: exchange.attempt,
    )


def told(rule: Rule, miss: NearMiss | None) -> str:
    """A line for each difference, for a person."""
    if miss is None:
        return f"rule {rule.id!r} met no request; none has come"
    one = miss.exchange
    lines = [f"rule {rule.id!r} met no request; the nearest was #{one.seq} {one.method} {one.path}"]
    lines += [
        f"  {field}: wanted {_short(_wanted(rule.match, field))}, was {_short(_found(one, field))}"
        for field in miss.differing
    ]
    return "\n".join(lines)


def _wanted(match: Match, field: str) -> object:
    if field.startswith("header."):
        return match.header[field.removeprefix("header.")]
    return getattr(match, field)


def _found(exchange: Exchange, field: str) -> object:
    if field.startswith("header."):
        name = field.removeprefix("header.").lower()
        return next((value for key, value in exchange.headers if key == name), None)
    if field == "body":
        return exchange.body.decode("utf-8", "replace")
    return getattr(exchange, {"key": "key_id"}.get(field, field))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"

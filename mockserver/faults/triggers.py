"""Faults that a request itself asks for, for clients that cannot be given a rule.

A header (``X-Mock-Fault: 503;retry_after=2``), a segment behind the base URL
(``http://127.0.0.1:8080/v1/~429``), or a suffix of the model's name
(``pawa-v1-ember-20240924:mock-429``). URL and model are taken back to what they would be without
before anything looks at them. The first that fires wins: header, URL, model, and then the rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from mockserver.draws import Draws, draw
from mockserver.faults.base import AcceptSlowing, IdleEnding, ListenerClosing
from mockserver.faults.plan import Decision
from mockserver.faults.spelling import SpellingError, read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockserver.facts import RequestFacts
    from mockserver.settings import TriggerSettings

HEADER = "x-mock-fault"
MODEL_MARK = ":mock-"

_IN_PATH = re.compile(r"(/v1)?/~([^/]+)(/.*)?")


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a request asks for: ``source`` is header, url or model, ``text`` spells the fault."""

    source: str
    text: str


_OF_OTHERS = (AcceptSlowing, IdleEnding, ListenerClosing)
"""What a request may not ask for: it would be about the connections of others."""

NO_TRIGGERS: tuple[Trigger, ...] = ()
"""A request that asks for nothing of the sort."""


def without_trigger(path: str, settings: TriggerSettings) -> tuple[str, tuple[Trigger, ...]]:
    """A path without the segment that asks for a fault, and what it asks for."""
    found = _IN_PATH.fullmatch(path) if settings.url else None
    if found is None:
        return path, ()
    prefix, text, rest = found.groups()
    plain = f"{prefix or ''}{rest or ''}"
    return plain or "/", (Trigger("url", unquote(text)),)


def take_out(
    facts: RequestFacts, by_url: tuple[Trigger, ...], settings: TriggerSettings
) -> tuple[RequestFacts, tuple[Trigger, ...]]:
    """The facts of a request with its model's plain name, and all that it asks for, in order.

    ``by_url`` is what its path asked for.
    """
    by_header: tuple[Trigger, ...] = ()
    text = facts.header(HEADER) if settings.header else None
    if text is not None:
        by_header = (Trigger("header", text),)
    if not settings.model or facts.model is None or MODEL_MARK not in facts.model:
        return facts, by_header + by_url
    model, _, text = facts.model.partition(MODEL_MARK)
    fields = facts.body_json
    if isinstance(fields, dict):
        facts = replace(facts, model=model, body_json={**fields, "model": model})
    return facts, (*by_header, *by_url, Trigger("model", text))


def unheard(facts: RequestFacts, settings: TriggerSettings | None) -> str | None:
    """What a request asks for in a way that is switched off here, in words; None for nothing."""
    for switch, words, asks in _WAYS:
        if not (settings is not None and getattr(settings, switch)) and asks(facts):
            return f"asking for a fault by {words} is off here; switch triggers.{switch} on"
    return None


_WAYS: tuple[tuple[str, str, Callable[[RequestFacts], bool]], ...] = (
    ("header", "header X-Mock-Fault", lambda facts: facts.header(HEADER) is not None),
    ("url", "URL", lambda facts: _IN_PATH.fullmatch(facts.path) is not None),
    ("model", "name of the model", lambda facts: MODEL_MARK in (facts.model or "")),
)
"""Each way to ask: its switch, what it is called, and whether a request takes it."""


def choose(
    triggers: Sequence[Trigger], facts: RequestFacts, seed: int
) -> tuple[Decision, Trigger] | None:
    """The first trigger that fires; raises SpellingError, naming source and text.

    Draws are keyed as a rule's, with the source in place of its id.
    """
    for trigger in triggers:
        decision = _decide(trigger, facts, seed)
        if decision is not None:
            return decision, trigger
    return None


def _decide(trigger: Trigger, facts: RequestFacts, seed: int) -> Decision | None:
    source = trigger.source
    try:
        spelled = read(trigger.text)
    except SpellingError as mistake:
        raise SpellingError(f"fault asked for by {source}: {mistake}") from None
    if isinstance(spelled.fault, _OF_OTHERS):
        raise SpellingError(
            f"fault asked for by {source}: {spelled.fault.kind} needs a rule; "
            "it is about the connections of others"
        )
    timing = spelled.timing
    if timing.times is not None and facts.attempt > timing.times:
        return None
    drawn = None
    if timing.probability is not None:
        drawn = draw(seed, source, facts.token, facts.attempt)
        if drawn >= timing.probability:
            return None
    draws = Draws(seed, source, facts.token, facts.attempt)
    return Decision(source, (spelled.fault,), drawn, draws, timing.execute)

"""A rule out of words, as they come from a command line: ``status status=503 retry_after=2``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.configuration.file import ConfigError, check
from mockserver.faults.rules import Rule
from mockserver.faults.spelling import SCHEDULE, SpellingError, parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def rule_of(
    spelled: str,
    words: Sequence[str],
    *,
    match: Mapping[str, Any],
    when: Mapping[str, Any],
    **others: Any,
) -> Rule:
    """The rule that words ask for; what is None is left out. Raises ConfigError.

    ``spelled`` is a kind, or whatever else :mod:`mockserver.faults.spelling` reads (``429``,
    ``timeout``, ``503;retry_after=2``); ``words`` are further settings NAME=VALUE. What they
    say of when (``503;times=2``) is of each call, as it is where a request spells it.
    """
    try:
        kind, settings = parts_of(spelled, words)
    except SpellingError as mistake:
        raise ConfigError(mistake.lines) from None
    written: dict[str, Any] = {
        "match": _given(match),
        "when": _given(when),
        **_given(others),
    }
    _take_schedule(settings, written)
    return check(Rule, written | {"fault": {"kind": kind, **settings}}, f"fault {kind}")


def _take_schedule(settings: dict[str, Any], written: dict[str, Any]) -> None:
    """Move what a spelling says of when out of the fault's settings to where a rule has it."""
    spelled = {name: settings.pop(name) for name in SCHEDULE if name in settings}
    when, per = written["when"], {"per": "call"} if "times" in spelled else {}
    twice = sorted((when | written).keys() & spelled.keys())
    if twice:
        raise ConfigError([f"{twice[0]} is given twice; keep either the option or the word"])
    if "execute" in spelled:
        written["execute"] = spelled.pop("execute")
    written["when"] = per | when | spelled


def attempts_of(text: str | None) -> int | list[int] | None:
    """``2`` or ``1-3`` as attempt numbers; raises ConfigError."""
    if text is None:
        return None
    parts = text.split("-")
    if len(parts) > 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ConfigError([f"attempt {text!r} must be a number or a range, as 2 or 1-3"])
    numbers = [int(part) for part in parts]
    return numbers if len(numbers) == 2 else numbers[0]


def headers_of(texts: Sequence[str]) -> dict[str, str]:
    """``NAME=GLOB`` each; raises ConfigError."""
    pairs = [text.partition("=") for text in texts]
    for name, equals, glob in pairs:
        if not (name and equals and glob):
            raise ConfigError([f"header {name + equals + glob!r} must be written as NAME=GLOB"])
    return {name: glob for name, _, glob in pairs}


def ramp_of(numbers: tuple[float, float, float] | None) -> dict[str, float] | None:
    """``--ramp 0 0.5 60`` as a table."""
    return (
        None if numbers is None else dict(zip(("from_p", "to_p", "over_s"), numbers, strict=True))
    )


def cycle_of(numbers: tuple[float, float] | None) -> dict[str, float] | None:
    """``--cycle 60 5`` as a table."""
    return None if numbers is None else dict(zip(("period_s", "on_s"), numbers, strict=True))


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}

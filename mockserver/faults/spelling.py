"""One short spelling of a fault, for all who can write no rule: a header, a URL, a model's name,
and the command line.

======================  =========================================================
``429``                 that status, with Pawa's body
``503;retry_after=2``   further settings of the fault ``status``
``status=503;…``        the same in full: without a kind, settings are those of ``status``
``hold:seconds=5``      a kind, a colon, and its settings
``timeout``             a shortcut, see :data:`SHORTCUTS`; settings may follow, too
``503;times=2``         only at the first two attempts of each call
``503;probability=0.2`` with that chance, drawn for each attempt
``503;execute=true``    after the work was done
======================  =========================================================

Settings are parted by semicolons and read as their fields want them; a text that holds a semicolon
needs a rule. In a kind, ``-`` does for ``_``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from mockserver.faults.catalogue import FAULTS
from mockserver.faults.complaints import complaints, nearest
from mockserver.faults.rules import RuleError, refuse_useless_execute
from mockserver.snapshot import Positive, Share, Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockserver.faults.base import Fault


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A name for a fault with settings; ``meaning`` says what a client sees."""

    kind: str
    settings: Mapping[str, Any]
    meaning: str


SHORTCUTS: Mapping[str, Shortcut] = {
    "timeout": Shortcut("hold", {}, "silence in place of an answer, until the client leaves"),
    "slow": Shortcut("hold", {"seconds": 3}, "three seconds of silence, then the answer"),
    "rst": Shortcut("rst_before_headers", {}, "a reset in place of an answer"),
    "close": Shortcut("close_before_headers", {}, "a close in place of an answer"),
    "cut": Shortcut("cut_body", {"after_bytes": 60}, "60 bytes of the body, then a reset"),
    "stall": Shortcut("stall", {"after_chunks": 3}, "a stream that goes silent after 3 chunks"),
    "error": Shortcut("error_chunk", {"after_chunks": 3}, "a stream with an error after 3 chunks"),
    "malformed": Shortcut(
        "malformed_chunk", {"after_chunks": 3}, "a stream whose 4th chunk is no JSON"
    ),
    "budget": Shortcut("budget_exhausted", {}, "the answer of a project without money"),
    "html": Shortcut("html_page", {"status": 502}, "a proxy's page in place of JSON"),
    "empty": Shortcut("empty_body", {}, "200 with a body of no bytes"),
}
"""Names for what is asked for most; a kind's own settings stay as they are unless given."""

SCHEDULE = ("times", "probability", "execute")
"""What may be spelled beside the fault's settings; no fault has a setting of these names."""


class SpellingError(RuleError):
    """A fault that is misspelt; one line."""

    def __init__(self, line: str) -> None:
        super().__init__([line])


class Timing(Snapshot):
    """When a spelled fault happens: at the first ``times`` attempts of a call, with a chance."""

    times: Positive | None = None
    probability: Share | None = None
    execute: Annotated[bool, Field(strict=True)] = False


@dataclass(frozen=True, slots=True)
class Spelled:
    """A fault out of words, and when it happens."""

    fault: Fault
    timing: Timing


def fault_of(text: str) -> Fault:
    """The fault that a text spells; raises SpellingError."""
    spelled = read(text)
    if spelled.timing != Timing():
        raise SpellingError(f"{text!r}: {', '.join(SCHEDULE)} are not part of a fault")
    return spelled.fault


@lru_cache(maxsize=512)
def read(text: str) -> Spelled:
    """What a text spells; raises SpellingError."""
    kind, settings = parts_of(text)
    timing = {name: settings.pop(name) for name in SCHEDULE if name in settings}
    written = {"kind": kind, **settings}
    try:
        fault = FAULTS[kind].model_validate(written)
    except ValidationError as error:
        raise SpellingError(_line(text, complaints(error, written, FAULTS[kind], kind))) from None
    try:
        read_timing = Timing.model_validate(timing)
        if read_timing.execute:
            refuse_useless_execute((fault,))
    except ValidationError as error:
        raise SpellingError(_line(text, complaints(error, timing, Timing, kind))) from None
    except ValueError as error:
        raise SpellingError(f"{text!r}: {error}") from None
    return Spelled(fault, read_timing)


def parts_of(text: str, words: Sequence[str] = ()) -> tuple[str, dict[str, Any]]:
    """The kind and the settings (not checked) that a text and further words NAME=VALUE spell.

    Raises SpellingError for what is no kind and no setting.
    """
    first, *rest = text.strip().split(";")
    head, colon, setting = first.partition(":")
    if "=" in head:
        head, setting, colon = "status", first, ":"
    name = head.strip().replace("-", "_")
    settings: dict[str, Any] = {}
    if re.fullmatch("[0-9]{3}", name):
        name, settings = "status", {"status": int(name)}
    elif name in SHORTCUTS:
        settings = dict(SHORTCUTS[name].settings)
        name = SHORTCUTS[name].kind
    if name not in FAULTS:
        known = nearest(name, dict.fromkeys((*SHORTCUTS, *FAULTS)))
        raise SpellingError(f"fault {head.strip()!r} is unknown; {known}")
    spelled = [*([setting] if colon else []), *rest, *words]
    return name, settings | settings_of(FAULTS[name], spelled)


def settings_of(fault: type[Fault], words: Sequence[str]) -> dict[str, Any]:
    """Settings NAME=VALUE, read as the fault's fields want them; raises SpellingError."""
    settings: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not (name.strip() and equals):
            raise SpellingError(f"setting {word!r} must be written as NAME=VALUE")
        settings[name.strip()] = _value(fault, name.strip(), text.strip())
    return settings


def _value(fault: type[Fault], name: str, text: str) -> object:
    """The text itself where the setting takes a text, else what it says as JSON."""
    field = fault.model_fields.get(name)
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return text
    if field is None or not isinstance(value, int | float | bool):
        return value
    wanted: Any = (
        Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    )
    try:
        TypeAdapter(wanted).validate_python(text)
    except ValidationError:
        return value
    return text


def _line(text: str, lines: Sequence[str]) -> str:
    return f"{text!r}: {'; '.join(lines)}"

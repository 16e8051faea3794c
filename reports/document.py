"""``results.json``: how results are written, and read back strictly.

One table per record says which key holds which field and how it is read, so that writing and
reading cannot drift apart. Keys that stand for a moment on the row's own clock (``start``, ``end``,
``gap``, ``at``, ``first_byte_out``, ``chunks``) carry no unit: they are seconds since the row's
scenario started. ``results.schema.json`` says the same to other programs.

    ReportError          anything that this package tells a person
    └── DocumentError    a document that cannot be read: names the file, the place and the mend
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from reports.results import (
    SCHEMA,
    SEVERITIES,
    Attempt,
    Call,
    Check,
    Client,
    Event,
    Results,
    Row,
    Run,
    Verdict,
    plain,
)

SCHEMA_FILE = Path(__file__).with_name("results.schema.json")

Read = Callable[[object, str], Any]


class ReportError(Exception):
    """Something that a person has to mend; the message is one line."""


class DocumentError(ReportError):
    """A results document that cannot be read."""


def to_json(results: Results) -> bytes:
    """The document of one run, indented, with a final newline.

    Text that UTF-8 cannot carry (lone surrogates out of a client's log) is written as escapes.
    """
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(_encodable(RESULTS.write(results)), option=options)


def from_json(data: bytes | str, source: str = "results.json") -> Results:
    """The results in ``data``; ``source`` names it in errors.

    Raises :class:`DocumentError` for anything that :func:`to_json` would not have written: a wrong
    schema, an unknown or missing key, a value of the wrong type, a row that stands twice.
    """
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        reason = " ".join(str(error).split())
        raise DocumentError(f"{source}: not JSON ({reason}); was the run interrupted?") from None
    if isinstance(document, Mapping) and "schema" not in document:
        raise DocumentError(f"{source}: has no schema; give the results.json of a run")
    try:
        results: Results = RESULTS.read(document, "")
    except ValueError as error:
        raise DocumentError(f"{source}: {error}") from None
    return results


def read_results(path: Path) -> Results:
    """The results in a file. Raises :class:`DocumentError`, also when it cannot be opened."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise DocumentError(f"{path}: {reason}; give the results.json of a run") from None
    return from_json(data, str(path))


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a record: its name in JSON, the field it fills, and how its value is read."""

    name: str
    field: str
    read: Read


class Shape:
    """The keys of one record, in the order in which they are written."""

    def __init__(self, record: Callable[..., Any], /, *keys: Key) -> None:
        self.record = record
        self.keys = keys

    def write(self, record: object) -> dict[str, Any]:
        """The record as a JSON object."""
        return {key.name: _written(getattr(record, key.field)) for key in self.keys}

    def read(self, value: object, place: str) -> Any:
        """The record in a JSON object. Raises ``ValueError`` that names the place."""
        if not isinstance(value, Mapping):
            raise _wrong(place, value, "an object")
        known = [key.name for key in self.keys]
        for name in value:
            if name not in known:
                raise ValueError(f"{_inside(place, name)}: unknown key; remove it")
        for name in known:
            if name not in value:
                raise ValueError(f"{_inside(place, name)}: missing; this key is always written")
        fields = {
            key.field: key.read(value[key.name], _inside(place, key.name)) for key in self.keys
        }
        return self.record(**fields)


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise _wrong(place, value, "text")
    return value


def _number(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong(place, value, "a number")
    return value


def _whole(value: object, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(place, value, "a whole number")
    return value


def _flag(value: object, place: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(place, value, "true or false")
    return value


def _anything(value: object, place: str) -> Any:  # noqa: ARG001 (a reader takes both)
    return plain(value)


def _object(value: object, place: str) -> Any:
    if not isinstance(value, Mapping):
        raise _wrong(place, value, "an object")
    return plain(value)


def _moment(value: object, place: str) -> str:
    text = _text(value, place)
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{place}: {_shown(text)} is not an ISO 8601 time") from None
    return text


def _one_of(words: Sequence[str], value: object, place: str) -> str:
    if value not in words:
        raise ValueError(f"{place}: {_shown(value)} is not one of {', '.join(words)}")
    return str(value)


def _verdict(value: object, place: str) -> Verdict:
    return Verdict(_one_of([verdict.value for verdict in Verdict], value, place))


def _or_null(read: Read) -> Read:
    return lambda value, place: None if value is None else read(value, place)


def _many(read: Read) -> Read:
    def read_list(value: object, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _wrong(place, value, "a list")
        return tuple(read(item, f"{place}[{index}]") for index, item in enumerate(value))

    return read_list


CHECK = Shape(
    Check,
    Key("name", "name", _text),
    Key("measured", "measured", _anything),
    Key("target", "target", _anything),
    Key("unit", "unit", _text),
    Key("verdict", "verdict", _verdict),
    Key("detail", "detail", _text),
    Key("timing", "timing", _flag),
)
ATTEMPT = Shape(
    Attempt,
    Key("number", "number", _whole),
    Key("start", "start_s", _number),
    Key("first_byte_out", "first_byte_out_s", _or_null(_number)),
    Key("end", "end_s", _or_null(_number)),
    Key("status", "status", _or_null(_whole)),
    Key("gap", "gap_s", _or_null(_number)),
    Key("ending", "ending", _text),
    Key("connection", "connection", _whole),
    Key("rule", "rule", _or_null(_text)),
    Key("faults", "faults", _many(_text)),
    Key("request_id", "request_id", _or_null(_text)),
    Key("target", "target", _text),
    Key("request_excerpt", "request_excerpt", _text),
    Key("response_excerpt", "response_excerpt", _text),
    Key("chunks", "chunks", _many(_number)),
)
EVENT = Shape(
    Event,
    Key("at", "at_s", _number),
    Key("kind", "kind", _text),
    Key("detail", "detail", _text),
)
CALL = Shape(
    Call,
    Key("token", "token", _text),
    Key("label", "label", _text),
    Key("start", "start_s", _number),
    Key("end", "end_s", _or_null(_number)),
    Key("outcome", "outcome", _text),
    Key("attempts", "attempts", _many(ATTEMPT.read)),
    Key("events", "events", _many(EVENT.read)),
)
ROW = Shape(
    Row,
    Key("id", "id", _text),
    Key("verdict", "verdict", _verdict),
    Key("reason", "reason", _text),
    Key("severity", "severity", partial(_one_of, SEVERITIES)),
    Key("tier", "tier", _whole),
    Key("group", "group", _text),
    Key("right", "right", _text),
    Key("checks", "checks", _many(CHECK.read)),
    Key("calls", "calls", _many(CALL.read)),
    Key("log", "log", _text),
    Key("duration_s", "duration_s", _number),
    Key("scenario", "scenario", _text),
    Key("seed", "seed", _whole),
)
RUN = Shape(
    Run,
    Key("id", "id", _text),
    Key("started_at", "started_at", _moment),
    Key("duration_s", "duration_s", _number),
    Key("seed", "seed", _whole),
    Key("version", "version", _text),
    Key("targets", "targets", _object),
    Key("machine", "machine", _object),
    Key("noise", "noise", _object),
    Key("complete", "complete", _flag),
)
CLIENT = Shape(
    Client,
    Key("spec", "spec", _text),
    Key("name", "name", _text),
    Key("version", "version", _text),
    Key("language", "language", _text),
    Key("claims", "claims", _many(_text)),
    Key("limits", "limits", _object),
)
RESULTS = Shape(
    Results,
    Key("schema", "schema", partial(_one_of, (SCHEMA,))),
    Key("run", "run", RUN.read),
    Key("client", "client", CLIENT.read),
    Key("rows", "rows", _many(ROW.read)),
)
SHAPES: Mapping[type, Shape] = {
    Check: CHECK,
    Attempt: ATTEMPT,
    Event: EVENT,
    Call: CALL,
    Row: ROW,
    Run: RUN,
    Client: CLIENT,
}


def _written(value: object) -> Any:
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    shape = SHAPES.get(type(value))
    return shape.write(value) if shape else value


def _encodable(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode("utf-8")
        case Mapping():
            return {_encodable(key): _encodable(item) for key, item in value.items()}
        case list():
            return [_encodable(item) for item in value]
        case _:
            return value


def _inside(place: str, name: object) -> str:
    return f"{place}.{name}" if place else str(name)


def _wrong(place: str, value: object, wanted: str) -> ValueError:
    return ValueError(f"{place or 'the document'}: {_shown(value)} is not {wanted}")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."

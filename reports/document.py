"""``results.json``: how results are written, and read back strictly.

One table per record says which key holds which field (:mod:`reports.shape`); what only a load test
has is in :mod:`reports.load_document`, null for scenarios. Keys that stand for a moment on the
row's own clock (``start``, ``end``, ``gap``, ``at``, ``first_byte_out``, ``chunks``) carry no unit:
they are seconds since the row's scenario started (in a load test: since the start of the traffic).
``results.schema.json`` says the same to other programs.

    ReportError          anything that this package tells a person
    └── DocumentError    a document that cannot be read: names the file, the place and the mend
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from reports.load_document import LOAD
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
)
from reports.shape import (
    Key,
    Shape,
    any_object,
    anything,
    flag,
    many,
    moment,
    number,
    one_of,
    or_null,
    text,
    whole,
)

SCHEMA_FILE = Path(__file__).with_name("results.schema.json")


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


def _verdict(value: object, place: str) -> Verdict:
    return Verdict(one_of([verdict.value for verdict in Verdict], value, place))


CHECK = Shape(
    Check,
    Key("name", "name", text),
    Key("measured", "measured", anything),
    Key("target", "target", anything),
    Key("unit", "unit", text),
    Key("verdict", "verdict", _verdict),
    Key("detail", "detail", text),
    Key("timing", "timing", flag),
)
ATTEMPT = Shape(
    Attempt,
    Key("number", "number", whole),
    Key("start", "start_s", number),
    Key("first_byte_out", "first_byte_out_s", or_null(number)),
    Key("end", "end_s", or_null(number)),
    Key("status", "status", or_null(whole)),
    Key("gap", "gap_s", or_null(number)),
    Key("ending", "ending", text),
    Key("connection", "connection", whole),
    Key("rule", "rule", or_null(text)),
    Key("faults", "faults", many(text)),
    Key("request_id", "request_id", or_null(text)),
    Key("target", "target", text),
    Key("request_excerpt", "request_excerpt", text),
    Key("response_excerpt", "response_excerpt", text),
    Key("chunks", "chunks", many(number)),
)
EVENT = Shape(
    Event,
    Key("at", "at_s", number),
    Key("kind", "kind", text),
    Key("detail", "detail", text),
)
CALL = Shape(
    Call,
    Key("token", "token", text),
    Key("label", "label", text),
    Key("start", "start_s", number),
    Key("end", "end_s", or_null(number)),
    Key("outcome", "outcome", text),
    Key("attempts", "attempts", many(ATTEMPT.read)),
    Key("events", "events", many(EVENT.read)),
)
ROW = Shape(
    Row,
    Key("id", "id", text),
    Key("verdict", "verdict", _verdict),
    Key("reason", "reason", text),
    Key("severity", "severity", partial(one_of, SEVERITIES)),
    Key("tier", "tier", whole),
    Key("group", "group", text),
    Key("right", "right", text),
    Key("checks", "checks", many(CHECK.read)),
    Key("calls", "calls", many(CALL.read)),
    Key("log", "log", text),
    Key("duration_s", "duration_s", number),
    Key("scenario", "scenario", text),
    Key("seed", "seed", whole),
)
RUN = Shape(
    Run,
    Key("id", "id", text),
    Key("started_at", "started_at", moment),
    Key("duration_s", "duration_s", number),
    Key("seed", "seed", whole),
    Key("version", "version", text),
    Key("targets", "targets", any_object),
    Key("machine", "machine", any_object),
    Key("noise", "noise", any_object),
    Key("complete", "complete", flag),
)
CLIENT = Shape(
    Client,
    Key("spec", "spec", text),
    Key("name", "name", text),
    Key("version", "version", text),
    Key("language", "language", text),
    Key("claims", "claims", many(text)),
    Key("limits", "limits", any_object),
)
RESULTS = Shape(
    Results,
    Key("schema", "schema", partial(one_of, (SCHEMA,))),
    Key("run", "run", RUN.read),
    Key("client", "client", CLIENT.read),
    Key("rows", "rows", many(ROW.read)),
    Key("load", "load", or_null(LOAD.read), younger=True),
)


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

"""Lines of the client protocol, read and written.

Decoding is strict: what is mistyped or misspelt is a :class:`ProtocolError` that says where and
whose bug it is, since such a fact dropped in silence would be judged as a missing one. Fields that
resemble none of the protocol's are an adapter's own and ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from scenarios.clients.errors import FieldError, ProtocolError
from scenarios.clients.fields import Fields, describe
from scenarios.clients.protocol import (
    BACKOFF_FAMILIES,
    CLAIMS,
    ERROR_KINDS,
    LIMITS,
    MAX_LINE_BYTES,
    SOURCES,
    Cause,
    ClientAnswer,
    ClientError,
    Manifest,
    Usage,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class DeltaLine:
    """A piece of a stream as it stood on the line; ``t`` is on the adapter's own clock."""

    id: int
    text: str
    t: float


@dataclass(frozen=True, slots=True)
class OkLine:
    """The final, good answer to one request; what ``ok`` must hold depends on the operation."""

    id: int
    ok: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """The final answer of a request that failed."""

    id: int
    error: ClientError


Line = DeltaLine | OkLine | ErrorLine


def request_line(request_id: int, operation: str, **fields: Any) -> bytes:
    """One request as a line; fields that are None are left out.

    Raises ``ValueError`` when the line would be longer than 16 MiB.
    """
    present = {name: value for name, value in fields.items() if value is not None}
    return encode_line({"id": request_id, "op": operation, **present})


def encode_line(message: Mapping[str, Any]) -> bytes:
    """One JSON object as a line, either way; raises ``ValueError`` above 16 MiB."""
    line = orjson.dumps(message, option=orjson.OPT_APPEND_NEWLINE)
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(f"a line of {len(line)} bytes is over the protocol's {MAX_LINE_BYTES}")
    return line


def decode_line(line: bytes) -> Line:
    """A line of an adapter as a record; raises :class:`ProtocolError`."""
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _not_json(line, error) from None
    if not isinstance(message, dict):
        raise _bad_answer(f"a line must be an object, not {describe(message)}")
    try:
        return _line(message)
    except FieldError as error:
        raise _bad_answer(str(error)) from None


def manifest_from(ok: Mapping[str, Any]) -> Manifest:
    """The manifest in the ``ok`` of a ``hello``; raises :class:`ProtocolError`."""
    try:
        return _manifest(Fields(ok, "ok"))
    except FieldError as error:
        raise _bad_answer(f"hello: {error}") from None


def answer_from(ok: Mapping[str, Any]) -> ClientAnswer:
    """The answer in the ``ok`` of a ``chat`` or ``embed``; raises :class:`ProtocolError`."""
    try:
        return _answer(Fields(ok, "ok"))
    except FieldError as error:
        raise _bad_answer(str(error)) from None


def error_from(value: object) -> ClientError:
    """The error in an ``error``; raises :class:`ProtocolError`."""
    try:
        return _error(value)
    except FieldError as error:
        raise _bad_answer(str(error)) from None


def _line(message: dict[str, Any]) -> Line:
    fields = Fields(message, "the line")
    request_id = fields.integer("id")
    if request_id is None:
        raise FieldError("the line lacks 'id', the integer of the request that it answers")
    finals = [name for name in ("delta", "ok", "error") if message.get(name) is not None]
    if len(finals) != 1:
        raise FieldError("the line must have exactly one of 'delta', 'ok' and 'error'")
    if finals == ["delta"]:
        return _delta(fields, request_id)
    if finals == ["ok"]:
        ok = fields.mapping("ok")
        fields.finish()
        return OkLine(request_id, ok or {})
    error = _error(fields.value("error"))
    fields.finish()
    return ErrorLine(request_id, error)


def _delta(fields: Fields, request_id: int) -> DeltaLine:
    text = fields.text("delta")
    moment = fields.number("t")
    fields.finish()
    if moment is None:
        raise FieldError("a delta lacks 't', seconds on the adapter's monotonic clock")
    return DeltaLine(request_id, text or "", moment)


def _manifest(fields: Fields) -> Manifest:
    manifest = Manifest(
        name=fields.required_text("name"),
        version=fields.text("version"),
        language=fields.text("language"),
        claims=frozenset(fields.texts("claims")),
        limits=fields.mapping("limits") or {},
    )
    fields.finish()
    _known(manifest.claims, CLAIMS, "claim")
    _known(frozenset(manifest.limits), LIMITS, "limit")
    family = manifest.limits.get("backoff_family")
    if family is not None:
        _known(frozenset({family}), BACKOFF_FAMILIES, "backoff_family")
    return manifest


def _known(words: frozenset[Any], valid: frozenset[str], what: str) -> None:
    unknown = sorted(str(word) for word in words - valid)
    if unknown:
        raise FieldError(f"unknown {what} {unknown[0]!r}; valid: {', '.join(sorted(valid))}")


def _answer(fields: Fields) -> ClientAnswer:
    calls = fields.items("tool_calls")
    answer = ClientAnswer(
        text=fields.text("text"),
        vectors=_vectors(fields.items("vectors")),
        source=fields.text("source"),
        model=fields.text("model"),
        degraded=fields.boolean("degraded"),
        finish_reason=fields.text("finish_reason"),
        usage=_usage(fields.mapping("usage")),
        cost=fields.number("cost"),
        request_id=fields.text("request_id"),
        attempts=fields.integer("attempts"),
        tool_calls=None if calls is None else tuple(calls),
    )
    fields.finish()
    if answer.source is not None:
        _known(frozenset({answer.source}), SOURCES, "source")
    return answer


def _vectors(items: list[Any] | None) -> tuple[Any, ...] | None:
    if items is None:
        return None
    for index, item in enumerate(items):
        if not isinstance(item, list | dict | None):
            raise FieldError(f"ok.vectors[{index}] must be a list of numbers or an object")
    return tuple(items)


def _usage(value: Mapping[str, Any] | None) -> Usage | None:
    if value is None:
        return None
    fields = Fields(value, "ok.usage")
    usage = Usage(fields.integer("tokens_in"), fields.integer("tokens_out"))
    fields.finish()
    return usage


def _error(value: object) -> ClientError:
    fields = Fields(value, "error")
    kind = fields.required_text("kind")
    _known(frozenset({kind}), ERROR_KINDS, "kind")
    error = ClientError(
        kind=kind,
        message=fields.text("message") or "",
        status=fields.integer("status"),
        code=fields.text("code"),
        request_id=fields.text("request_id"),
        request_ids=fields.texts("request_ids"),
        retry_after_s=fields.number("retry_after_s"),
        attempts=fields.integer("attempts"),
        partial=fields.text("partial"),
        ambiguous=fields.boolean("ambiguous"),
        causes=tuple(_cause(cause) for cause in fields.items("causes") or []),
    )
    fields.finish()
    return error


def _cause(value: object) -> Cause:
    fields = Fields(value, "error.causes[]")
    cause = Cause(
        kind=fields.text("kind"),
        message=fields.text("message"),
        status=fields.integer("status"),
        request_id=fields.text("request_id"),
        target=fields.text("target"),
    )
    fields.finish()
    return cause


def _not_json(line: bytes, error: orjson.JSONDecodeError) -> ProtocolError:
    shown = line[:80].decode("utf-8", "replace").strip()
    return ProtocolError(
        "not_json",
        f"the adapter wrote a line that is not JSON: {shown!r}: {error.msg}",
        hint="the adapter's bug: stdout is for the protocol only, logs belong on stderr",
    )


def _bad_answer(message: str) -> ProtocolError:
    return ProtocolError(
        "bad_answer",
        f"the adapter wrote a line that is not of the protocol: {message}",
        hint='the adapter\'s bug: see docs/adapters.md, "The lines"',
    )

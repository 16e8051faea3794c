"""Lines, both ways: what the schema allows is read, everything else is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.clients import lines
from scenarios.clients.errors import ProtocolError
from scenarios.clients.lines import (
    DeltaLine,
    ErrorLine,
    OkLine,
    answer_from,
    decode_line,
    encode_line,
    error_from,
    manifest_from,
    request_line,
)
from scenarios.clients.protocol import CLAIMS, ERROR_KINDS, SOURCES, Cause, Usage

SCHEMA = json.loads(Path(lines.__file__).with_name("protocol.schema.json").read_text("utf-8"))


def validator(part: str) -> jsonschema.Draft202012Validator:
    """Checks one part of the schema."""
    return jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{part}"}]})


texts = st.text(st.characters(codec="utf-8"), max_size=20)
maybe_text = st.none() | texts
counts = st.none() | st.integers(0, 2**31)
numbers = st.none() | st.floats(0, 1e9)
causes = st.fixed_dictionaries(
    {}, optional={"kind": maybe_text, "message": maybe_text, "status": counts, "target": maybe_text}
)
errors = st.fixed_dictionaries(
    {"kind": st.sampled_from(sorted(ERROR_KINDS))},
    optional={
        "message": maybe_text,
        "status": counts,
        "code": maybe_text,
        "request_id": maybe_text,
        "request_ids": st.none() | st.lists(texts, max_size=3),
        "retry_after_s": numbers,
        "attempts": counts,
        "partial": maybe_text,
        "ambiguous": st.none() | st.booleans(),
        "causes": st.none() | st.lists(causes, max_size=2),
    },
)
answers = st.fixed_dictionaries(
    {},
    optional={
        "text": maybe_text,
        "vectors": st.none()
        | st.lists(st.lists(st.floats(-1, 1), max_size=3) | st.just({"error": {}}) | st.none()),
        "source": st.none() | st.sampled_from(sorted(SOURCES)),
        "model": maybe_text,
        "degraded": st.none() | st.booleans(),
        "finish_reason": maybe_text,
        "usage": st.none() | st.fixed_dictionaries({"tokens_in": counts, "tokens_out": counts}),
        "cost": numbers,
        "request_id": maybe_text,
        "attempts": counts,
        "tool_calls": st.none() | st.lists(st.just({"id": "1"}), max_size=2),
    },
)


@given(errors)
def test_every_error_of_the_schema_is_read(error: dict[str, object]) -> None:
    """What the schema allows is a record with the same facts; what is absent is None."""
    validator("reply").validate({"id": 1, "error": error})

    line = decode_line(encode_line({"id": 1, "error": error}))

    assert isinstance(line, ErrorLine)
    for name, value in error.items():
        if name not in ("causes", "request_ids", "message"):
            assert getattr(line.error, name) == value
    assert list(line.error.request_ids) == (error.get("request_ids") or [])
    assert len(line.error.causes) == len(error.get("causes") or [])
    absent = {"status", "code", "partial", "ambiguous"} - set(error)
    assert [getattr(line.error, name) for name in absent] == [None] * len(absent)


@given(answers)
def test_every_answer_of_the_schema_is_read(answer: dict[str, object]) -> None:
    """What the schema allows is a record with the same facts; what is absent is None."""
    validator("answer").validate(answer)

    line = decode_line(encode_line({"id": 7, "ok": answer}))
    assert isinstance(line, OkLine)
    record = answer_from(line.ok)

    for name in ("text", "source", "model", "degraded", "cost", "attempts", "request_id"):
        assert getattr(record, name) == answer.get(name)
    usage = answer.get("usage")
    assert record.usage == (Usage(**usage) if usage is not None else None)


def test_a_delta_is_read() -> None:
    """Text and the adapter's moment."""
    assert decode_line(b'{"id": 3, "delta": "Hab", "t": 12}\n') == DeltaLine(3, "Hab", 12)


def test_a_manifest_is_read() -> None:
    """Name, version, language, claims, limits."""
    manifest = manifest_from(
        {"name": "x", "version": None, "claims": ["retry"], "limits": {"timeout_s": 3}}
    )

    assert (manifest.name, manifest.version, manifest.claims) == ("x", None, {"retry"})
    assert manifest.limits == {"timeout_s": 3}


def test_causes_keep_their_order() -> None:
    """Root first."""
    error = error_from({"kind": "timeout", "causes": [{"kind": "connection"}, {"status": 503}]})

    assert error.causes == (Cause(kind="connection"), Cause(status=503))


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (b"Starting up", "not_json", "'Starting up'"),
        (b"", "not_json", ""),
        (b'{"id": 1, "ok": {}', "not_json", ""),
        (b'{"id": 1, "delta": "\xff", "t": 1}', "not_json", ""),
        (b'{"id": 1, "ok": {"cost": NaN}}', "not_json", ""),
        (b"[1]", "bad_answer", "must be an object, not a list"),
        (b'{"ok": {}}', "bad_answer", "lacks 'id'"),
        (b'{"id": "1", "ok": {}}', "bad_answer", "id must be an integer, not a string '1'"),
        (b'{"id": true, "ok": {}}', "bad_answer", "id must be an integer, not a boolean"),
        (b'{"id": 1}', "bad_answer", "exactly one of 'delta', 'ok' and 'error'"),
        (b'{"id": 1, "ok": {}, "error": {"kind": "auth"}}', "bad_answer", "exactly one of"),
        (b'{"id": 1, "ok": 3}', "bad_answer", "ok must be an object, not a number 3"),
        (b'{"id": 1, "delta": "x"}', "bad_answer", "a delta lacks 't'"),
        (b'{"id": 1, "delta": 5, "t": 1}', "bad_answer", "delta must be a string"),
        (b'{"id": 1, "error": "no"}', "bad_answer", "error must be an object"),
        (b'{"id": 1, "error": {}}', "bad_answer", "error lacks 'kind'"),
        (b'{"id": 1, "error": {"kind": "oops"}}', "bad_answer", "unknown kind 'oops'; valid: auth"),
        (b'{"id": 1, "error": {"kind": "auth", "status": "401"}}', "bad_answer", "error.status"),
        (b'{"id": 1, "error": {"kind": "auth", "mesage": ""}}', "bad_answer", "'message' meant?"),
        (b'{"id": 1, "error": {"kind": "auth", "request_ids": [1]}}', "bad_answer", "hold strings"),
        (b'{"id": 1, "error": {"kind": "auth", "causes": [{"kin": 1}]}}', "bad_answer", "causes[]"),
    ],
)
def test_what_is_no_line_of_the_protocol_is_refused(line: bytes, code: str, words: str) -> None:
    """The error has a stable code, the place, and a hint whose bug it is."""
    with pytest.raises(ProtocolError) as caught:
        decode_line(line)

    assert caught.value.code == code
    assert words in str(caught.value)
    assert "the adapter's bug" in caught.value.hint
    if code == "bad_answer":
        assert not validator("reply").is_valid(json.loads(line))


@pytest.mark.parametrize(
    ("ok", "words"),
    [
        ({"txet": "x"}, "unknown field 'txet'"),
        ({"text": 5}, "ok.text must be a string"),
        ({"vectors": [1.0]}, "ok.vectors[0] must be a list of numbers or an object"),
        ({"source": "memory"}, "unknown source 'memory'; valid: cache"),
        ({"usage": {"tokens": 1}}, "ok.usage has the unknown field 'tokens'"),
        ({"degraded": 1}, "ok.degraded must be a boolean"),
    ],
)
def test_an_answer_with_a_wrong_field_is_refused(ok: dict[str, object], words: str) -> None:
    """A misspelt fact would otherwise be judged as a missing one."""
    with pytest.raises(ProtocolError, match="bug") as caught:
        answer_from(ok)

    assert words in str(caught.value)
    assert not validator("answer").is_valid(ok)


@pytest.mark.parametrize(
    ("ok", "words"),
    [
        ({}, "lacks 'name'"),
        ({"name": ""}, "lacks 'name'"),
        ({"name": "x", "claims": ["retries"]}, "unknown claim 'retries'; valid: backoff_jitter"),
        ({"name": "x", "limits": {"retries": 3}}, "unknown limit 'retries'"),
        ({"name": "x", "limits": {"backoff_family": "linear"}}, "unknown backoff_family 'linear'"),
    ],
)
def test_a_wrong_manifest_is_refused(ok: dict[str, object], words: str) -> None:
    """Words that nobody knows would be claims that nobody judges."""
    with pytest.raises(ProtocolError) as caught:
        manifest_from(ok)

    assert words in str(caught.value)


def test_an_error_that_is_none_is_refused() -> None:
    """The same check for an error that came another way."""
    with pytest.raises(ProtocolError, match="error must be an object, not null"):
        error_from(None)


def test_requests_leave_out_what_is_not_given() -> None:
    """None is no value in a request; the line is of the schema."""
    line = request_line(4, "embed", client="a", request={"sentences": ["x"]}, deadline_s=None)

    message = json.loads(line)
    validator("request").validate(message)
    assert message == {"id": 4, "op": "embed", "client": "a", "request": {"sentences": ["x"]}}
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1


@given(st.lists(st.sampled_from(sorted(CLAIMS)), unique=True))
def test_any_set_of_claims_is_a_manifest(claims: list[str]) -> None:
    """Order does not matter, none is fine."""
    validator("manifest").validate({"name": "x", "claims": claims})

    assert manifest_from({"name": "x", "claims": claims}).claims == set(claims)


def test_no_line_is_longer_than_the_protocol_allows() -> None:
    """16 MiB, line end included."""
    with pytest.raises(ValueError, match="over the protocol's 16777216"):
        encode_line({"id": 1, "text": "x" * (16 * 1024 * 1024)})

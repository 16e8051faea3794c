"""results.json: writing, strict reading, and the schema that says the same to others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.document import SCHEMA_FILE, DocumentError, from_json, read_results, to_json
from reports.results import Event, Results, Verdict
from tests.reports.makers import (
    make_attempt,
    make_call,
    make_check,
    make_client,
    make_results,
    make_row,
    make_run,
    one_of_each,
)

if TYPE_CHECKING:
    from pathlib import Path

VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text("utf-8")))

texts = st.text(max_size=30)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
checks = st.builds(
    make_check, name=texts, measured=values, target=values, verdict=st.sampled_from(Verdict)
)
attempts = st.builds(
    make_attempt,
    number=st.integers(1, 9),
    end_s=st.none() | st.floats(0, 100),
    status=st.none() | st.integers(100, 599),
    ending=texts,
    faults=st.lists(texts, max_size=2),
    response_excerpt=texts,
    chunks=st.lists(st.floats(0, 100), max_size=3),
)
calls = st.builds(
    make_call,
    attempts=st.lists(attempts, max_size=3),
    end_s=st.none() | st.floats(0, 100),
    outcome=texts,
    events=st.lists(st.builds(Event, st.floats(0, 100), texts, texts), max_size=3),
)
runs = st.builds(
    lambda row, run, client: make_results(row, run=run, client=client),
    st.builds(
        make_row,
        id=texts,
        verdict=st.sampled_from(Verdict),
        severity=st.sampled_from(["must", "must*", "should", "may"]),
        checks=st.lists(checks, max_size=2),
        calls=st.lists(calls, max_size=2),
        log=texts,
    ),
    st.builds(make_run, machine=st.dictionaries(texts, values, max_size=3)),
    st.builds(make_client, claims=st.lists(texts, max_size=3)),
)


def document(results: Results | None = None) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(to_json(results or one_of_each()))
    return loaded


@given(runs)
def test_what_is_written_is_read_back_the_same(results: Results) -> None:
    """Writing and reading gives equal results, and the schema agrees with every document."""
    written = to_json(results)

    assert from_json(written) == results
    VALIDATOR.validate(json.loads(written))


def test_a_document_has_the_documented_keys() -> None:
    """Programs rely on these names; attempts speak of moments on the row's own clock."""
    written = document()

    assert list(written) == ["schema", "run", "client", "rows", "load"]
    assert written["schema"] == "pawa-resilience/results/1"
    assert {"id", "verdict", "reason", "checks", "calls"} <= set(written["rows"][0])
    assert {"name", "measured", "target", "unit", "verdict"} <= set(written["rows"][0]["checks"][0])
    assert {"start", "end", "status", "gap", "ending"} <= set(
        written["rows"][0]["calls"][0]["attempts"][0]
    )
    assert {row["verdict"] for row in written["rows"]} == {verdict.value for verdict in Verdict}


def test_the_same_results_give_the_same_bytes() -> None:
    """Rows in any order of arrival give one document, so that two runs can be compared."""
    rows = one_of_each().rows

    assert to_json(make_results(*reversed(rows))) == to_json(make_results(*rows))


def test_text_that_utf_8_cannot_carry_is_written_as_escapes() -> None:
    """A lone surrogate out of a client's log does not lose the whole document."""
    written = to_json(make_results(make_row(log="bad \udcff byte")))

    assert from_json(written).rows[0].log == "bad \\udcff byte"


def broken_documents() -> list[tuple[str, Any, str]]:
    """Ways to break a document: a path to a place, what to put there, what the error says."""
    return [
        ("schema", "other/9", "schema: 'other/9' is not one of pawa-resilience/results/1"),
        ("run", [], "run: [] is not an object"),
        ("run.started_at", "noon", "run.started_at: 'noon' is not an ISO 8601 time"),
        ("run.complete", 1, "run.complete: 1 is not true or false"),
        ("run.extra", 1, "run.extra: unknown key; remove it"),
        ("client.claims", "retry", "client.claims: 'retry' is not a list"),
        ("rows.0.verdict", "passed", "rows[0].verdict: 'passed' is not one of pass, advisory"),
        ("rows.0.severity", "high", "rows[0].severity: 'high' is not one of must, must*"),
        ("rows.0.tier", 1.5, "rows[0].tier: 1.5 is not a whole number"),
        ("rows.0.seed", True, "rows[0].seed: True is not a whole number"),
        ("rows.1.duration_s", "1", "rows[1].duration_s: '1' is not a number"),
        ("rows.0.checks.0.name", None, "rows[0].checks[0].name: None is not text"),
        ("rows.0.calls.0.attempts.1.gap", "x", "rows[0].calls[0].attempts[1].gap: 'x' is not"),
        ("rows.0.calls.0.events.0", 5, "rows[0].calls[0].events[0]: 5 is not an object"),
        ("rows.0.id", "RETRY-002", "row RETRY-002 stands twice"),
    ]


@pytest.mark.parametrize(("place", "value", "message"), broken_documents())
def test_a_wrong_value_is_refused_with_its_place(place: str, value: Any, message: str) -> None:
    """An error is one line that names the file, the place and what should stand there."""
    broken = document()
    target: Any = broken
    *path, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    for part in path:
        target = target[part]
    target[last] = value

    with pytest.raises(DocumentError) as caught:
        from_json(json.dumps(broken), "out/results.json")

    assert str(caught.value).startswith("out/results.json: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_key_is_refused_with_its_place() -> None:
    """Every key is always written, so a missing one means another writer."""
    broken = document()
    del broken["rows"][2]["calls"][0]["attempts"][0]["ending"]

    with pytest.raises(DocumentError, match=r"rows\[2\].calls\[0\].attempts\[0\].ending: missing"):
        from_json(json.dumps(broken))


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"not json\nat all"])
def test_what_is_not_json_is_refused_in_one_line(data: bytes) -> None:
    """A document that was cut, or is something else, is not a traceback."""
    with pytest.raises(DocumentError, match=r"^results\.json: not JSON \(.+$"):
        from_json(data)
    with pytest.raises(DocumentError, match="the document: \\[\\] is not an object"):
        from_json(b"[]")


def test_another_document_is_refused_as_such() -> None:
    """Not for the first of its keys that is none of ours."""
    with pytest.raises(DocumentError, match=r"^results\.json: has no schema; give the results"):
        from_json(b'{"name": "package"}')


def test_a_file_is_read_or_refused_by_name(tmp_path: Path) -> None:
    """A file that is not there, or is a folder, is named in the error."""
    (tmp_path / "results.json").write_bytes(to_json(one_of_each()))

    assert read_results(tmp_path / "results.json") == one_of_each()
    with pytest.raises(DocumentError, match=r"nothing\.json: no such file"):
        read_results(tmp_path / "nothing.json")
    with pytest.raises(DocumentError, match="is a directory"):
        read_results(tmp_path)


def test_every_key_and_verdict_is_documented() -> None:
    """docs/reports.md names each key of the schema and each verdict, as code."""
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    shapes = (schema, *schema["$defs"].values())
    keys = {key for shape in shapes for key in shape.get("properties", {})}
    documented = (SCHEMA_FILE.parents[1] / "docs" / "reports.md").read_text("utf-8")

    assert {key for key in keys | set(Verdict) if f"`{key}`" not in documented} == set()


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    """The schema is as strict as the reader about keys and words."""
    for place, value in (("verdict", "passed"), ("severity", "high"), ("surplus", 1)):
        broken = document()
        broken["rows"][0][place] = value
        assert not VALIDATOR.is_valid(broken)

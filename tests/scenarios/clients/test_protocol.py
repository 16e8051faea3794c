"""The words of the protocol, and the records that scenarios read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scenarios.clients import protocol
from scenarios.clients.protocol import ClientAnswer, ClientError, Delta, Outcome

SCHEMA = json.loads(Path(protocol.__file__).with_name("protocol.schema.json").read_text("utf-8"))


def test_the_schema_has_the_same_words_as_the_code() -> None:
    """Claims, kinds, settings, limits, operations, sources, backoff families."""
    words = SCHEMA["$defs"]
    operations = [one["properties"]["op"]["const"] for one in words["request"]["oneOf"]]

    assert set(words["manifest"]["properties"]["claims"]["items"]["enum"]) == protocol.CLAIMS
    assert set(words["error"]["properties"]["kind"]["enum"]) == protocol.ERROR_KINDS
    assert set(words["settings"]["properties"]) == protocol.SETTINGS
    assert set(words["limits"]["properties"]) == protocol.LIMITS
    assert tuple(operations) == protocol.OPERATIONS
    sources = words["answer"]["properties"]["source"]["anyOf"][0]["enum"]
    families = words["limits"]["properties"]["backoff_family"]["enum"]
    assert set(sources) == protocol.SOURCES
    assert set(families) == protocol.BACKOFF_FAMILIES


def test_the_schema_has_the_same_fields_as_the_records() -> None:
    """Answers and errors: a field added to one is added to the other."""
    assert set(SCHEMA["$defs"]["answer"]["properties"]) == set(ClientAnswer.__slots__)
    assert set(SCHEMA["$defs"]["error"]["properties"]) == set(ClientError.__slots__)
    assert set(SCHEMA["$defs"]["manifest"]["properties"]) == set(protocol.Manifest.__slots__)


@pytest.mark.parametrize(
    ("outcome", "kind", "text", "ok"),
    [
        (Outcome("ok", ClientAnswer(text="Habari")), "ok", "Habari", True),
        (Outcome("ok", ClientAnswer()), "ok", "", True),
        (Outcome("error", error=ClientError("auth")), "auth", "", False),
        (Outcome("error", error=ClientError("timeout", partial="Ha")), "timeout", "Ha", False),
        (Outcome("crashed", deltas=(Delta("Ha", 1), Delta("b", 2))), "crashed", "Hab", False),
        (Outcome("hung"), "hung", "", False),
    ],
)
def test_an_outcome_tells_its_kind_and_its_text(
    outcome: Outcome, kind: str, text: str, ok: bool
) -> None:
    """The kind is the error's, else the ending; the text is all that the caller got."""
    assert (outcome.kind, outcome.text, outcome.ok) == (kind, text, ok)


def test_elapsed_time_runs_from_request_to_end() -> None:
    """In seconds of the harness."""
    assert Outcome("hung", started_s=10.0, ended_s=12.5).elapsed_s == 2.5

"""Questions are closed and strict; answers are open."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mockserver.control.calls import (
    Health,
    JournalQuery,
    RuleInfo,
    written_rule,
)
from mockserver.faults.catalogue import FAULTS
from mockserver.faults.rules import Rule


@pytest.mark.parametrize(
    "fields",
    [
        {"staus": "200"},
        {"status": "99"},
        {"status": "ok"},
        {"limit": "0"},
        {"at_least": "-1"},
        {"timeout_s": "-1"},
        {"timeout_s": "601"},
        {"timeout_s": "nan"},
        {"since_s": "1e308"},
        {"ended": "maybe"},
    ],
)
def test_a_bad_question_is_refused(fields: dict[str, str]) -> None:
    """Never clamped."""
    with pytest.raises(ValidationError):
        JournalQuery.model_validate(fields)


def test_a_query_is_read_from_texts() -> None:
    """As they come in a URL."""
    query = JournalQuery.model_validate(
        {"status": "503", "ended": "true", "limit": "5", "timeout_s": "1.5", "token": "call-1"}
    )

    assert (query.limit, query.ended, query.timeout_s) == (5, True, 1.5)
    assert (query.status, query.token, query.since_s) == (503, "call-1", None)


def test_an_answer_of_a_newer_server_can_be_read() -> None:
    """Fields that this version does not know are passed over."""
    assert Health.model_validate({"status": "ok", "sandboxes": [], "new": 1}).status == "ok"
    assert "new" not in RuleInfo.model_fields


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_a_written_rule_reads_back(kind: str) -> None:
    """For every fault, alone or as one of several."""
    example = FAULTS[kind].example
    match = {"path": "/chat/*", "attempt": 2}
    one = Rule.model_validate({"id": "r", "fault": example, "match": match})
    several = Rule.model_validate({"faults": [example], "when": {"times": 3}})

    assert Rule.model_validate(written_rule(one)) == one
    assert Rule.model_validate(written_rule(several)) == several

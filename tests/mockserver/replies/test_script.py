"""Which rule speaks to a request, and what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.replies.script import Heard, Script, compiled
from mockserver.replies.templates import PLACEHOLDERS
from mockserver.settings.reply_rules import ReplyMatch, ReplyRule

if TYPE_CHECKING:
    from pathlib import Path

HEARD = Heard(
    model="pawa-v1-ember-20240924",
    path="/v1/chat/request",
    body=b'{"user": "Bei gani?"}',
    stream=False,
    prompt="Bei gani?\nHaraka",
    system="Be kind",
    turn=1,
    attempt=1,
    token="call-0123456789ab",
    seed="7",
    user="Asha",
)


def says(heard: Heard, *rules: dict[str, Any]) -> str | None:
    said = Script([ReplyRule.model_validate(rule) for rule in rules]).say(heard)
    return None if said is None else said.text


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({}, True),
        ({"model": "*ember*"}, True),
        ({"model": "*blaze*"}, False),
        ({"path": "/chat/*"}, True),
        ({"path": "/v1/chat/request"}, True),
        ({"path": "/agents/*"}, False),
        ({"body": "Bei"}, True),
        ({"body": "bei"}, False),
        ({"user": "*Bei*"}, True),
        ({"user": "Bei"}, False),
        ({"stream": False}, True),
        ({"stream": True}, False),
        ({"model": "*ember*", "stream": True}, False),
    ],
)
def test_every_field_of_a_match_must_hold(match: dict[str, Any], fits: bool) -> None:
    """Globs compare whole values, over lines too; the body is searched for a text."""
    assert compiled(ReplyMatch.model_validate(match))(HEARD) is fits


def test_the_first_rule_that_matches_decides() -> None:
    """Where none does, nothing is said."""
    other = {"match": {"user": "no"}, "text": "never"}

    assert says(HEARD, other, {"text": "first"}, {"text": "second"}) == "first"
    assert says(HEARD, other) is None


def test_a_template_knows_what_the_request_said() -> None:
    """Each placeholder."""
    template = "|".join(f"{{{name}}}" for name in PLACEHOLDERS)

    assert says(HEARD, {"template": template}) == "|".join(
        [
            "Bei gani?\nHaraka",
            "Be kind",
            "pawa-v1-ember-20240924",
            "/v1/chat/request",
            "1",
            "1",
            "7",
            "Asha",
            "call-0123456789ab",
        ]
    )


def test_an_echo_says_what_the_user_said() -> None:
    """To the letter."""
    assert says(HEARD, {"echo": True}) == "Bei gani?\nHaraka"


@pytest.fixture
def file(tmp_path: Path) -> str:
    lines = [
        {"text": "one"},
        {"match": {"user": "Bei*"}, "text": "price"},
        {"text": "two"},
    ]
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return str(path)


def test_recorded_answers_follow_the_turns_of_a_conversation(file: str) -> None:
    """Each turn its line, of those that match; then from the start. A second try hears the same."""
    turns = [replace(HEARD, turn=turn, attempt=tried) for turn in (1, 2, 3, 4) for tried in (1, 2)]
    other = replace(HEARD, prompt="Habari", turn=2)

    assert [says(heard, {"file": file}) for heard in turns] == [
        *("one", "one", "price", "price", "two", "two", "one", "one")
    ]
    assert says(other, {"file": file}) == "two"


def test_recorded_answers_may_follow_the_attempts_of_a_call(file: str) -> None:
    """Each attempt its line, whatever else arrives meanwhile."""
    rule = {"file": file, "order": "attempt"}

    assert [says(replace(HEARD, attempt=n), rule) for n in (1, 2, 3, 4)] == [
        *("one", "price", "two", "one")
    ]


def test_a_file_without_a_fitting_answer_passes_the_word_on(tmp_path: Path) -> None:
    """To the rules behind it."""
    path = tmp_path / "answers.jsonl"
    path.write_text('{"match": {"user": "no"}, "text": "never"}', "utf-8")

    assert says(HEARD, {"file": str(path)}, {"text": "behind"}) == "behind"

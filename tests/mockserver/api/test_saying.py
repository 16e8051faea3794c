"""What is said to a request that gets more than words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.api.models import BLAZE
from mockserver.api.saying import Saying
from mockserver.replies.calls import ToolCall
from mockserver.replies.text import fingerprint_of
from mockserver.settings import ReplySettings
from tests.mockserver.api.bases import town
from tests.mockserver.api.conftest import CANARY, facts_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mockserver.api.conftest import Asker

CHAT = "/v1/chat/request"
PAY = {"type": "function", "function": {"name": "pay", "parameters": {"type": "object"}}}
CALL = ToolCall("c1", "pay", '{"to": "Asha", "sum": 5}')


def request(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    said = messages or ({"role": "user", "content": "pay Asha"},)
    return {"model": BLAZE, "messages": list(said), **more}


def choice(ask: Asker, body: dict[str, Any], **settings: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask.json(CHAT, body, **settings)["data"]["request"][0]
    return found


def content(ask: Asker, body: dict[str, Any], **settings: Any) -> str:
    return str(choice(ask, body, **settings)["message"]["content"])


def test_a_tools_result_is_taken_up(ask: Asker) -> None:
    """Under the name of the function that was called, and then the model goes on."""
    asked = {"id": "c1", "type": "function", "function": {"name": "pay", "arguments": "{}"}}
    turn = [
        {"role": "user", "content": "pay Asha"},
        {"role": "assistant", "content": None, "tool_calls": [asked]},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "Paid 5."}]},
        {"role": "tool", "tool_call_id": "c9", "content": "Left 20"},
    ]

    text = content(ask, request(*turn, tools=[PAY]))

    assert text.startswith("Kulingana na pay: Paid 5. Kulingana na tool: Left 20. ")
    assert len(text.split()) == 5 + 5 + 40


def test_a_rule_wins_over_everything_that_the_request_asks_for(ask: Asker) -> None:
    """Tools and structure included; a rule that does not match changes nothing."""
    body = request(
        tools=[PAY],
        response_format={"type": "json_schema", "json_schema": {"schema": {"type": "null"}}},
    )
    rules = {"rules": [{"match": {"user": "pay *"}, "template": "Umesema {prompt}"}]}
    others = {"rules": [{"match": {"user": "no"}, "text": "never"}]}

    assert content(ask, body, replies=ReplySettings.model_validate(rules)) == "Umesema pay Asha"
    assert choice(ask, body, replies=ReplySettings.model_validate(others)) == choice(ask, body)


def test_calls_come_before_structure(ask: Asker) -> None:
    """The arguments are JSON already; the answer in the next turn is structured."""
    schema = {"type": "json_schema", "json_schema": {"schema": {"const": "ok"}}}

    assert choice(ask, request(tools=[PAY], response_format=schema))["finish_reason"] == (
        "tool_calls"
    )
    assert content(ask, request(tools=[PAY], tool_choice="none", response_format=schema)) == '"ok"'


def test_a_given_text_takes_the_place_of_all_that_the_mock_would_say(ask: Asker) -> None:
    """Of calls and structure too."""
    body = request(tools=[PAY], tool_choice="required")

    assert content(ask, body, replies=ReplySettings(text="Sawa")) == "Sawa"


def test_marks_stand_inside_of_json(ask: Asker) -> None:
    """Where the schema has room for them; before any other text."""
    open_schema, closed = {"type": "object"}, {"const": 1}
    replies = {"canary": True, "fingerprint": True}

    def asked(schema: dict[str, Any]) -> dict[str, Any]:
        return request(response_format={"type": "json_schema", "json_schema": {"schema": schema}})

    def marks(body: dict[str, Any]) -> str:
        return f"{CANARY} {fingerprint_of(facts_of('POST', CHAT, body).body)}"

    settings = ReplySettings.model_validate(replies)
    scripted = ReplySettings.model_validate({**replies, "rules": [{"text": "Sawa"}]})
    body = asked(open_schema)

    assert json.loads(content(ask, body, replies=settings)) == {"mark": marks(body)}
    assert ask.reply(CHAT, body, replies=settings).canary == CANARY
    assert content(ask, asked(closed), replies=settings) == "1"
    assert ask.reply(CHAT, asked(closed), replies=settings).canary is None
    assert content(ask, body, replies=scripted) == f"{marks(body)} Sawa"


def test_a_recorded_answer_is_given_as_it_was(ask: Asker, tmp_path: Path) -> None:
    """With its reason and further fields, and usage counted anew; but as short as was asked."""
    file = tmp_path / "answers.jsonl"
    file.write_text(
        '{"data": {"created": "2025-09-09", "usage": {"tokens_out": 99}, "request": [{'
        '"finish_reason": "content_filter", "message": {"content": "Bei ni mbili"}}]}}',
        "utf-8",
    )
    replies = ReplySettings.model_validate({"rules": [{"file": str(file)}]})

    data = ask.json(CHAT, request(), replies=replies)["data"]
    cut = ask.json(CHAT, request(max_tokens=2), replies=replies)["data"]

    assert data["created"] == "2025-09-09"
    assert data["model"] == BLAZE
    assert data["usage"] == {"tokens_in": 2, "tokens_out": 3}
    assert data["request"][0]["finish_reason"] == "content_filter"
    assert data["request"][0]["matched_stop"] is None
    assert cut["request"][0]["message"]["content"] == "Bei ni"
    assert cut["request"][0]["finish_reason"] == "length"


def test_an_answer_may_have_text_and_calls() -> None:
    """A recorded one; what is cut away of the text leaves no room for calls."""
    saying = Saying("Nalipa sasa", (CALL,))

    whole = saying.composed((), None, ())
    some = saying.composed((), 4, ())
    none = saying.composed((), 1, ())

    assert (whole.text, whole.calls, whole.finish_reason) == ("Nalipa sasa", (CALL,), "tool_calls")
    assert whole.tokens == saying.tokens(9) == 2 + 1 + 4
    assert (some.tokens, some.finish_reason, len(some.calls)) == (4, "length", 1)
    assert (none.text, none.calls, none.finish_reason) == ("Nalipa", (), "length")


@pytest.mark.parametrize("path", [CHAT, "/v1/agents/chat/request"])
def test_rules_hear_what_the_request_said(ask: Asker, path: str) -> None:
    """Of plain chat and of agent chat."""
    message = {"role": "user", "content": "Bei gani?"}
    body = {
        "model": BLAZE,
        "messages": [{"role": "system", "content": "Be kind"}, message],
        "message": message,
        "memoryChat": [{"role": "assistant", "content": "Karibu"}],
        "seed": 5,
        "user": "Asha",
    }
    rules = [{"template": "{path} {turn} {n} {seed} {user} {prompt}"}]
    replies = ReplySettings.model_validate({"rules": rules})

    text = ask.json(path, body, replies=replies)["data"]["request"][0]["message"]["content"]

    assert text == f"{path} 2 1 5 Asha Bei gani?"


def test_a_knowledge_base_speaks_first(ask: Asker) -> None:
    """The first sentence of the nearest passage; what was read for it is counted."""
    town(ask, storage={"chunk_words": 20})
    question = {"role": "user", "content": "When does the fish market open?"}

    plain = ask.json(CHAT, request(question))["data"]
    grounded = ask.json(CHAT, request(question, rag={"knowledgeBaseId": 1, "topK": 1}))["data"]

    text = grounded["request"][0]["message"]["content"]
    assert text.startswith("The fish market opens at six in the morning. ")
    assert grounded["usage"]["tokens_in"] > plain["usage"]["tokens_in"]


def test_a_knowledge_base_that_must_be_there_is_asked_for(ask: Asker) -> None:
    """400 names the field, whatever would be said."""
    body = request(knowledgeBase={"kbReferenceId": "kb-9", "isMust": True})

    assert "knowledgeBase" in ask.refusal(CHAT, body)
    assert "knowledgeBase" in ask.refusal(CHAT, body, replies=ReplySettings(text="Sawa"))

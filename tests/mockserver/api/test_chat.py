"""Chat and agent chat, as JSON and as a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.answer import EventStream
from mockserver.api.models import BLAZE, EMBER
from mockserver.api.work import Moment
from mockserver.replies.text import fingerprint_of
from mockserver.replies.tokens import count_tokens
from mockserver.settings import LatencySettings, ReplySettings, StreamSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer
    from tests.mockserver.api.conftest import Asker

    ParseChunks = Callable[[Answer], list[Any]]

CHAT = "/v1/chat/request"
AGENT = "/v1/agents/chat/request"
CANARY = "answer-0123456789ab"


def request(text: object = "Habari gani?", **fields: object) -> dict[str, object]:
    return {"model": EMBER, "messages": [{"role": "user", "content": text}], **fields}


def text_of(body: Any) -> str:
    return str(body["data"]["request"][0]["message"]["content"])


def test_a_chat_is_answered_as_documented(ask: Asker) -> None:
    """The 200 of pawa-api.md section 3.1, field by field."""
    body = ask.json(CHAT, request())

    assert body["success"] is True
    assert body["message"] == "Chat request processed successfully"
    assert set(body["data"]) == {"request", "created", "model", "object", "usage"}
    assert body["data"]["created"] == 1_753_304_351
    assert body["data"]["model"] == EMBER
    assert body["data"]["object"] == "chat.request"
    assert body["data"]["usage"] == {"tokens_in": 2, "tokens_out": 40}
    (choice,) = body["data"]["request"]
    assert set(choice) == {"finish_reason", "message", "matched_stop"}
    assert (choice["finish_reason"], choice["matched_stop"]) == ("stop", 106)
    assert choice["message"]["role"] == "assistant"
    assert len(text_of(body).split()) == 40


def test_the_text_depends_on_the_request_alone(ask: Asker) -> None:
    """Same request, same text; another prompt, another text."""
    first, again = ask.json(CHAT, request("a")), ask.json(CHAT, request("a"))

    assert text_of(first) == text_of(again)
    assert text_of(first) != text_of(ask.json(CHAT, request("b")))


def test_content_may_be_parts(ask: Asker) -> None:
    """The API page's own form."""
    body = ask.json(CHAT, request([{"type": "text", "text": "Habari gani?"}]))

    assert body["data"]["usage"]["tokens_in"] == 2


@pytest.mark.parametrize("path", [CHAT, AGENT])
@pytest.mark.parametrize("extra", [{}, {"max_tokens": 7}, {"stop": ["e"]}])
def test_a_stream_says_what_the_json_says(
    ask: Asker, parse_chunks: ParseChunks, path: str, extra: dict[str, object]
) -> None:
    """Text, finish reason and usage agree."""
    asked = {**request(), "message": {"role": "user", "content": "Habari"}, **extra}
    whole = ask.json(path, asked)["data"]

    streamed = ask.reply(path, {**asked, "stream": True})
    chunks = [chunk["data"] for chunk in parse_chunks(streamed.answer)]

    assert "".join(c["message"]["content"] for c in chunks) == text_of({"data": whole})
    assert chunks[-1]["finish_reason"] == whole["request"][0]["finish_reason"]
    assert chunks[-1]["usage"] == whole["usage"]
    assert streamed.tokens_out == sum(streamed.chunk_tokens) == whole["usage"]["tokens_out"]
    assert ("Content-Type", "text/event-stream") in streamed.answer.headers


def test_max_tokens_is_kept_to(ask: Asker) -> None:
    """A cut text is the head of the whole one, and says `length`."""
    whole = text_of(ask.json(CHAT, request()))

    cut = ask.json(CHAT, request(max_tokens=5))["data"]
    exact = ask.json(CHAT, request(max_tokens=40))["data"]

    assert cut["request"][0]["message"]["content"] == " ".join(whole.split()[:5])
    assert cut["request"][0]["finish_reason"] == "length"
    assert cut["request"][0]["matched_stop"] is None
    assert cut["usage"]["tokens_out"] == 5
    assert exact["request"][0]["finish_reason"] == "stop"


def test_stop_is_kept_to(ask: Asker) -> None:
    """The text ends before the first stop, and says `stop`."""
    whole = text_of(ask.json(CHAT, request()))
    third = whole.split()[2]

    cut = ask.json(CHAT, request(stop=["never-said", third]))["data"]["request"][0]

    assert cut["message"]["content"] == whole[: whole.index(third)]
    assert (cut["finish_reason"], cut["matched_stop"]) == ("stop", 128001)


def test_a_canary_survives_any_cut(ask: Asker) -> None:
    """It stands first, fresh in each answer, and the reply names it."""
    settings = ReplySettings(canary=True)

    reply = ask.reply(CHAT, request(max_tokens=1), replies=settings)
    other = ask.reply(CHAT, request(), replies=settings, moment=Moment(0, "answer-ffffffffffff"))

    assert isinstance(reply.answer.body, bytes)
    assert text_of(orjson.loads(reply.answer.body)) == CANARY == reply.canary
    assert other.canary == "answer-ffffffffffff"
    assert other.tokens_out == 41


def test_no_canary_unless_asked_for(ask: Asker) -> None:
    """Off, the answer has none; cut away by a stop, the reply claims none."""
    plain = ask.reply(CHAT, request())
    stopped = ask.reply(CHAT, request(stop="answer"), replies=ReplySettings(canary=True))

    assert isinstance(plain.answer.body, bytes)
    assert plain.canary is None
    assert b"answer-" not in plain.answer.body
    assert stopped.canary is None


def test_a_fingerprint_tells_which_request_was_answered(ask: Asker) -> None:
    """It stands behind the canary."""
    replies = ReplySettings(canary=True, fingerprint=True)

    text = text_of(ask.json(CHAT, request(), replies=replies))

    assert text.split()[:2] == [CANARY, fingerprint_of(orjson.dumps(request()))]


def test_the_text_can_be_given(ask: Asker, parse_chunks: ParseChunks) -> None:
    """Then every answer says it, behind the marks, whole or as a stream."""
    replies = ReplySettings(text="Habari\n  za leo", canary=True)

    stream = ask.reply(CHAT, request(stream=True), replies=replies)

    assert text_of(ask.json(CHAT, request(), replies=replies)) == f"{CANARY} Habari\n  za leo"
    assert "".join(
        chunk["data"]["message"]["content"] for chunk in parse_chunks(stream.answer)
    ) == (f"{CANARY} Habari\n  za leo")


def test_usage_can_be_left_out(ask: Asker, parse_chunks: ParseChunks) -> None:
    """As in every documented example."""
    replies = ReplySettings(usage=False)

    stream = ask.reply(CHAT, request(stream=True), replies=replies)

    assert "usage" not in ask.json(CHAT, request(), replies=replies)["data"]
    assert "usage" not in parse_chunks(stream.answer)[-1]["data"]


def test_what_the_documents_contradict_is_a_switch(ask: Asker, parse_chunks: ParseChunks) -> None:
    """`created` in three forms, content in two, usage in two spellings."""
    replies = ReplySettings(created="text", content="parts", usage_names="tokensIn", text="Sawa")

    data = ask.json(CHAT, request(), replies=replies)["data"]
    stream = ask.reply(CHAT, request(stream=True), replies=replies)

    assert data["created"] == "1753304351"
    assert data["request"][0]["message"]["content"] == [{"type": "text", "text": "Sawa"}]
    assert data["usage"] == parse_chunks(stream.answer)[-1]["data"]["usage"]
    assert data["usage"] == {"tokensIn": 2, "tokensOut": 1}
    dated = ask.json(CHAT, request(), replies=ReplySettings(created="date"))["data"]
    assert dated["created"] == "2025-07-23"


def test_an_agent_answers_one_message(ask: Asker) -> None:
    """Same answer shape, default model, and the agent is part of what the text depends on."""
    message = {"role": "user", "content": "Habari"}

    body = ask.json(AGENT, {"message": message})
    kind = ask.json(AGENT, {"message": message, "instruction": "Be kind", "model": BLAZE})

    assert body["message"] == "Chat request processed successfully"
    assert body["data"]["model"] == EMBER
    assert kind["data"]["model"] == BLAZE
    assert text_of(body) != text_of(kind)


def test_latency_and_pace_are_told_to_the_server(ask: Asker) -> None:
    """A JSON answer waits before its head; a stream between its events."""
    latency = LatencySettings(answer_s=0.25)
    stream = StreamSettings(first_token_s=1.5, chunks=3)

    whole = ask.reply(CHAT, request(), latency=latency)
    streamed = ask.reply(CHAT, request(stream=True), latency=latency, stream=stream)

    assert whole.latency_s == 0.25
    assert streamed.latency_s == 0.0
    assert isinstance(streamed.answer.body, EventStream)
    assert streamed.answer.body.events[0].delay_s == 1.5
    assert len(streamed.answer.body.events) == 4


def test_a_cut_stream_is_charged_for_what_was_sent(ask: Asker) -> None:
    """The reply can tell the tokens of its first n chunks."""
    reply = ask.reply(CHAT, request(stream=True), stream=StreamSettings(chunk_words=4))

    assert [reply.tokens_sent(n) for n in (0, 1, 3, 10, 99)] == [0, 4, 12, 40, 40]


SCHEMA = {
    "type": "object",
    "properties": {"jina": {"type": "string"}, "bei": {"type": "number"}},
    "required": ["jina", "bei"],
}
PAY = {"type": "function", "function": {"name": "pay", "parameters": SCHEMA}}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "Paid"}
VARIANTS: dict[str, dict[str, Any]] = {
    "basic": {},
    "multimodal": {
        "content": [
            {"type": "text", "text": "Nini hii?"},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        ]
    },
    "tools": {"tools": [PAY, {"type": "pawa_tool", "name": "web_search_tool"}]},
    "tool call": {"tools": [PAY], "tool_choice": "required"},
    "tool result": {"after": [RESULT]},
    "built-in tool": {"tools": [{"type": "pawa_tool", "pawa_tool": "pesa_pay_tool"}]},
    "reasoning": {"capabilities": {"name": "reasoning", "effort": "high"}},
    "reasoning, the SDK's": {"reasoning": {"effort": "low"}},
    "RAG": {"rag": {"knowledgeBaseId": 1, "topK": 2}},
    "RAG, the samples'": {"knowledgeBase": {"kbReferenceId": "kb-1", "isMust": False}},
    "agentic RAG": {"agents": [1, 2]},
    "memory": {"memoryChat": [{"role": "assistant", "content": "Karibu"}]},
    "structured": {
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}
    },
}


def variant(name: str, path: str, **more: object) -> dict[str, object]:
    """A request of one of the documented kinds, for plain chat or for an agent."""
    fields = dict(VARIANTS[name])
    message = {"role": "user", "content": fields.pop("content", "Habari gani?")}
    messages = [message, *fields.pop("after", [])]
    said = {"message": messages[-1]} if path == AGENT else {"messages": messages}
    return {"model": BLAZE, **said, **fields, **more}


@pytest.mark.parametrize("path", [CHAT, AGENT])
@pytest.mark.parametrize("name", VARIANTS)
@given(
    max_tokens=st.none() | st.integers(1, 60),
    stop=st.none() | st.sampled_from(["a", "e ", ".", '"', "zzz"]),
    seed=st.none() | st.integers(0, 3),
    shape=st.sampled_from(["message", "request"]),
    pieces=st.integers(1, 5),
    marks=st.booleans(),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_kind_of_chat_is_the_same_whole_and_streamed(
    ask: Asker,
    parse_chunks: ParseChunks,
    *,
    path: str,
    name: str,
    max_tokens: int | None,
    stop: str | None,
    seed: int | None,
    shape: str,
    pieces: int,
    marks: bool,
) -> None:
    """Text, calls, reason and usage agree; nothing is longer than asked, and all of it counted."""
    asked = variant(name, path, max_tokens=max_tokens, stop=stop, seed=seed)
    options: dict[str, Any] = {
        "stream": StreamSettings.model_validate({"shape": shape, "chunk_words": pieces}),
        "replies": ReplySettings(canary=marks),
    }
    whole = ask.json(path, asked, **options)["data"]
    streamed = ask.reply(path, {**asked, "stream": True}, **options)
    chunks = [chunk["data"] for chunk in parse_chunks(streamed.answer)]
    choice = whole["request"][0]
    said = [
        chunk["request"][0]["message"] if shape == "request" else chunk["message"]
        for chunk in chunks
    ]
    calls = [call for message in said for call in message.get("tool_calls", [])]
    last = chunks[-1]["request"][0] if shape == "request" else chunks[-1]

    assert "".join(message["content"] for message in said) == choice["message"]["content"]
    assert [{k: v for k, v in call.items() if k != "index"} for call in calls] == (
        choice["message"].get("tool_calls", [])
    )
    assert last["finish_reason"] == choice["finish_reason"]
    assert chunks[-1]["usage"] == whole["usage"]
    spoken = [choice["message"]["content"]]
    spoken += [call["function"][part] for call in calls for part in ("name", "arguments")]
    assert whole["usage"]["tokens_out"] == sum(map(count_tokens, spoken))
    assert whole["usage"]["tokens_out"] == streamed.tokens_out == sum(streamed.chunk_tokens)
    assert max_tokens is None or streamed.tokens_out <= max_tokens
    assert choice["finish_reason"] in ("stop", "length", "tool_calls")
    assert stop is None or stop not in choice["message"]["content"]


@pytest.mark.parametrize("name", VARIANTS)
def test_the_same_request_gets_the_same_bytes(ask: Asker, name: str) -> None:
    """Whatever else was asked meanwhile; with another seed the words are others."""
    body = variant(name, CHAT, seed=1)

    first = ask.reply(CHAT, body).answer.body
    ask.reply(CHAT, request("something else"))

    assert ask.reply(CHAT, body).answer.body == first
    assert ask.reply(CHAT, variant(name, CHAT, seed=2)).answer.body != first


def test_a_structured_answer_is_valid_for_its_schema(ask: Asker, parse_chunks: ParseChunks) -> None:
    """Whole and streamed."""
    body = variant("structured", CHAT)
    streamed = parse_chunks(ask.reply(CHAT, {**body, "stream": True}).answer)

    jsonschema.validate(orjson.loads(text_of(ask.json(CHAT, body))), SCHEMA)
    text = "".join(chunk["data"]["message"]["content"] for chunk in streamed)
    jsonschema.validate(orjson.loads(text), SCHEMA)
    assert len(streamed) > 3


def test_a_called_function_is_asked_for_as_documented(ask: Asker) -> None:
    """`finish_reason` and `message.tool_calls`; the content is empty."""
    choice = ask.json(CHAT, variant("tool call", CHAT))["data"]["request"][0]
    (call,) = choice["message"]["tool_calls"]

    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", "")
    assert (call["type"], call["function"]["name"]) == ("function", "pay")
    jsonschema.validate(orjson.loads(call["function"]["arguments"]), SCHEMA)


def test_tools_of_the_server_end_in_text(ask: Asker) -> None:
    """They have run by then."""
    body = ask.json(CHAT, variant("built-in tool", CHAT, tool_choice="required"))

    assert body["data"]["request"][0]["finish_reason"] == "stop"
    assert len(text_of(body).split()) == 40

"""Chat in the document: what its schemas take is what the mock takes."""

from __future__ import annotations

import json

import pytest

from mockserver.api.asking import AGENT_FIELDS, CHAT_FIELDS
from tests.mockserver.openapi.reading import (
    answer_schema,
    body_schema,
    document,
    operation,
    taken,
    validator,
)

BLAZE = "pawa-v1-blaze-20250318"
HELLO = {"role": "user", "content": "Habari?"}
CHAT = {"model": BLAZE, "messages": [HELLO]}


def test_the_fields_are_those_that_the_api_knows() -> None:
    """None more, none less."""
    told = document()

    assert set(body_schema(told, "chat")["properties"]) == CHAT_FIELDS
    assert set(body_schema(told, "agents.chat")["properties"]) == AGENT_FIELDS


@pytest.mark.parametrize(
    ("more", "good"),
    [
        ({}, True),
        ({"anything": 1}, True),
        ({"temperature": 2.1}, False),
        ({"stop": ["a"] * 17}, False),
        ({"messages": []}, False),
        ({"messages": [{"role": "user"}]}, False),
        ({"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]}]}, True),
        ({"messages": [{"role": "assistant", "tool_calls": []}]}, False),
        ({"messages": [{"role": "tool", "content": "4", "tool_call_id": "call_1"}]}, True),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}, True),
        ({"messages": [{"role": "user", "content": []}]}, False),
        ({"tools": [{"type": "pawa_tool", "name": "web_search_tool"}]}, True),
        ({"tools": [{"type": "pawa_tool", "pawa_tool": "web_search_tool"}]}, True),
        ({"tools": [{"type": "pawa_tool", "name": "rocket_tool"}]}, False),
        ({"tool_choice": "auto"}, True),
        ({"tool_choice": "perhaps"}, False),
        ({"capabilities": {"name": "reasoning", "effort": "high"}}, True),
        ({"capabilities": {"effort": "high"}}, False),
        ({"rag": {"knowledgeBaseId": 1.5}}, False),
        ({"response_format": {"type": "json_schema"}}, False),
        ({"model": "gpt"}, False),
    ],
)
def test_a_body_is_taken_or_not(more: dict[str, object], good: bool) -> None:
    """By the same rules as in the API."""
    assert taken(document(), "chat", CHAT | more) is good


def test_settings_show() -> None:
    """Further models, closed bodies, and the content type of streams."""
    told = document(
        api={"extra_chat_models": ["mine"], "unknown_fields": "refuse"},
        stream={"content_type": "application/x-ndjson; charset=utf-8"},
    )

    assert taken(told, "chat", CHAT | {"model": "mine"})
    assert not taken(told, "chat", CHAT | {"anything": 1})
    assert "application/x-ndjson" in operation(told, "chat")["responses"]["200"]["content"]


def test_the_pieces_of_a_stream_are_described() -> None:
    """The recorded stream is made of the chunks that the document has a schema for."""
    told = document()
    streams = operation(told, "chat")["responses"]["200"]["content"]["text/event-stream"]
    pieces = [
        json.loads(line) for line in streams["examples"]["stream"]["value"].splitlines() if line
    ]
    chunk = validator(told, {"$ref": "#/components/schemas/ChatChunk"})

    assert len(pieces) == 4
    for piece in pieces:
        chunk.validate(piece)


@pytest.mark.parametrize("name", ["chat", "agents.chat"])
def test_both_answer_alike(name: str) -> None:
    """In the documented shape."""
    answer = answer_schema(document(), name)

    assert answer["properties"]["data"] == {"$ref": "#/components/schemas/ChatAnswer"}
    assert answer["properties"]["message"] == {"const": "Chat request processed successfully"}

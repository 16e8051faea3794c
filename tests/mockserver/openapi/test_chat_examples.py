"""The requests that the document shows for chat."""

from __future__ import annotations

from mockserver.openapi.chat_examples import AGENT_CHAT, CHATS
from tests.mockserver.openapi.reading import document, taken


def test_each_variant_has_one() -> None:
    """The eight of the documents, and a stream."""
    assert [example.name for example in CHATS] == [
        "basic",
        "multimodal",
        "tools",
        "reasoning",
        "rag",
        "agentic_rag",
        "in_memory",
        "structured",
        "stream",
    ]


def test_each_is_a_good_request() -> None:
    """As the document says itself."""
    told = document(api={"unknown_fields": "refuse"})

    assert all(taken(told, "chat", example.body) for example in CHATS)
    assert taken(told, "agents.chat", AGENT_CHAT.body)

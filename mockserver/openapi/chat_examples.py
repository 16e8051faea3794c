"""The requests that the document shows for chat: its eight variants, and a stream."""

from __future__ import annotations

from mockserver.api.models import BLAZE, EMBER
from mockserver.openapi.operation import Example

_HELLO = {"role": "user", "content": "Habari gani?"}
_WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a town",
        "parameters": {
            "type": "object",
            "properties": {"town": {"type": "string", "enum": ["Dodoma", "Mwanza"]}},
            "required": ["town"],
        },
    },
}
_PICTURE = {"type": "image_url", "image_url": {"url": "https://example.com/soko.jpg"}}
_PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


def _chat(
    name: str, summary: str, *messages: object, model: str = BLAZE, **more: object
) -> Example:
    body = {"model": model, "messages": list(messages) or [_HELLO], **more}
    return Example(name, summary, body)


CHATS = (
    _chat("basic", "Text", model=EMBER, max_tokens=12),
    _chat(
        "multimodal",
        "Text and a picture",
        {"role": "user", "content": [{"type": "text", "text": "Hii ni nini?"}, _PICTURE]},
        max_tokens=12,
    ),
    _chat(
        "tools",
        "A function that is called",
        {"role": "user", "content": "Get weather of Dodoma, please"},
        tools=[_WEATHER],
    ),
    _chat("reasoning", "Thinking first", max_tokens=12, capabilities={"name": "reasoning"}),
    _chat(
        "rag",
        "From a knowledge base",
        {"role": "user", "content": "When does the market open?"},
        rag={"knowledgeBaseId": 1, "topK": 1},
    ),
    _chat("agentic_rag", "From the knowledge base of an agent", agents=[1], max_tokens=12),
    _chat(
        "in_memory",
        "With earlier messages",
        memoryChat=[_HELLO, {"role": "assistant", "content": "Nzuri."}],
        max_tokens=12,
    ),
    _chat(
        "structured",
        "JSON for a schema",
        {"role": "user", "content": "Make up a person"},
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "person", "strict": True, "schema": _PERSON},
        },
    ),
    _chat("stream", "As a stream", model=EMBER, max_tokens=3, stream=True),
)
AGENT_CHAT = Example(
    "plain",
    "One message to an agent",
    {"name": "Mwalimu", "instruction": "Be patient", "message": _HELLO, "max_tokens": 12},
)

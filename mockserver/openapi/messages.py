"""Messages and tools of a chat in the document (pawa-api.md section 3.1)."""

from __future__ import annotations

from mockserver.api.messages import ROLES
from mockserver.api.tools import BUILT_IN, CHOICES
from mockserver.openapi.schema import (
    ANYTHING,
    Schema,
    anything_of,
    array,
    fields,
    or_null,
    ref,
    some_text,
    text,
    words,
)


def schemas() -> dict[str, Schema]:
    """What is said, and what may be called."""
    return {
        "Messages": array(ref("Message"), minItems=1),
        "Message": anything_of(
            fields(
                {"role": words(ROLES[:2]), "content": ref("Content")}, required=("role", "content")
            ),
            _assistant("content"),
            _assistant("tool_calls"),
            fields(
                {
                    "role": {"const": "tool"},
                    "content": ref("Content"),
                    "tool_call_id": or_null(text("The call that this is the result of.")),
                },
                required=("role", "content"),
            ),
        ),
        "Content": anything_of(text(), array(ref("Part"), minItems=1)),
        "Part": anything_of(
            fields({"type": {"const": "text"}, "text": text()}, required=("type", "text")),
            fields(
                {
                    "type": {"const": "image_url"},
                    "image_url": fields({"url": some_text()}, required=("url",)),
                },
                required=("type", "image_url"),
            ),
        ),
        "CallGiven": _call_given(),
        "Tool": anything_of(_function_tool(), *_built_in_tool()),
        "ToolChoice": _tool_choice(),
    }


def _call_given() -> Schema:
    arguments: Schema = {"type": ["string", "object", "null"]}
    function = fields({"name": some_text(), "arguments": arguments}, required=("name",))
    return fields(
        {"id": or_null(text()), "type": ANYTHING, "function": function}, required=("function",)
    )


def _tool_choice() -> Schema:
    named = fields({"name": some_text()}, required=("name",))
    return anything_of(
        words(CHOICES, "`required` needs a tool."),
        fields(
            {"type": {"const": "function"}, "function": named},
            required=("type", "function"),
            told="Must name a function among `tools`.",
        ),
        *_built_in_tool(),
    )


def _assistant(said: str) -> Schema:
    """An assistant's message, which says something, calls functions, or both."""
    content, calls = ref("Content"), array(ref("CallGiven"), minItems=1)
    if said == "content":
        calls = or_null(array(ref("CallGiven")))
    else:
        content = or_null(content)
    return fields(
        {"role": {"const": "assistant"}, "content": content, "tool_calls": calls},
        required=("role", said),
    )


def _function_tool() -> Schema:
    function = fields(
        {
            "name": some_text("Each name once."),
            "description": ANYTHING,
            "strict": ANYTHING,
            "parameters": {
                "type": ["object", "null"],
                "properties": {"type": {"const": "object"}},
                "description": "A JSON Schema of the arguments.",
            },
        },
        required=("name",),
    )
    return fields(
        {"type": {"const": "function"}, "function": function}, required=("type", "function")
    )


def _built_in_tool() -> tuple[Schema, Schema]:
    """One of Pawa's own tools, in both spellings of its name."""
    kind: Schema = {"const": "pawa_tool"}
    return (
        fields({"type": kind, "name": words(BUILT_IN)}, required=("type", "name")),
        fields(
            {"type": kind, "pawa_tool": words(BUILT_IN), "name": {"not": {}}},
            required=("type", "pawa_tool"),
        ),
    )

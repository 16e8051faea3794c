"""Messages and tools in the document: what is said and what may be called."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.openapi.messages import schemas
from tests.mockserver.openapi.reading import document, validator

FUNCTION: dict[str, Any] = {"type": "function", "function": {"name": "f"}}


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        ("Message", {"role": "user", "content": "x"}, True),
        ("Message", {"role": "robot", "content": "x"}, False),
        ("Message", {"role": "assistant", "content": None, "tool_calls": [FUNCTION]}, True),
        ("Message", {"role": "assistant", "content": None}, False),
        ("Message", {"role": "tool", "content": "x", "tool_call_id": 5}, False),
        ("Content", [{"type": "image_url", "image_url": {"url": ""}}], False),
        ("Part", {"type": "text", "text": ""}, True),
        ("Tool", FUNCTION, True),
        ("Tool", {"type": "function", "function": {"name": "f", "parameters": 1}}, False),
        (
            "Tool",
            {"type": "function", "function": {"name": "f", "parameters": {"type": "array"}}},
            False,
        ),
        ("ToolChoice", "required", True),
        ("ToolChoice", FUNCTION, True),
        ("ToolChoice", {"type": "pawa_tool"}, False),
    ],
)
def test_a_value_is_taken_or_not(name: str, value: object, good: bool) -> None:
    """By the same rules as in the API."""
    told = document()

    assert name in schemas()
    assert validator(told, {"$ref": f"#/components/schemas/{name}"}).is_valid(value) is good

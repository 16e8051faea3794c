"""Messages: roles, content as a string or as parts."""

from __future__ import annotations

import pytest

from mockserver.api.fields import BadRequest
from mockserver.api.messages import Message, read_message, read_messages
from mockserver.replies.tokens import IMAGE_TOKENS


def test_content_is_a_string() -> None:
    """The plain form."""
    assert read_message({"role": "user", "content": "habari"}, "m") == Message("user", "habari")


def test_content_is_parts() -> None:
    """Texts are joined, pictures are counted."""
    content = [
        {"type": "text", "text": "one two"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
        {"type": "text", "text": " three"},
    ]

    message = read_message({"role": "user", "content": content}, "m")

    assert message == Message("user", "one two three", images=1)
    assert message.tokens == 3 + IMAGE_TOKENS


def test_an_assistant_that_called_tools_needs_no_content() -> None:
    """The turn before a tool's answer has null content."""
    message = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f"}}]}

    assert read_message(message, "m") == Message("assistant", "", 0, (("", "f"),), 1)


def test_calls_are_read_in_both_spellings() -> None:
    """With or without an id, the arguments as text or as an object; all of it counts."""
    function = {"name": "pay", "arguments": {"to": "Asha"}}
    calls = [
        {"id": "c1", "type": "function", "function": {"name": "pay", "arguments": '{"to": "A"}'}},
        {"function": function},
    ]

    message = read_message({"role": "assistant", "content": "ndiyo", "tool_calls": calls}, "m")

    assert message.asked == (("c1", "pay"), ("", "pay"))
    assert message.tokens == 1 + (1 + 2) + (1 + 1)


def test_a_tool_says_which_call_it_answers() -> None:
    """The samples write its result as parts."""
    content = [{"type": "text", "text": "31 degrees"}]

    message = read_message({"role": "tool", "tool_call_id": "c1", "content": content}, "m")

    assert (message.text, message.call_id, message.tokens) == ("31 degrees", "c1", 2)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "messages is required"),
        ("hi", "messages must be an array"),
        ([], "messages must not be empty"),
        (["hi"], "messages[0] must be a JSON object"),
        ([None], "messages[0] is required"),
        ([{"content": "x"}], "messages[0].role is required"),
        (
            [{"role": "robot", "content": "x"}],
            "messages[0].role must be one of system, user, assistant, tool",
        ),
        ([{"role": "user"}], "messages[0].content must be a string or an array of parts"),
        (
            [{"role": "user", "content": 5}],
            "messages[0].content must be a string or an array of parts",
        ),
        ([{"role": "user", "content": []}], "messages[0].content must not be empty"),
        (
            [{"role": "user", "content": [{"type": "video"}]}],
            "messages[0].content[0].type must be text or image_url",
        ),
        (
            [{"role": "user", "content": [{"type": "text"}]}],
            "messages[0].content[0].text must be a string",
        ),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}],
            "messages[0].content[0].image_url.url is required",
        ),
        (
            [{"role": "tool", "content": "x", "tool_call_id": 5}],
            "messages[0].tool_call_id must be a string",
        ),
        (
            [{"role": "assistant", "tool_calls": {"a": 1}}],
            "messages[0].tool_calls must be an array",
        ),
        (
            [{"role": "assistant", "content": "x", "tool_calls": ""}],
            "messages[0].tool_calls must be an array",
        ),
        (
            [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": 0}}]}],
            "messages[0].tool_calls[0].function.arguments must be a JSON object",
        ),
        (
            [{"role": "assistant", "tool_calls": [{}]}],
            "messages[0].tool_calls[0].function must be a JSON object",
        ),
        (
            [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": 5}}]}],
            "messages[0].tool_calls[0].function.arguments must be a JSON object",
        ),
    ],
)
def test_a_bad_message_is_placed(value: object, message: str) -> None:
    """The refusal says which message and which part."""
    with pytest.raises(BadRequest) as caught:
        read_messages(value, "messages")

    assert str(caught.value) == message

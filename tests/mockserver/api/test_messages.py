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
    message = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}

    assert read_message(message, "m") == Message("assistant", "")


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
    ],
)
def test_a_bad_message_is_placed(value: object, message: str) -> None:
    """The refusal says which message and which part."""
    with pytest.raises(BadRequest) as caught:
        read_messages(value, "messages")

    assert str(caught.value) == message

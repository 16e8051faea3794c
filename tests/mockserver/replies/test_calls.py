"""Tool calls as an answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockserver.replies.calls import ToolCall, compose_calls

WEATHER = ToolCall("call_1", "get_weather", '{"city": "Dodoma", "unit": "celsius"}')
PAY = ToolCall("call_2", "pay", "{}")


def test_a_call_has_the_documented_shape() -> None:
    """pawa-api.md section 3.1; the arguments are JSON text."""
    assert WEATHER.as_json() == {
        "id": "call_1",
        "type": "function",
        "function": {"name": "get_weather", "arguments": '{"city": "Dodoma", "unit": "celsius"}'},
    }


def test_calls_alone_are_an_answer() -> None:
    """No text, finish reason `tool_calls`, and every name and argument counted."""
    written = compose_calls((WEATHER, PAY), None)

    assert (written.text, written.finish_reason, written.matched_stop) == ("", "tool_calls", None)
    assert written.calls == (WEATHER, PAY)
    assert written.tokens == 5 + 2


def test_max_tokens_cuts_the_arguments() -> None:
    """As it does in production: the client gets half a JSON text, and `length`."""
    written = compose_calls((WEATHER, PAY), 3)

    assert written.finish_reason == "length"
    assert [call.arguments for call in written.calls] == ['{"city": "Dodoma",']
    assert written.tokens == 3


@given(limit=st.integers(1, 12))
def test_an_answer_is_never_longer_than_asked(limit: int) -> None:
    """And says `length` exactly when something is missing."""
    written = compose_calls((WEATHER, PAY), limit)

    assert written.tokens == sum(call.tokens for call in written.calls) <= limit
    assert (written.finish_reason == "length") == (written.calls != (WEATHER, PAY))

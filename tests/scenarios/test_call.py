"""Calls and their tokens."""

from __future__ import annotations

import re
from random import Random

from scenarios.call import make_call, new_token


def test_a_token_is_what_the_mock_looks_for() -> None:
    """`call-` and twelve hexadecimal digits, leading zeros included."""
    assert re.fullmatch(r"call-[0-9a-f]{12}", new_token(Random(0)))


def test_the_same_seed_gives_the_same_tokens() -> None:
    """A run can be repeated."""
    assert [new_token(Random(7)) for _ in range(2)] == [new_token(Random(7))] * 2
    assert new_token(Random(7)) != new_token(Random(8))


def test_the_prompt_carries_the_token() -> None:
    """Without messages, one user message."""
    call = make_call("call-00", "Bei gani?", stream=True, max_tokens=7)

    assert call.request == {
        "messages": [{"role": "user", "content": "Bei gani? [call-00]"}],
        "stream": True,
        "max_tokens": 7,
    }


def test_given_messages_carry_the_token_in_the_last() -> None:
    """The others stay as they are, and the caller's list too."""
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Habari?"}]

    call = make_call("call-00", messages=messages)

    assert call.request["messages"][0] == messages[0]
    assert call.request["messages"][1]["content"] == "Habari? [call-00]"
    assert messages[1]["content"] == "Habari?"


def test_a_varied_call_keeps_its_prompt_and_token() -> None:
    """Two requests that differ in one field."""
    call = make_call("call-00")
    other = call.varied(temperature=0.9)

    assert other.token == call.token
    assert other.request == {**call.request, "temperature": 0.9}

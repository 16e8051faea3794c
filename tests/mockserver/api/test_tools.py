"""Which functions a request calls, and with what."""

from __future__ import annotations

import json
from typing import Any, Literal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.fields import BadRequest
from mockserver.api.messages import Message
from mockserver.api.tools import calls_of, read_tools

SEED = b"0123456789abcdef"
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
    "required": ["city"],
    "additionalProperties": False,
}


def function(name: str, parameters: Any = None) -> dict[str, Any]:
    inner = {"name": name, "description": "a tool", "parameters": parameters}
    return {"type": "function", "function": inner}


WEATHER = function("get_weather", PARAMETERS)
PAY = function("pay-now")
SEARCH = {"type": "pawa_tool", "name": "web_search_tool"}


def called(
    body: dict[str, Any],
    text: str = "Habari?",
    *,
    role: str = "user",
    when: Literal["auto", "always", "never"] = "auto",
    seed: bytes = SEED,
) -> list[str]:
    tools = read_tools(body)
    assert tools is not None
    return [call.name for call in calls_of(tools, Message(role, text), seed, when)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("get_weather for Dodoma", ["get_weather"]),
        ("Please get weather, then pay now!", ["get_weather", "pay-now"]),
        ("PAY-NOW", ["pay-now"]),
        ("forget weathering", []),
        ("What is it like outside?", []),
    ],
)
def test_a_function_is_called_when_its_name_is_said(text: str, names: list[str]) -> None:
    """As whole words, in whatever case, in the order of the tools."""
    assert called({"tools": [WEATHER, PAY]}, text) == names


def test_nobody_but_a_user_calls_one_by_its_name() -> None:
    """A tool's result that names its tool would call it for ever."""
    assert called({"tools": [WEATHER]}, "get_weather says 31", role="tool") == []


@given(seed=st.binary(min_size=1))
def test_the_setting_decides_what_auto_leaves_open(seed: bytes) -> None:
    """Always calls one, the same for the same request; never calls none."""
    body = {"tools": [WEATHER, PAY]}

    assert len(called(body, when="always", seed=seed)) == 1
    assert called(body, when="always", seed=seed) == called(body, when="always", seed=seed)
    assert called(body, "get weather", when="always", seed=seed) == ["get_weather"]
    assert called(body, "get weather", when="never", seed=seed) == []
    assert called(body, when="always", role="tool", seed=seed) == []


@pytest.mark.parametrize("when", ["auto", "always", "never"])
def test_the_request_outranks_the_setting(when: Literal["auto", "always", "never"]) -> None:
    """none, required and a named function mean what they say."""
    tools = [WEATHER, PAY, SEARCH]
    named = {"type": "function", "function": {"name": "pay-now"}}

    assert called({"tools": tools, "tool_choice": "none"}, "get weather", when=when) == []
    assert len(called({"tools": tools, "tool_choice": "required"}, when=when)) == 1
    assert called({"tools": tools, "tool_choice": named}, "get weather", when=when) == ["pay-now"]
    assert called({"tools": tools, "tool_choice": named}, role="tool", when=when) == ["pay-now"]


def test_tools_of_the_server_are_never_called_by_the_caller() -> None:
    """They run there; both spellings of their name are understood, also as a choice."""
    both = [SEARCH, {"type": "pawa_tool", "pawa_tool": "pesa_pay_tool"}]

    for choice in ("required", "auto", {"type": "pawa_tool", "pawa_tool": "pesa_pay_tool"}):
        body = {"tools": both, "tool_choice": choice}
        assert called(body, "web_search_tool", when="always") == []


@given(seed=st.binary(min_size=1))
def test_arguments_are_valid_for_the_parameters(seed: bytes) -> None:
    """A JSON text of an object; id and arguments depend on the request alone."""
    tools = read_tools({"tools": [WEATHER, PAY], "tool_choice": "required"})
    assert tools is not None
    said = Message("user", "get weather and pay now")

    first, second = calls_of(tools, said, seed, "auto")

    jsonschema.validate(json.loads(first.arguments), PARAMETERS)
    assert second.arguments == "{}"
    assert first.id.startswith("call_")
    assert first.id != second.id
    assert calls_of(tools, said, seed, "auto") == (first, second)


def test_without_tools_there_are_none() -> None:
    """An empty list, and a choice that asks for nothing, are no mistakes."""
    for body in ({}, {"tools": []}, {"tools": None, "tool_choice": "auto"}):
        assert read_tools(body) is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"tools": ["x"]}, "tools[0] must be a JSON object"),
        ({"tools": [{"type": "function"}]}, "tools[0].function must be a JSON object"),
        (
            {"tools": [{"type": "function", "function": {}}]},
            "tools[0].function.name is required",
        ),
        (
            {"tools": [function("f", "x")]},
            "tools[0].function.parameters must be a JSON object",
        ),
        (
            {"tools": [function("f", {"type": "array"})]},
            "tools[0].function.parameters.type must be object",
        ),
        (
            {"tools": [function("f", {"properties": {"a": {"type": "x"}}})]},
            (
                "tools[0].function.parameters at properties.a.type: "
                "'x' is not valid under any of the given schemas"
            ),
        ),
        ({"tools": [PAY, PAY]}, "tools: function 'pay-now' occurs twice"),
        ({"tools": [{"type": "pawa_tool"}]}, "tools[0].name is required"),
        (
            {"tools": [{"type": "pawa_tool", "name": "x"}]},
            "tools[0].name must be web_search_tool or pesa_pay_tool",
        ),
        (
            {"tools": [PAY], "tool_choice": "any"},
            "tool_choice must be auto, none, required or name one of the tools",
        ),
        (
            {"tools": [PAY], "tool_choice": 5},
            "tool_choice must be auto, none, required or name one of the tools",
        ),
        ({"tool_choice": "required"}, "tool_choice is required, and there are no tools"),
        ({"tools": [PAY], "tool_choice": {}}, "tool_choice.type is required"),
        (
            {"tools": [PAY], "tool_choice": {"type": "x"}},
            "tool_choice.type must be function or pawa_tool",
        ),
        (
            {"tools": [PAY], "tool_choice": {"type": "function", "function": {"name": "g"}}},
            "tool_choice names 'g', which is none of the tools",
        ),
        (
            {"tools": [PAY], "tool_choice": SEARCH},
            "tool_choice names 'web_search_tool', which is none of the tools",
        ),
    ],
)
def test_a_mistake_is_named(body: dict[str, Any], message: str) -> None:
    """With the tool and the field."""
    with pytest.raises(BadRequest) as caught:
        read_tools(body)

    assert str(caught.value) == message


def test_arguments_that_cannot_be_are_refused() -> None:
    """When the function is called, with the place in its parameters."""
    impossible = {"properties": {"n": {"type": "integer", "minimum": 2, "maximum": 1}}}
    body = {"tools": [function("f", {**impossible, "required": ["n"]})], "tool_choice": "required"}

    with pytest.raises(BadRequest, match=r"^tools\[0\].function.parameters at n: cannot be"):
        called(body)

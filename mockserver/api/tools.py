"""Tools of a chat: the caller's functions, Pawa's own tools, and which of them are called.

Source: pawa-api.md section 3.1. Pawa's own tools run on the server, so that the caller gets the
final text; the caller's functions are asked for in ``message.tool_calls``. When a model calls a
function is undocumented; here the request alone decides:

* ``tool_choice`` "none" never calls; "required" and a named function always do;
* "auto", which stands for a missing one too, calls each function whose name the last message says,
  if a user wrote it (``get_weather`` is also said by "get weather"); the setting
  ``replies.tool_calls`` makes that always or never.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import orjson

from mockserver.api.fields import BadRequest, Body, optional_list, read_object, required_text
from mockserver.api.structured import json_text, schema_at, value_for
from mockserver.replies.calls import ToolCall
from mockserver.replies.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.api.messages import Message
    from mockserver.replies.schemas import Schema

BUILT_IN = ("web_search_tool", "pesa_pay_tool")
CHOICES = ("auto", "none", "required")

_NO_PARAMETERS: Body = {"type": "object", "properties": {}}
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the caller: its name, and the schema of its arguments."""

    name: str
    parameters: Schema
    place: str


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of a request.

    ``choice`` is ``auto``, ``none`` or ``required``; with ``named`` that function must be called.
    ``tokens`` is what reading the functions' descriptions counts.
    """

    functions: tuple[Function, ...]
    built_in: tuple[str, ...]
    choice: str
    named: str | None
    tokens: int


def read_tools(body: Mapping[str, object]) -> Tools | None:
    """``tools`` and ``tool_choice``; None where there are no tools. Raises BadRequest."""
    if body.get("tools") is None and body.get("tool_choice") is None:
        return None
    functions: list[Function] = []
    built_in: list[str] = []
    written = optional_list(body, "tools")
    for index, item in enumerate(written):
        place = f"tools[{index}]"
        tool = read_object(item, place)
        kind = required_text(tool, "type", f"{place}.")
        if kind == "function":
            functions.append(_read_function(tool, place))
        elif kind == "pawa_tool":
            built_in.append(_read_built_in(tool, place))
        else:
            raise BadRequest(f"{place}.type must be function or pawa_tool")
    names = [function.name for function in functions]
    for name in names:
        if names.count(name) > 1:
            raise BadRequest(f"tools: function {name!r} occurs twice")
    choice, named = _read_choice(body.get("tool_choice"), names, built_in)
    if not written:
        return None
    tokens = count_tokens(orjson.dumps(written).decode())
    return Tools(tuple(functions), tuple(built_in), choice, named, tokens)


def calls_of(
    tools: Tools, last: Message, seed: bytes, when: Literal["auto", "always", "never"]
) -> tuple[ToolCall, ...]:
    """The calls that a request leads to, in the order of its tools. Raises BadRequest.

    ``last`` is the last message, ``seed`` what the reply depends on, ``when`` the setting for
    "auto". Ids and arguments depend on the seed alone.
    """
    if tools.named is not None:
        chosen = [each for each in tools.functions if each.name == tools.named]
    elif tools.choice == "none" or not tools.functions:
        chosen = []
    else:
        must = tools.choice == "required"
        free = last.role == "user" and when != "never"
        said = _said(tools.functions, last.text) if must or free else []
        one = tools.functions[seed[0] % len(tools.functions)]
        chosen = said or ([one] if must or (free and when == "always") else [])
    return tuple(
        ToolCall(
            f"call_{hashlib.blake2b(seed + bytes([number]), digest_size=12).hexdigest()}",
            function.name,
            json_text(
                value_for(function.parameters, seed + function.name.encode(), function.place)
            ),
        )
        for number, function in enumerate(chosen[:128])
    )


def _said(functions: tuple[Function, ...], text: str) -> list[Function]:
    """The functions whose names a text says, as whole words."""
    spoken = _spoken(text)
    return [
        each for each in functions if _spoken(each.name).strip() and _spoken(each.name) in spoken
    ]


def _spoken(text: str) -> str:
    return f" {_NO_WORD.sub(' ', text.lower()).strip()} "


def _read_function(tool: Body, place: str) -> Function:
    function = read_object(tool.get("function"), f"{place}.function")
    name = required_text(function, "name", f"{place}.function.")
    place = f"{place}.function.parameters"
    written = function.get("parameters")
    parameters = {
        "type": "object",
        **read_object(_NO_PARAMETERS if written is None else written, place),
    }
    if parameters["type"] != "object":
        raise BadRequest(f"{place}.type must be object")
    return Function(name, schema_at(place, parameters), place)


def _read_built_in(tool: Body, place: str) -> str:
    """Both spellings of the name: ``name`` and ``pawa_tool``."""
    name = tool.get("name", tool.get("pawa_tool"))
    if name is None:
        raise BadRequest(f"{place}.name is required")
    if name not in BUILT_IN:
        raise BadRequest(f"{place}.name must be {' or '.join(BUILT_IN)}")
    return str(name)


def _read_choice(value: object, names: list[str], built_in: list[str]) -> tuple[str, str | None]:
    if value is None:
        return "auto", None
    if isinstance(value, dict):
        return _read_named(value, names, built_in)
    if value not in CHOICES:
        raise BadRequest(f"tool_choice must be {', '.join(CHOICES)} or name one of the tools")
    if value == "required" and not (names or built_in):
        raise BadRequest("tool_choice is required, and there are no tools")
    return str(value), None


def _read_named(value: Body, names: list[str], built_in: list[str]) -> tuple[str, str | None]:
    kind = required_text(value, "type", "tool_choice.")
    if kind == "pawa_tool":
        name = _read_built_in(value, "tool_choice")
        known, named = built_in, None
    elif kind == "function":
        function = read_object(value.get("function"), "tool_choice.function")
        name = named = required_text(function, "name", "tool_choice.function.")
        known = names
    else:
        raise BadRequest("tool_choice.type must be function or pawa_tool")
    if name not in known:
        raise BadRequest(f"tool_choice names {name!r}, which is none of the tools")
    return "auto", named

"""What a chat request asks for, read and checked: plain chat and agent chat (pawa-api.md 3.1, 3.3).

Both share the sampling fields; they differ in where the messages stand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mockserver.api import fields
from mockserver.api.fields import BadRequest, Body
from mockserver.api.messages import Message, read_message, read_messages
from mockserver.api.models import BLAZE, EMBER, chat_models
from mockserver.api.reasoning import read_effort
from mockserver.api.structured import read_structure
from mockserver.api.tools import read_tools
from mockserver.replies.tokens import count_tokens
from mockserver.values import value

if TYPE_CHECKING:
    from mockserver.api.tools import Tools
    from mockserver.replies.schemas import Schema
    from mockserver.settings import ApiSettings

_SAMPLING = frozenset(
    {
        "model",
        "temperature",
        "top_p",
        "max_tokens",
        "frequency_penalty",
        "presence_penalty",
        "seed",
        "stop",
        "stream",
        "tools",
        "tool_choice",
        "response_format",
        "memoryChat",
        "capabilities",
        "reasoning",
        "rag",
        "knowledgeBase",
        "agents",
        "user",
    }
)
_EXTRAS = frozenset(
    {
        "tools",
        "tool_choice",
        "response_format",
        "capabilities",
        "reasoning",
        "rag",
        "knowledgeBase",
        "agents",
    }
)
"""Fields that most requests do not have."""

CHAT_FIELDS = _SAMPLING | {"messages"}
AGENT_FIELDS = _SAMPLING | {"name", "description", "instruction", "intents", "message"}

MAX_STOPS = 16

CHAT = "chat"
AGENT_CHAT = "agents.chat"
"""The names of the two endpoints."""


@value
class ChatAsk:
    """A valid chat request.

    ``endpoint`` is the one that was asked. ``messages`` holds the memory too. ``tokens_in`` counts
    everything that the model reads: messages, memory, tools and, for an agent, its description and
    instruction. ``structure`` is the schema that the answer must be valid for, ``effort`` how hard
    the model is to think. ``plain`` tells that nothing is asked for that most requests do without.
    """

    endpoint: str
    body: Body
    model: str
    messages: tuple[Message, ...]
    tokens_in: int
    max_tokens: int | None
    stops: tuple[str, ...]
    stream: bool
    tools: Tools | None = None
    structure: Schema | None = None
    effort: str | None = None
    plain: bool = True


def read_chat_ask(body_json: object, settings: ApiSettings) -> ChatAsk:
    """``POST /chat/request``; raises BadRequest."""
    body = fields.read_object(body_json)
    if settings.unknown_fields == "refuse":
        fields.check_known(body, CHAT_FIELDS)
    model = fields.required_text(body, "model")
    messages = read_messages(body.get("messages"), "messages")
    return _read_ask(body, model, messages, settings)


def read_agent_ask(body_json: object, settings: ApiSettings) -> ChatAsk:
    """``POST /agents/chat/request``: one ``message``; a missing model is the default one."""
    body = fields.read_object(body_json)
    if settings.unknown_fields == "refuse":
        fields.check_known(body, AGENT_FIELDS)
    model = fields.optional_text(body, "model") or EMBER
    message = read_message(body.get("message"), "message")
    told = [fields.optional_text(body, name) for name in ("name", "description", "instruction")]
    for index, intent in enumerate(fields.optional_list(body, "intents")):
        if not isinstance(intent, str):
            raise BadRequest(f"intents[{index}] must be a string")
    ask = _read_ask(body, model, (message,), settings)
    return replace(ask, endpoint=AGENT_CHAT, tokens_in=ask.tokens_in + sum(map(count_tokens, told)))


def _read_ask(
    body: Body, model: str, messages: tuple[Message, ...], settings: ApiSettings
) -> ChatAsk:
    fields.check_model(model, chat_models(settings))
    if body.get("memoryChat") is not None and fields.optional_list(body, "memoryChat"):
        messages = (*read_messages(body["memoryChat"], "memoryChat"), *messages)
    _check_sampling(body)
    tools, structure, effort = None, None, None
    plain = _EXTRAS.isdisjoint(body)
    if not plain:
        tools, structure, effort = read_tools(body), read_structure(body), read_effort(body)
        _check_references(body)
    if settings.enforce_capabilities and model != BLAZE:
        _refuse_extras(messages, model, tools, effort)
    tokens_in = sum([message.tokens for message in messages])
    return ChatAsk(
        endpoint=CHAT,
        body=body,
        model=model,
        messages=messages,
        tokens_in=tokens_in if tools is None else tokens_in + tools.tokens,
        max_tokens=fields.optional_integer(body, "max_tokens", at_least=1),
        stops=_read_stops(body["stop"]) if body.get("stop") is not None else (),
        stream=fields.optional_flag(body, "stream"),
        tools=tools,
        structure=structure,
        effort=effort,
        plain=plain,
    )


def _check_sampling(body: Body) -> None:
    """The documented ranges (pawa-api.md section 3.1)."""
    fields.check_number(body, "temperature", 0, 2)
    fields.check_number(body, "top_p", 0, 1)
    fields.check_number(body, "frequency_penalty", -2, 2)
    fields.check_number(body, "presence_penalty", -2, 2)
    fields.optional_integer(body, "seed")


def _check_references(body: Body) -> None:
    """The outer shape of what leads to knowledge bases and agents; grounding reads the rest."""
    for name in ("rag", "knowledgeBase"):
        fields.check_object(body, name)
    for index, agent in enumerate(fields.optional_list(body, "agents")):
        if fields.whole(agent) is None:
            raise BadRequest(f"agents[{index}] must be an integer")


def _refuse_extras(
    messages: tuple[Message, ...], model: str, tools: Tools | None, effort: str | None
) -> None:
    """Pictures, tools and reasoning, which the documents give to blaze alone."""
    if any(message.images for message in messages):
        raise BadRequest(f"messages carry image_url, which model {model} cannot see")
    if tools is not None:
        raise BadRequest(f"tools is not supported by model {model}")
    if effort is not None:
        raise BadRequest(f"reasoning is not supported by model {model}")


def _read_stops(written: object) -> tuple[str, ...]:
    """``stop`` as one string or an array of them (undocumented by Pawa, common elsewhere)."""
    stops = [written] if isinstance(written, str) else written
    if not isinstance(stops, list) or len(stops) > MAX_STOPS:
        raise BadRequest(f"stop must be a string or an array of at most {MAX_STOPS} strings")
    for stop in stops:
        if not isinstance(stop, str) or not stop:
            raise BadRequest("stop must hold strings that are not empty")
    return tuple(stops)

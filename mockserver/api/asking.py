"""What a chat request asks for, read and checked: plain chat and agent chat (pawa-api.md 3.1, 3.3).

Both share the sampling fields; they differ in where the messages stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.api import fields
from mockserver.api.fields import BadRequest, Body
from mockserver.api.messages import Message, read_message, read_messages
from mockserver.api.models import BLAZE, EMBER, chat_models
from mockserver.replies.tokens import count_tokens

if TYPE_CHECKING:
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
CHAT_FIELDS = _SAMPLING | {"messages"}
AGENT_FIELDS = _SAMPLING | {"name", "description", "instruction", "intents", "message"}

MAX_STOPS = 16


@dataclass(frozen=True, slots=True)
class ChatAsk:
    """A valid chat request.

    ``tokens_in`` counts everything that the model reads: messages, memory and, for an agent, its
    description and instruction.
    """

    body: Body
    model: str
    tokens_in: int
    max_tokens: int | None
    stops: tuple[str, ...]
    stream: bool


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
    extra = sum(count_tokens(text) for text in told)
    return ChatAsk(
        body, model, ask.tokens_in + extra, ask.max_tokens, stops=ask.stops, stream=ask.stream
    )


def _read_ask(
    body: Body, model: str, messages: tuple[Message, ...], settings: ApiSettings
) -> ChatAsk:
    fields.check_model(model, chat_models(settings))
    memory: tuple[Message, ...] = ()
    if fields.optional_list(body, "memoryChat"):
        memory = read_messages(body["memoryChat"], "memoryChat")
    _check_sampling(body)
    _check_extras(body)
    if settings.enforce_capabilities and model != BLAZE:
        _refuse_extras(body, model, (*memory, *messages))
    return ChatAsk(
        body=body,
        model=model,
        tokens_in=sum(message.tokens for message in (*memory, *messages)),
        max_tokens=fields.optional_integer(body, "max_tokens", at_least=1),
        stops=_read_stops(body.get("stop")),
        stream=fields.optional_flag(body, "stream"),
    )


def _check_sampling(body: Body) -> None:
    """The documented ranges (pawa-api.md section 3.1)."""
    fields.check_number(body, "temperature", 0, 2)
    fields.check_number(body, "top_p", 0, 1)
    fields.check_number(body, "frequency_penalty", -2, 2)
    fields.check_number(body, "presence_penalty", -2, 2)
    fields.optional_integer(body, "seed")


def _check_extras(body: Body) -> None:
    """The outer shape of fields that this mock reads and does not act on."""
    for index, tool in enumerate(fields.optional_list(body, "tools")):
        kind = fields.required_text(
            fields.read_object(tool, f"tools[{index}]"), "type", f"tools[{index}]."
        )
        if kind not in ("function", "pawa_tool"):
            raise BadRequest(f"tools[{index}].type must be function or pawa_tool")
    for name in ("response_format", "capabilities", "reasoning", "rag", "knowledgeBase"):
        fields.check_object(body, name)
    for index, agent in enumerate(fields.optional_list(body, "agents")):
        if isinstance(agent, bool) or not isinstance(agent, int):
            raise BadRequest(f"agents[{index}] must be an integer")


def _refuse_extras(body: Body, model: str, messages: tuple[Message, ...]) -> None:
    """Pictures and tools, which the documents give to blaze alone."""
    if any(message.images for message in messages):
        raise BadRequest(f"messages carry image_url, which model {model} cannot see")
    if fields.optional_list(body, "tools"):
        raise BadRequest(f"tools is not supported by model {model}")


def _read_stops(value: object) -> tuple[str, ...]:
    """``stop`` as one string or an array of them (undocumented by Pawa, common elsewhere)."""
    if value is None:
        return ()
    stops = [value] if isinstance(value, str) else value
    if not isinstance(stops, list) or len(stops) > MAX_STOPS:
        raise BadRequest(f"stop must be a string or an array of at most {MAX_STOPS} strings")
    for stop in stops:
        if not isinstance(stop, str) or not stop:
            raise BadRequest("stop must hold strings that are not empty")
    return tuple(stops)

"""Plain chat and agent chat in the document (pawa-api.md sections 3.1 to 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api import envelope
from mockserver.api.asking import MAX_STOPS
from mockserver.api.models import EMBER, chat_models
from mockserver.api.reasoning import EFFORTS
from mockserver.api.structured import FORMATS
from mockserver.openapi.chat_examples import AGENT_CHAT, CHATS
from mockserver.openapi.operation import JSON, Operation, enveloped, usage_of
from mockserver.openapi.schema import (
    Schema,
    anything_of,
    array,
    fields,
    flag,
    integer,
    number,
    or_null,
    ref,
    shown,
    some_text,
    text,
    words,
)

if TYPE_CHECKING:
    from mockserver.settings import SandboxSettings

TAG = "Chat"
STREAMED = (
    "With `stream: true` the answer is a stream of ChatChunk objects, each followed by an empty "
    "line (or framed as `data:` lines, where the settings ask for SSE)."
)


def operations(settings: SandboxSettings) -> tuple[Operation, ...]:
    """Plain chat and agent chat."""
    answers = {
        **enveloped(envelope.CHAT_OK, ref("ChatAnswer")),
        settings.stream.content_type.partition(";")[0]: text(STREAMED),
    }
    return (
        Operation(
            "chat",
            "Answer a conversation, in one piece or as a stream",
            TAG,
            answers,
            bodies={JSON: _asking(settings, "messages", ref("Messages"), ("model", "messages"))},
            description=STREAMED,
            errors=(402,),
            examples=CHATS,
        ),
        Operation(
            "agents.chat",
            "Let an agent answer one message, in one piece or as a stream",
            TAG,
            answers,
            bodies={JSON: _asking_agent(settings)},
            description=STREAMED,
            errors=(402,),
            examples=(AGENT_CHAT,),
        ),
    )


def schemas() -> dict[str, Schema]:
    """What the two have in common."""
    return {
        "ResponseFormat": _response_format(),
        "BaseId": anything_of(
            integer(), some_text(), told="Either id of a knowledge base: 7, or `kb-<uuid>`."
        ),
        "Grounding": _grounding(),
        **_answers(),
    }


def _response_format() -> Schema:
    wanted = fields(
        {
            "name": text(),
            "strict": or_null(flag()),
            "schema": {"type": ["object", "boolean"], "description": "A JSON Schema."},
        },
        required=("schema",),
    )
    return anything_of(
        fields({"type": {"const": FORMATS[0]}}, required=("type",)),
        fields(
            {"type": {"const": FORMATS[1]}, "json_schema": wanted},
            required=("type", "json_schema"),
        ),
    )


def _grounding() -> Schema:
    return fields(
        {
            "knowledgeBaseId": or_null(ref("BaseId")),
            "kbReferenceId": or_null(ref("BaseId")),
            "topK": or_null(integer("How many passages are read.", 1)),
            "isMust": or_null(flag("Refuse where the knowledge base is not there.")),
        }
    )


def _sampling() -> dict[str, Schema]:
    effort = or_null(words(EFFORTS))
    return {
        "temperature": or_null(number(0, 2)),
        "top_p": or_null(number(0, 1)),
        "max_tokens": or_null(integer("Where the answer is cut.", 1)),
        "frequency_penalty": or_null(number(-2, 2)),
        "presence_penalty": or_null(number(-2, 2)),
        "seed": or_null(integer()),
        "stop": anything_of(some_text(), array(some_text(), maxItems=MAX_STOPS), {"type": "null"}),
        "stream": or_null(flag()),
        "tools": or_null(array(ref("Tool"))),
        "tool_choice": or_null(ref("ToolChoice")),
        "response_format": or_null(ref("ResponseFormat")),
        "memoryChat": or_null(array(ref("Message"), "Earlier messages.")),
        "capabilities": or_null(
            fields({"name": {"const": "reasoning"}, "effort": effort}, required=("name",))
        ),
        "reasoning": or_null(
            fields({"effort": effort}, told="The SDK's spelling of `capabilities`.")
        ),
        "rag": or_null(ref("Grounding")),
        "knowledgeBase": or_null(ref("Grounding")),
        "agents": or_null(array(integer(), "Ids of agents.")),
        "user": {"description": "Whoever asks; not looked at."},
    }


def _asking(
    settings: SandboxSettings, name: str, said: Schema, required: tuple[str, ...]
) -> Schema:
    model = words(chat_models(settings.api))
    return fields(
        {"model": model, name: said, **_sampling()},
        required=required,
        closed=settings.api.unknown_fields == "refuse",
    )


def _asking_agent(settings: SandboxSettings) -> Schema:
    schema = _asking(settings, "message", ref("Message"), ("message",))
    model = or_null(words(("", *chat_models(settings.api)), f"Without one, {EMBER}."))
    schema["properties"] |= {
        "model": model,
        "name": or_null(text()),
        "description": or_null(text()),
        "instruction": or_null(text()),
        "intents": or_null(array(text())),
    }
    return schema


def _answers() -> dict[str, Schema]:
    finish = text("`length` where `max_tokens` cut it.")
    made = shown(
        {
            "id": text(),
            "type": {"const": "function"},
            "function": shown({"name": text(), "arguments": text("JSON text.")}),
        }
    )
    said = {"role": {"const": "assistant"}, "content": text()}
    message = shown({**said, "tool_calls": array(made)}, optional=("tool_calls",))
    piece = shown(
        {
            **said,
            "tool_calls": array(
                {**made, "properties": {"index": {"type": "integer"}, **made["properties"]}}
            ),
        },
        optional=("tool_calls",),
    )
    choice = shown(
        {
            "finish_reason": finish,
            "message": message,
            "matched_stop": {"type": ["integer", "null"]},
        }
    )
    answer = fields(
        {
            "request": array(choice, "The answers: one."),
            "created": {"type": "integer", "description": "Seconds since 1970."},
            "model": text(),
            "object": {"const": "chat.request"},
            "usage": ref("Usage"),
        },
        required=("request", "created", "model", "object"),
    )
    return {"Usage": usage_of(), "ChatAnswer": answer, "ChatChunk": _chunk(piece, finish)}


def _chunk(piece: Schema, finish: Schema) -> Schema:
    empty: Schema = {"type": "null"}
    documented = shown(
        {
            **dict.fromkeys(("id", "conversationId", "feedback"), empty),
            "message": piece,
            **dict.fromkeys(("status", "createdAt", "updatedAt"), empty),
            "finish_reason": finish,
            "usage": ref("Usage"),
        },
        optional=("finish_reason", "usage"),
    )
    choice = shown({"finish_reason": or_null(finish), "message": piece})
    sampled = shown(
        {"request": array(choice), "model": text(), "usage": ref("Usage")}, optional=("usage",)
    )
    return shown(
        {
            "success": {"const": True},
            "message": {"const": envelope.CHUNK_OK},
            "data": anything_of(documented, sampled),
        }
    )

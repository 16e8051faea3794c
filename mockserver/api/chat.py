"""``POST /chat/request`` and ``POST /agents/chat/request``, as JSON or as a stream.

Source: pawa-api.md sections 3.1 to 3.3. Both say the same words to the same request, whether it
is answered in one piece or as a stream, and count the same usage.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mockserver.answer import Answer
from mockserver.api import envelope
from mockserver.api.asking import ChatAsk, read_agent_ask, read_chat_ask
from mockserver.api.chunks import stream_of
from mockserver.api.endpoint import Endpoint
from mockserver.api.work import Moment, Reply, Work
from mockserver.replies.text import compose, fingerprint_of, planned_tokens, seed_of

if TYPE_CHECKING:
    from mockserver.api.endpoint import ApiCall
    from mockserver.replies.text import Composition
    from mockserver.settings import ReplySettings, SandboxSettings

CANARY_TOKENS = 1
"""``answer-<12 hex>`` is one token of the mock's tokenizer."""


def read_chat(call: ApiCall) -> Work:
    """Check a chat request; raises BadRequest."""
    return _work("chat", read_chat_ask(call.facts.body_json, call.settings.api), call)


def read_agent_chat(call: ApiCall) -> Work:
    """Check an agent chat request; raises BadRequest."""
    return _work("agents.chat", read_agent_ask(call.facts.body_json, call.settings.api), call)


ENDPOINTS = (
    Endpoint("chat", "POST", "/chat/request", read_chat),
    Endpoint("agents.chat", "POST", "/agents/chat/request", read_agent_chat),
)


def _work(endpoint: str, ask: ChatAsk, call: ApiCall) -> Work:
    facts, settings = call.facts, call.settings
    marks = (fingerprint_of(facts.body),) if settings.replies.fingerprint else ()
    ceiling = planned_tokens(settings.replies.tokens, marks, settings.replies.text)
    ceiling += CANARY_TOKENS if settings.replies.canary else 0
    if ask.max_tokens is not None:
        ceiling = min(ceiling, ask.max_tokens)
    return Work(
        endpoint=endpoint,
        model=ask.model,
        items=1,
        tokens_in=ask.tokens_in,
        tokens_out_ceiling=ceiling,
        max_tokens=ask.max_tokens,
        stream=ask.stream,
        make=partial(_make_reply, endpoint, ask, marks, settings),
    )


def _make_reply(
    endpoint: str,
    ask: ChatAsk,
    marks: tuple[str, ...],
    settings: SandboxSettings,
    moment: Moment,
) -> Reply:
    canary = moment.canary if settings.replies.canary else None
    written = compose(
        seed_of(endpoint, ask.body),
        settings.replies.tokens,
        text=settings.replies.text,
        marks=(canary, *marks) if canary else marks,
        max_tokens=ask.max_tokens,
        stops=ask.stops,
    )
    usage = _usage(ask, written, settings.replies)
    chunk_tokens: tuple[int, ...] = ()
    if ask.stream:
        stream, chunk_tokens = stream_of(
            written, model=ask.model, usage=usage, settings=settings.stream
        )
        answer = Answer(200, (("Content-Type", settings.stream.content_type),), stream)
    else:
        answer = _json_answer(ask, written, usage, moment)
    return Reply(
        answer,
        model=ask.model,
        items=1,
        tokens_in=ask.tokens_in,
        tokens_out=written.tokens,
        max_tokens=ask.max_tokens,
        stream=ask.stream,
        canary=canary if canary and canary in written.text else None,
        chunk_tokens=chunk_tokens,
        latency_s=0.0 if ask.stream else settings.latency.answer_s,
    )


def _usage(ask: ChatAsk, written: Composition, settings: ReplySettings) -> dict[str, int] | None:
    if not settings.usage:
        return None
    return {"tokens_in": ask.tokens_in, "tokens_out": written.tokens}


def _json_answer(
    ask: ChatAsk, written: Composition, usage: dict[str, int] | None, moment: Moment
) -> Answer:
    choice = {
        "finish_reason": written.finish_reason,
        "message": {"role": "assistant", "content": written.text},
        "matched_stop": written.matched_stop,
    }
    data: dict[str, object] = {
        "request": [choice],
        "created": int(moment.wall_s),
        "model": ask.model,
        "object": "chat.request",
    }
    if usage is not None:
        data["usage"] = usage
    return envelope.success(envelope.CHAT_OK, data)

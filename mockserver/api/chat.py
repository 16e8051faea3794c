"""``POST /chat/request`` and ``POST /agents/chat/request``, as JSON or as a stream.

Source: pawa-api.md sections 3.1 to 3.3. Both say the same words to the same request, whether it
is answered in one piece or as a stream, and count the same usage.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mockserver.answer import Answer
from mockserver.api import envelope
from mockserver.api.asking import AGENT_CHAT, CHAT, ChatAsk, read_agent_ask, read_chat_ask
from mockserver.api.chunks import stream_of
from mockserver.api.endpoint import Endpoint
from mockserver.api.saying import saying_for
from mockserver.api.work import Moment, Reply, Work
from mockserver.moments import iso_time
from mockserver.replies.text import compose, fingerprint_of, planned_tokens, seed_of

if TYPE_CHECKING:
    from mockserver.api.endpoint import ApiCall
    from mockserver.api.saying import Saying
    from mockserver.replies.text import Composition
    from mockserver.settings import ReplySettings, SandboxSettings

USAGE_NAMES = {
    "tokens_in": ("tokens_in", "tokens_out"),
    "tokensIn": ("tokensIn", "tokensOut"),
}

CANARY_TOKENS = 1
"""``answer-<12 hex>`` is one token of the mock's tokenizer."""


def read_chat(call: ApiCall) -> Work:
    """Check a chat request; raises BadRequest."""
    return _work(read_chat_ask(call.facts.body_json, call.settings.api), call)


def read_agent_chat(call: ApiCall) -> Work:
    """Check an agent chat request; raises BadRequest."""
    return _work(read_agent_ask(call.facts.body_json, call.settings.api), call)


ENDPOINTS = (
    Endpoint(CHAT, "POST", "/chat/request", read_chat),
    Endpoint(AGENT_CHAT, "POST", "/agents/chat/request", read_agent_chat),
)


def _work(ask: ChatAsk, call: ApiCall) -> Work:
    facts, settings = call.facts, call.settings
    replies = settings.replies
    marks = (fingerprint_of(facts.body),) if replies.fingerprint else ()
    saying = None
    if not ask.plain or replies.script is not None or ask.messages[-1].role == "tool":
        saying = saying_for(ask, call)
    if saying is None:
        ceiling = planned_tokens(replies.tokens, marks, replies.text)
        ceiling += CANARY_TOKENS if replies.canary else 0
    else:
        ceiling = saying.tokens(planned_tokens(0, marks) + replies.canary * CANARY_TOKENS)
    if ask.max_tokens is not None:
        ceiling = min(ceiling, ask.max_tokens)
    return Work(
        endpoint=ask.endpoint,
        model=ask.model,
        items=1,
        tokens_in=ask.tokens_in if saying is None else ask.tokens_in + saying.tokens_in,
        tokens_out_ceiling=ceiling,
        max_tokens=ask.max_tokens,
        stream=ask.stream,
        make=partial(_make_reply, ask, saying, marks, settings),
    )


def _make_reply(
    ask: ChatAsk,
    saying: Saying | None,
    marks: tuple[str, ...],
    settings: SandboxSettings,
    moment: Moment,
) -> Reply:
    canary = moment.canary if settings.replies.canary else None
    if canary:
        marks = (canary, *marks)
    tokens_in = ask.tokens_in
    if saying is None:
        written = _own_words(ask, marks, settings.replies)
    else:
        tokens_in += saying.tokens_in
        written = saying.composed(marks, ask.max_tokens, ask.stops)
    usage = None
    if settings.replies.usage:
        names = USAGE_NAMES[settings.replies.usage_names]
        usage = {names[0]: tokens_in, names[1]: written.tokens}
    chunk_tokens: tuple[int, ...] = ()
    if ask.stream:
        stream, chunk_tokens = stream_of(
            written, model=ask.model, usage=usage, settings=settings.stream
        )
        answer = Answer(200, (("Content-Type", settings.stream.content_type),), stream)
    else:
        data = _data(ask.model, written, settings.replies, moment.wall_s)
        if saying is not None and saying.more:
            data.update(saying.more)
        if usage is not None:
            data["usage"] = usage
        answer = envelope.success(envelope.CHAT_OK, data)
    return Reply(
        answer,
        model=ask.model,
        items=1,
        tokens_in=tokens_in,
        tokens_out=written.tokens,
        max_tokens=ask.max_tokens,
        stream=ask.stream,
        canary=canary if canary and canary in written.text else None,
        chunk_tokens=chunk_tokens,
        latency_s=0.0 if ask.stream else settings.latency.answer_s,
    )


def _own_words(ask: ChatAsk, marks: tuple[str, ...], replies: ReplySettings) -> Composition:
    return compose(
        seed_of(ask.endpoint, ask.body) if replies.text is None else b"",
        replies.tokens,
        text=replies.text,
        marks=marks,
        max_tokens=ask.max_tokens,
        stops=ask.stops,
    )


def _data(
    model: str, written: Composition, replies: ReplySettings, wall_s: float
) -> dict[str, object]:
    """``data`` of a JSON answer, without ``usage``."""
    content: object = written.text
    if replies.content == "parts":
        content = [{"type": "text", "text": written.text}]
    message: dict[str, object] = {"role": "assistant", "content": content}
    if written.calls:
        message["tool_calls"] = [call.as_json() for call in written.calls]
    choice = {
        "finish_reason": written.finish_reason,
        "message": message,
        "matched_stop": written.matched_stop,
    }
    created: int | str = int(wall_s)
    if replies.created != "number":
        created = str(created) if replies.created == "text" else iso_time(wall_s)[:10]
    return {"request": [choice], "created": created, "model": model, "object": "chat.request"}

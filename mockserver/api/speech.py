"""``POST /voice/text-to-speech``: a text as sound, always streamed (pawa-api.md section 3.10)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mockserver.answer import Answer, Event, EventStream
from mockserver.api import fields
from mockserver.api.endpoint import Endpoint
from mockserver.api.fields import BadRequest
from mockserver.api.models import SPEECH
from mockserver.api.work import Moment, Reply, Work
from mockserver.replies.audio import VOICES, speak, spoken_tokens
from mockserver.replies.tokens import count_tokens

if TYPE_CHECKING:
    from mockserver.api.endpoint import ApiCall
    from mockserver.settings import SandboxSettings

FIELDS = frozenset(
    {"text", "model", "voice", "max_tokens", "temperature", "top_p", "repetition_penalty"}
)
MOST_REPETITION_PENALTY = 10


@dataclass(frozen=True, slots=True)
class _Ask:
    text: str
    voice: str
    max_tokens: int | None
    tokens_in: int


def read_speech(call: ApiCall) -> Work:
    """Check the request; raises BadRequest."""
    ask = _read_ask(call)
    ceiling = spoken_tokens(ask.text)
    if ask.max_tokens is not None:
        ceiling = min(ceiling, ask.max_tokens)
    return Work(
        endpoint="speech",
        model=SPEECH,
        items=1,
        tokens_in=ask.tokens_in,
        tokens_out_ceiling=ceiling,
        max_tokens=ask.max_tokens,
        stream=True,
        make=partial(_make_reply, ask, call.settings),
    )


ENDPOINTS = (Endpoint("speech", "POST", "/voice/text-to-speech", read_speech),)


def _read_ask(call: ApiCall) -> _Ask:
    settings = call.settings
    body = fields.read_object(call.facts.body_json)
    if settings.api.unknown_fields == "refuse":
        fields.check_known(body, FIELDS)
    fields.check_model(fields.required_text(body, "model"), (SPEECH,))
    text = fields.required_text(body, "text")
    if len(text) > settings.media.max_text_chars:
        raise BadRequest(
            f"text must have at most {settings.media.max_text_chars} characters, "
            f"and has {len(text)}"
        )
    voice = fields.optional_text(body, "voice") or next(iter(VOICES))
    if voice not in VOICES:
        raise BadRequest(f"voice must be one of {', '.join(VOICES)}")
    fields.check_number(body, "temperature", -2, 2)
    fields.check_number(body, "top_p", 0, 1)
    fields.check_number(body, "repetition_penalty", 0, MOST_REPETITION_PENALTY)
    max_tokens = fields.optional_integer(body, "max_tokens", at_least=1)
    return _Ask(text, voice, max_tokens, count_tokens(text))


def _make_reply(ask: _Ask, settings: SandboxSettings, _: Moment) -> Reply:
    pace, kind = settings.stream, settings.media.speech_type
    pieces = speak(ask.text, ask.voice, kind, ask.max_tokens)
    # Chunks without a line end are bytes without framing, and still what stream faults count.
    events = tuple(
        Event(piece, delay_s=pace.interval_s if number else pace.first_token_s)
        for number, piece in enumerate(pieces)
    )
    return Reply(
        Answer(200, (("Content-Type", kind),), EventStream(events, eol=b"")),
        model=SPEECH,
        items=1,
        tokens_in=ask.tokens_in,
        tokens_out=len(pieces),
        max_tokens=ask.max_tokens,
        stream=True,
        chunk_tokens=(1,) * len(pieces),
    )

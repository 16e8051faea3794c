"""``POST /voice/speech-to-text`` (pawa-api.md section 3.11), in both versions of its page.

The current one has ``files`` and answers with ``data.transcriptions``; the older has one ``file``,
takes any language and answers with ``data.text``. The name of the field tells which is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mockserver.api import envelope, fields, form_fields
from mockserver.api.endpoint import Endpoint
from mockserver.api.fields import BadRequest
from mockserver.api.models import TRANSCRIPTION
from mockserver.api.multipart import parse_form
from mockserver.api.transcribing import (
    LANGUAGES,
    Sound,
    read_options,
    read_sounds,
    tokens_in,
    tokens_out_ceiling,
    transcribe,
)
from mockserver.api.work import Moment, Reply, Work

if TYPE_CHECKING:
    from mockserver.api.endpoint import ApiCall
    from mockserver.api.multipart import Form
    from mockserver.settings import SandboxSettings

TRANSCRIBED = "Audio transcribed succesfully"
"""The documents' own spelling."""

FIELDS = frozenset(
    {"files", "file", "model", "language", "is_speaker_diarization", "prompt", "temperature"}
)


@dataclass(frozen=True, slots=True)
class _Ask:
    sounds: tuple[Sound, ...]
    speakers: bool
    single: bool
    tokens_in: int


def read_transcription(call: ApiCall) -> Work:
    """Check the form; raises BadRequest."""
    form, settings = parse_form(call.facts.headers, call.facts.body), call.settings
    if settings.api.unknown_fields == "refuse":
        form_fields.check_known(form, FIELDS)
    ask = _read_ask(form, settings)
    return Work(
        endpoint="transcription",
        model=TRANSCRIPTION,
        items=len(ask.sounds),
        tokens_in=ask.tokens_in,
        tokens_out_ceiling=tokens_out_ceiling(ask.sounds, settings.replies),
        max_tokens=None,
        stream=False,
        make=partial(_make_reply, ask, settings),
    )


ENDPOINTS = (Endpoint("transcription", "POST", "/voice/speech-to-text", read_transcription),)


def _read_ask(form: Form, settings: SandboxSettings) -> _Ask:
    single = bool(form.files_of("file"))
    if single:
        if form.files_of("files"):
            raise BadRequest("files and file exclude each other")
        if len(form.files_of("file")) > 1:
            raise BadRequest("file must be given once; files may be repeated")
        model = form_fields.optional_text(form, "model") or TRANSCRIPTION
        form_fields.optional_text(form, "language")
    else:
        model = form_fields.required_text(form, "model")
        language = form_fields.required_text(form, "language")
        form_fields.check_one_of("language", language, LANGUAGES)
    fields.check_model(model, (TRANSCRIPTION,))
    speakers = read_options(form)
    sounds = read_sounds(form, settings.media, "file" if single else "files")
    return _Ask(sounds, speakers, single, tokens_in(sounds, form))


def _make_reply(ask: _Ask, settings: SandboxSettings, moment: Moment) -> Reply:
    heard = [
        transcribe(sound, settings.replies, moment.canary, speakers=ask.speakers)
        for sound in ask.sounds
    ]
    tokens_out = sum(transcript.tokens for transcript in heard)
    data: dict[str, object]
    if ask.single:
        data = {"text": heard[0].text}
    else:
        data = {"transcriptions": [transcript.as_json() for transcript in heard]}
    if settings.replies.usage:
        data["usage"] = {"tokens_in": ask.tokens_in, "tokens_out": tokens_out}
    canary = moment.canary if settings.replies.canary else None
    return Reply(
        envelope.success(TRANSCRIBED, data),
        model=TRANSCRIPTION,
        items=len(heard),
        tokens_in=ask.tokens_in,
        tokens_out=tokens_out,
        canary=canary,
        latency_s=settings.latency.answer_s,
    )

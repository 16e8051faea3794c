"""`POST /voice/text-to-speech`."""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.answer import EventKind, EventStream
from mockserver.framing import encode_stream
from mockserver.pieces import joined
from mockserver.replies.audio import speak, spoken_tokens
from mockserver.settings import ApiSettings, MediaSettings, StreamSettings

if TYPE_CHECKING:
    from mockserver.api.work import Reply
    from tests.mockserver.api.conftest import Asker

PATH = "/v1/voice/text-to-speech"
TEXT = "Habari za asubuhi"


def request(**fields: Any) -> dict[str, Any]:
    return {"model": "pawa-tts-v1-20250704", "text": TEXT, **fields}


def sound_of(reply: Reply) -> bytes:
    """The body as it goes out."""
    assert isinstance(reply.answer.body, EventStream)
    return joined(encode_stream(reply.answer.body))


def test_a_text_is_answered_with_its_sound(ask: Asker) -> None:
    """Chunked MPEG in the default voice, nothing but its bytes."""
    reply = ask.reply(PATH, request())

    assert reply.answer.headers == (("Content-Type", "audio/mpeg"),)
    assert sound_of(reply) == b"".join(speak(TEXT, "ame", "audio/mpeg"))


@pytest.mark.parametrize("voice", ["ame", "liora", "ayana"])
def test_each_voice_sounds_its_own_way(ask: Asker, voice: str) -> None:
    """The three documented ones."""
    assert sound_of(ask.reply(PATH, request(voice=voice))) == (
        b"".join(speak(TEXT, voice, "audio/mpeg"))
    )


def test_wav_is_a_switch(ask: Asker) -> None:
    """A whole WAV file, in as many chunks."""
    reply = ask.reply(PATH, request(), media=MediaSettings(speech_type="audio/wav"))

    assert reply.answer.headers == (("Content-Type", "audio/wav"),)
    with wave.open(io.BytesIO(sound_of(reply))) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(len(TEXT) * 0.072)


def test_it_costs_the_words_read_and_the_tokens_spoken(ask: Asker) -> None:
    """One audio token a chunk, so that a cut stream is charged for what was sent."""
    reply = ask.reply(PATH, request())

    assert (reply.items, reply.tokens_in, reply.tokens_out) == (1, 3, spoken_tokens(TEXT))
    assert reply.stream
    assert isinstance(reply.answer.body, EventStream)
    assert {event.kind for event in reply.answer.body.events} == {EventKind.CHUNK}
    assert reply.chunk_tokens == (1,) * len(reply.answer.body.events)


def test_max_tokens_cuts_the_sound(ask: Asker) -> None:
    """What stands before the cut is the same."""
    whole, cut = ask.reply(PATH, request()), ask.reply(PATH, request(max_tokens=2))

    assert cut.tokens_out == 2
    assert sound_of(whole).startswith(sound_of(cut))


def test_the_pace_is_that_of_streams(ask: Asker) -> None:
    """A pause before the first chunk, and another before each further one."""
    pace = StreamSettings(first_token_s=0.5, interval_s=0.1)
    body = ask.reply(PATH, request(), stream=pace).answer.body

    assert isinstance(body, EventStream)
    assert [event.delay_s for event in body.events][:3] == [0.5, 0.1, 0.1]


def test_every_documented_field_is_taken(ask: Asker) -> None:
    """At the ends of their ranges."""
    fields = {"max_tokens": 65_536, "top_p": 1, "repetition_penalty": 1.1}
    for temperature in (-2, 0.5, 2):
        ask.reply(
            PATH,
            request(temperature=temperature, **fields),
            api=ApiSettings(unknown_fields="refuse"),
        )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": None}, "text is required"),
        ({"text": ""}, "text must not be empty"),
        ({"text": 1}, "text must be a string"),
        ({"text": "a" * 20_001}, "text must have at most 20000 characters, and has 20001"),
        ({"model": None}, "model is required"),
        ({"model": "pawa-v1-ember-20240924"}, "model 'pawa-v1-ember-20240924' is unknown here"),
        ({"voice": "alloy"}, "voice must be one of ame, liora, ayana"),
        ({"voice": 3}, "voice must be a string"),
        ({"temperature": 2.1}, "temperature must be between -2 and 2"),
        ({"top_p": -0.1}, "top_p must be between 0 and 1"),
        ({"repetition_penalty": "x"}, "repetition_penalty must be a number"),
        ({"max_tokens": 0}, "max_tokens must be at least 1"),
    ],
)
def test_a_bad_request_names_its_field(ask: Asker, fields: dict[str, object], message: str) -> None:
    """400 before anything is spoken."""
    assert ask.refusal(PATH, request(**fields)).startswith(message)


def test_unknown_fields_are_refused_on_demand(ask: Asker) -> None:
    """Ignored otherwise."""
    ask.reply(PATH, request(speed=2))

    refusal = ask.refusal(PATH, request(speed=2), api=ApiSettings(unknown_fields="refuse"))
    assert refusal == "speed is not a field of this request"

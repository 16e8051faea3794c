"""Sounds that are uploaded to be written down."""

from __future__ import annotations

import pytest

from mockserver.api.fields import BadRequest, UnsupportedMedia
from mockserver.api.multipart import Form, UploadedFile
from mockserver.api.transcribing import (
    AUDIO_TYPES,
    NAMELESS_TYPE,
    Sound,
    Transcript,
    read_options,
    read_sounds,
    tokens_in,
    tokens_out_ceiling,
    transcribe,
)
from mockserver.settings import MediaSettings, ReplySettings

SOUND = Sound("a.mp3", "audio/mpeg", b"sound", 4.0)
OTHER = Sound("b.mp3", "audio/mpeg", b"other", 4.0)


def upload(content_type: str) -> Form:
    return Form({}, (UploadedFile("files", "a", content_type, b"x" * 16_000),))


@pytest.mark.parametrize("content_type", sorted(AUDIO_TYPES))
@pytest.mark.parametrize("taken", ["documented", "known", "any"])
def test_documented_types_are_always_taken(content_type: str, taken: str) -> None:
    """All fifteen."""
    settings = MediaSettings(audio_types=taken)  # type: ignore[arg-type]

    (sound,) = read_sounds(upload(content_type), settings, "files")
    assert (sound.content_type, sound.length_s, sound.tokens) == (content_type, 1.0, 5)


def test_other_types_are_a_matter_of_a_switch() -> None:
    """415 names the file, its type and what is taken; the SDK's nameless bytes are known."""
    documented, any_type = MediaSettings(audio_types="documented"), MediaSettings(audio_types="any")

    assert read_sounds(upload(NAMELESS_TYPE), MediaSettings(), "files")
    assert read_sounds(upload("text/html"), any_type, "files")
    with pytest.raises(UnsupportedMedia, match=r"files\[0\] is application/octet-stream"):
        read_sounds(upload(NAMELESS_TYPE), documented, "files")
    with pytest.raises(UnsupportedMedia, match=r"is video/mp4, .* takes application/octet-"):
        read_sounds(upload("video/mp4"), MediaSettings(), "files")


def test_options_are_checked_and_speakers_told_apart_on_demand() -> None:
    """``prompt`` and ``temperature`` change nothing in what the mock hears."""
    assert read_options(Form({"is_speaker_diarization": ("true",), "prompt": ("p",)}, ()))
    assert not read_options(Form({}, ()))
    with pytest.raises(BadRequest, match="temperature must be between 0 and 2"):
        read_options(Form({"temperature": ("3",)}, ()))


def test_the_same_bytes_say_the_same() -> None:
    """Other bytes say other things; the name does not matter."""
    renamed = Sound("c.mp3", "audio/wav", SOUND.data, SOUND.length_s)
    heard = [
        transcribe(sound, ReplySettings(), None, speakers=False).text
        for sound in (SOUND, renamed, OTHER)
    ]

    assert heard[0] == heard[1] != heard[2]
    assert len(heard[0].split()) == 10


def test_the_settings_of_replies_hold_here_too() -> None:
    """A fixed text, a canary in front, a fingerprint of the sound; the ceiling knows them all."""
    settings = ReplySettings(text="Ndiyo kabisa.", canary=True, fingerprint=True)
    heard = transcribe(SOUND, settings, "answer-0123456789ab", speakers=False)

    assert heard.text.startswith("answer-0123456789ab request-")
    assert heard.text.endswith(" Ndiyo kabisa.")
    assert heard.tokens == 4 == tokens_out_ceiling([SOUND], settings)


def test_hearing_costs_the_sound_and_the_prompt() -> None:
    """240 ms are a token; the prompt is read once."""
    form = Form({"prompt": ("two words",)}, ())

    assert tokens_in([SOUND, OTHER], form) == 2 + 17 + 17


def test_a_transcript_may_tell_who_spoke() -> None:
    """``segments`` beside the text, where they were asked for."""
    told = transcribe(SOUND, ReplySettings(text="Habari? Nzuri."), None, speakers=True).as_json()

    assert told["transcript"] == "Habari? Nzuri."
    assert [part["speaker"] for part in told["segments"]] == ["SPEAKER_00", "SPEAKER_01"]  # type: ignore[attr-defined]
    assert Transcript("a", "t", 1).as_json() == {"filename": "a", "transcript": "t"}

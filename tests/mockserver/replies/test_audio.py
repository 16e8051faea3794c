"""Speech."""

from __future__ import annotations

import io
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.replies.audio import (
    CHARACTER_FRAMES,
    FRAME_S,
    TOKEN_FRAMES,
    TOKEN_S,
    VOICES,
    Format,
    speak,
    spoken_tokens,
    tokens_of,
)
from mockserver.replies.mpeg import FRAME_BYTES

FORMATS: tuple[Format, ...] = ("audio/mpeg", "audio/wav")
WORDS = st.text("abc XYZ.éß", min_size=1, max_size=60)


def frames_of(sound: bytes) -> int:
    """How many MPEG frames follow each other from the first byte to the last."""
    at = count = 0
    while at < len(sound):
        assert sound[at : at + 4] == b"\xff\xfb\x14\xc4"
        at += FRAME_BYTES
        count += 1
    assert at == len(sound)
    return count


@given(WORDS, st.sampled_from(list(VOICES)))
def test_mpeg_is_frames_to_the_last_byte(text: str, voice: str) -> None:
    """72 ms for each character; each piece is whole frames of its own."""
    pieces = speak(text, voice, "audio/mpeg")

    assert frames_of(b"".join(pieces)) == len(text) * CHARACTER_FRAMES
    assert all(frames_of(piece) <= TOKEN_FRAMES for piece in pieces)


@given(WORDS, st.sampled_from(list(VOICES)))
def test_wav_is_as_long_as_its_header_says(text: str, voice: str) -> None:
    """The header stands in the first piece and tells the whole length."""
    sound = b"".join(speak(text, voice, "audio/wav"))

    with wave.open(io.BytesIO(sound)) as file:
        told = file.getnframes()
        assert len(file.readframes(told + 1)) == 2 * told
        assert told / file.getframerate() == pytest.approx(len(text) * CHARACTER_FRAMES * FRAME_S)


@pytest.mark.parametrize("form", FORMATS)
@given(text=WORDS)
def test_a_piece_is_an_audio_token(form: Format, text: str) -> None:
    """As many pieces as tokens were told beforehand, and a cut leaves the first of them."""
    pieces = speak(text, "ame", form)

    assert len(pieces) == spoken_tokens(text)
    assert len(pieces) == tokens_of(len(text) * CHARACTER_FRAMES * FRAME_S)
    assert len(speak(text, "ame", form, max_tokens=2)) == min(2, len(pieces))
    assert (
        speak(text, "ame", "audio/mpeg", max_tokens=1)[0] == (speak(text, "ame", "audio/mpeg")[0])
    )


@pytest.mark.parametrize("form", FORMATS)
def test_text_and_voice_make_the_sound(form: Format) -> None:
    """The same of both gives the same bytes, another of either gives others."""
    sounds = {
        (text, voice): b"".join(speak(text, voice, form))
        for text in ("habari", "habaro")
        for voice in VOICES
    }

    assert len(set(sounds.values())) == len(sounds)
    assert b"".join(speak("habari", "ame", form)) == sounds["habari", "ame"]


def test_spaces_are_silent() -> None:
    """Nothing sounds between words."""
    assert set(b"".join(speak(" \n", "ame", "audio/wav"))[44:]) == {0}
    assert set(b"".join(speak("a", "ame", "audio/wav"))[44:]) != {0}


def test_tokens_begun_count() -> None:
    """A length that is a whole number of tokens is that many, however floats see it."""
    assert [tokens_of(seconds) for seconds in (0, 0.1, TOKEN_S, 3 * 0.24, 0.73)] == [0, 1, 1, 3, 4]

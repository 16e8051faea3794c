"""Speech as this mock speaks it: a chirp for each character, the same for the same text and voice.

The real API's codec and sample rate are undocumented (pawa-api.md section 3.10). Sound is made of
frames of 24 ms and handed out in pieces of ten; one piece is one audio token, in what is spoken and
in what is heard.
"""

from __future__ import annotations

import io
import math
import sys
import wave
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from mockserver.replies import mpeg

if TYPE_CHECKING:
    from collections.abc import Sequence

Format = Literal["audio/mpeg", "audio/wav"]

FRAME_S = mpeg.FRAME_S
TOKEN_FRAMES = 10
TOKEN_S = TOKEN_FRAMES * FRAME_S
"""The length of an audio token: 240 ms."""

CHARACTER_FRAMES = 3
"""A character lasts 72 ms, which is about as fast as people read aloud."""

VOICES = {"ame": 4, "liora": 8, "ayana": 6}
"""The voices, and the lowest of the pitches that each speaks in."""

PITCHES = 8
WAV_RATE_HZ = 16_000
_FRAME_SAMPLES = 384
_LOUDNESS = 8_000


def tokens_of(seconds: float) -> int:
    """The audio tokens of a sound: each one begun counts."""
    return math.ceil(round(seconds / TOKEN_S, 6))


def spoken_tokens(text: str) -> int:
    """How many audio tokens a text takes to say."""
    return math.ceil(len(text) * CHARACTER_FRAMES / TOKEN_FRAMES)


def speak(text: str, voice: str, form: Format, max_tokens: int | None = None) -> tuple[bytes, ...]:
    """A text as a whole sound file, in pieces of one audio token, at most ``max_tokens`` of them.

    The pieces of MPEG join to frames and nothing else; the first piece of WAV begins with the
    header, which tells the whole length.
    """
    pitches = [_pitch(character, VOICES[voice]) for character in text for _ in _CHARACTER]
    if max_tokens is not None:
        pitches = pitches[: max_tokens * TOKEN_FRAMES]
    frames = (
        [mpeg.frame(pitch, number % 2) for number, pitch in enumerate(pitches)]
        if form == "audio/mpeg"
        else [_wav_frame(pitch) for pitch in pitches]
    )
    pieces = [
        b"".join(frames[start : start + TOKEN_FRAMES])
        for start in range(0, len(frames), TOKEN_FRAMES)
    ]
    if form == "audio/wav":
        pieces[0] = _wav_header(pieces) + pieces[0]
    return tuple(pieces)


_CHARACTER = range(CHARACTER_FRAMES)


def _pitch(character: str, lowest: int) -> int:
    return mpeg.SILENCE if character.isspace() else lowest + ord(character) % PITCHES


@lru_cache(maxsize=mpeg.HIGHEST_LINE + 1)
def _wav_frame(pitch: int) -> bytes:
    """Whole waves of a tone (as many as its pitch) in one frame, so that frames join smoothly."""
    turn = 2 * math.pi * pitch / _FRAME_SAMPLES
    samples = array("h", (round(_LOUDNESS * math.sin(turn * at)) for at in range(_FRAME_SAMPLES)))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def _wav_header(pieces: Sequence[bytes]) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(WAV_RATE_HZ)
        file.setnframes(sum(map(len, pieces)) // 2)
        file.writeframesraw(b"")
        return target.getvalue()

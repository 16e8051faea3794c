"""What this mock hears in a sound: words that depend on its bytes alone, as many as it is long.

How the real API transcribes is not the mock's matter; that the same file always gives the same
words, and another file others, is.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass

from tinytag import TinyTag, TinyTagException

BYTES_A_SECOND = 16_000
"""What a second takes (128 kbit/s) in a sound whose length cannot be read."""

MOST_READS = 20_000
"""How often a sound is read to find its length: some 30 ms, of which real files take a fraction."""

WORDS_A_SECOND = 2.5
MOST_WORDS = 400

SPEAKERS = 2
_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s)|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Segment:
    """What one speaker says in one go, from ``start_s`` to ``end_s``."""

    speaker: str
    start_s: float
    end_s: float
    text: str

    def as_json(self) -> dict[str, object]:
        """The segment as it stands in a transcript."""
        return {
            "speaker": self.speaker,
            "start": self.start_s,
            "end": self.end_s,
            "text": self.text,
        }


def length_s(sound: bytes) -> float:
    """How long a sound is, in seconds: what its own headers say, or else a guess by its size."""
    told: float | None = None
    try:
        told = TinyTag.get(file_obj=_Patience(sound), tags=False).duration
    except TinyTagException:
        told = None  # no sound file, or a broken one: other people's bytes, not an error here
    return told if told is not None and told > 0 else len(sound) / BYTES_A_SECOND


class _Patience(io.BytesIO):
    """A file that can be read only so often: sound is found in few steps, and noise in millions."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._left = MOST_READS

    def read(self, size: int | None = -1, /) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise EOFError("too many reads")
        return super().read(size)


def seed_of_sound(sound: bytes) -> bytes:
    """What the words depend on."""
    return hashlib.blake2b(sound, digest_size=16, person=b"transcript").digest()


def words_in(seconds: float) -> int:
    """How many words are heard in so many seconds."""
    return min(MOST_WORDS, max(1, round(seconds * WORDS_A_SECOND)))


def segments_of(transcript: str, seconds: float) -> tuple[Segment, ...]:
    """The transcript sentence by sentence, speakers in turn, each as long as its share of it."""
    sentences = _SENTENCE.findall(transcript)
    total = sum(map(len, sentences)) or 1
    segments: list[Segment] = []
    said = 0
    for number, sentence in enumerate(sentences):
        start, said = said, said + len(sentence)
        segments.append(
            Segment(
                f"SPEAKER_{number % SPEAKERS:02d}",
                round(seconds * start / total, 3),
                round(seconds * said / total, 3),
                sentence,
            )
        )
    return tuple(segments)

"""Sound that was uploaded to be written down: which files and languages are taken, and the text.

Shared by speech to text and by the transcriptions of a workspace (pawa-api.md sections 3.11, 3.15).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.api import form_fields
from mockserver.api.fields import UnsupportedMedia
from mockserver.replies.audio import tokens_of
from mockserver.replies.hearing import length_s, seed_of_sound, segments_of, words_in
from mockserver.replies.text import compose, fingerprint_of, planned_tokens
from mockserver.replies.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.api.multipart import Form, UploadedFile
    from mockserver.replies.text import Composition
    from mockserver.settings import MediaSettings, ReplySettings

LANGUAGES = (
    "English",
    "Swahili",
    "Luo",
    "Meru",
    "Kamba",
    "Kikuyu",
    "Hausa",
    "Igbo",
    "Yoruba",
    "Pidgin",
    "Zulu",
    "Tswana",
    "Afrikaans",
    "Xhosa",
    "Nyankole",
    "Ganda",
    "Lugbara",
)

AUDIO_TYPES = frozenset(
    {
        "audio/mp3",
        "audio/mpeg",
        "audio/x-mp3",
        "audio/wav",
        "audio/wave",
        "audio/x-wav",
        "audio/x-pn-wav",
        "audio/aac",
        "audio/m4a",
        "audio/x-m4a",
        "audio/x-mp4",
        "audio/ogg",
        "audio/opus",
        "audio/x-ms-wma",
        "audio/wma",
    }
)
NAMELESS_TYPE = "application/octet-stream"
"""What the SDK calls bytes that it was given without a name."""


@dataclass(frozen=True, slots=True)
class Sound:
    """An uploaded sound: its name, type, bytes, and its length in seconds."""

    filename: str
    content_type: str
    data: bytes
    length_s: float

    @property
    def tokens(self) -> int:
        """The audio tokens that it costs to hear."""
        return tokens_of(self.length_s)


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard in one sound."""

    filename: str
    text: str
    tokens: int
    segments: tuple[dict[str, object], ...] | None = None
    """Who said what when, where speakers were to be told apart."""

    def as_json(self) -> dict[str, object]:
        """The documented pair, and ``segments`` where there are any."""
        told: dict[str, object] = {"filename": self.filename, "transcript": self.text}
        if self.segments is not None:
            told["segments"] = list(self.segments)
        return told


def read_sounds(form: Form, settings: MediaSettings, *names: str) -> tuple[Sound, ...]:
    """The sounds in the files of a field; raises BadRequest, or UnsupportedMedia for a type."""
    files = form_fields.required_files(form, *names, at_most=settings.max_files)
    for index, file in enumerate(files):
        _check_type(file, f"{names[0]}[{index}]", settings)
    return tuple(
        Sound(file.filename, file.content_type, file.data, length_s(file.data)) for file in files
    )


def read_options(form: Form) -> bool:
    """Check ``prompt`` and ``temperature``; whether speakers are to be told apart."""
    form_fields.optional_text(form, "prompt")
    form_fields.check_number(form, "temperature", 0, 2)
    return form_fields.optional_flag(form, "is_speaker_diarization")


def tokens_in(sounds: Iterable[Sound], form: Form) -> int:
    """What hearing the sounds costs, and reading the prompt once."""
    prompt = count_tokens(form_fields.optional_text(form, "prompt"))
    return prompt + sum(sound.tokens for sound in sounds)


def tokens_out_ceiling(sounds: Iterable[Sound], settings: ReplySettings) -> int:
    """The longest that the transcripts can be, a canary in each included."""
    return sum(
        planned_tokens(words_in(sound.length_s), _marks(sound, settings, None), settings.text)
        + (1 if settings.canary else 0)
        for sound in sounds
    )


def transcribe(
    sound: Sound, settings: ReplySettings, canary: str | None, *, speakers: bool
) -> Transcript:
    """What is heard: the same words for the same bytes, unless ``replies.text`` says others."""
    heard = _heard(sound, settings, canary)
    segments = None
    if speakers:
        segments = tuple(part.as_json() for part in segments_of(heard.text, sound.length_s))
    return Transcript(sound.filename, heard.text, heard.tokens, segments)


def _heard(sound: Sound, settings: ReplySettings, canary: str | None) -> Composition:
    return compose(
        seed_of_sound(sound.data),
        words_in(sound.length_s),
        text=settings.text,
        marks=_marks(sound, settings, canary),
    )


def _marks(sound: Sound, settings: ReplySettings, canary: str | None) -> tuple[str, ...]:
    marks = (fingerprint_of(sound.data),) if settings.fingerprint else ()
    return (canary, *marks) if settings.canary and canary else marks


def _check_type(file: UploadedFile, where: str, settings: MediaSettings) -> None:
    taken = AUDIO_TYPES if settings.audio_types == "documented" else AUDIO_TYPES | {NAMELESS_TYPE}
    if settings.audio_types != "any" and file.content_type not in taken:
        raise UnsupportedMedia(
            f"{where} is {file.content_type}, which is not taken; this endpoint takes "
            f"{', '.join(sorted(taken))}"
        )

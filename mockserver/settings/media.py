"""What sound and files are taken and given."""

from __future__ import annotations

from typing import Literal

from mockserver.snapshot import Positive, Snapshot, Switch


class MediaSettings(Snapshot):
    """Speech, transcriptions and documents.

    ``speech_type`` is what text to speech answers with, for texts of up to ``max_text_chars``.
    ``max_files`` bounds the files of one upload. ``audio_types`` says which sound is taken:
    "documented" the listed types alone, "known" also ``application/octet-stream``, which the SDK
    gives to bytes without a name, "any" whatever comes. ``document_models`` are the models that
    parse documents; without any, every name will do, because none is documented.
    ``require_transcription_fields`` asks each upload to a workspace for ``language`` and
    ``is_speaker_diarization``, as the documents do and the SDK cannot.
    """

    speech_type: Literal["audio/mpeg", "audio/wav"] = "audio/mpeg"
    max_text_chars: Positive = 20_000
    max_files: Positive = 10
    audio_types: Literal["documented", "known", "any"] = "known"
    document_models: tuple[str, ...] = ()
    require_transcription_fields: Switch = False

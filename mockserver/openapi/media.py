"""Speech, transcripts and documents in the document (pawa-api.md 3.10 to 3.12, 3.14, 3.15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api import (
    documents,
    speech,
    transcribing,
    transcription,
    transcriptions,
    workspaces,
)
from mockserver.api.models import SPEECH, TRANSCRIPTION
from mockserver.openapi.operation import (
    BINARY,
    FORM,
    JSON,
    NOTHING,
    PAGING,
    Example,
    File,
    Operation,
    about_one,
    by_new_id,
    enveloped,
    files_of,
    in_path,
)
from mockserver.openapi.schema import (
    TIME,
    Schema,
    anything_of,
    array,
    count,
    fields,
    form,
    integer,
    number,
    or_null,
    ref,
    shown,
    some_text,
    text,
    words,
)
from mockserver.replies.audio import VOICES, speak

if TYPE_CHECKING:
    from mockserver.settings import SandboxSettings

VOICE = "Voice"
DOCUMENTS = "Documents"
TRANSCRIBE = "Transcribe"

_WORKSPACE = in_path("id", "The id of the workspace.")
_TRANSCRIPTION = in_path("tid", "The id of the transcription.")
_FIRST = {"id": "1"}
_NEW_WORKSPACE = by_new_id(
    "workspaces.update", "workspaces.one", "workspaces.delete", "transcriptions.list"
)


def operations(settings: SandboxSettings) -> tuple[Operation, ...]:
    """Every endpoint that takes or gives sound or files."""
    return (
        _speech(settings),
        _transcription(settings),
        _documents(settings),
        *_workspaces(settings),
        *_transcriptions(settings),
    )


def schemas() -> dict[str, Schema]:
    """What they share."""
    segment = shown(
        {
            "speaker": text(),
            "start": number(0, 1e9, "Seconds."),
            "end": number(0, 1e9, "Seconds."),
            "text": text(),
        }
    )
    return {
        "Transcript": shown(
            {"filename": text(), "transcript": text(), "segments": array(segment)},
            optional=("segments",),
        ),
        "Workspace": shown(
            {"id": integer(low=1), "name": text(), "createdAt": TIME, "updatedAt": TIME}
        ),
        "Transcription": shown(
            {
                "id": integer(low=1),
                "fileName": text(),
                "fileUrl": text(format="uri"),
                "fileType": text(),
                "duration": count("Seconds."),
                "transcript": ref("Transcript"),
                "status": {"const": "COMPLETED"},
                "createdAt": TIME,
                "updatedAt": TIME,
            }
        ),
    }


def _speech(settings: SandboxSettings) -> Operation:
    body = fields(
        {
            "text": some_text(maxLength=settings.media.max_text_chars),
            "model": words((SPEECH,)),
            "voice": or_null(words(("", *VOICES), f"Without one, {next(iter(VOICES))}.")),
            "max_tokens": or_null(integer("Where the sound is cut: 240 ms each.", 1)),
            "temperature": or_null(number(-2, 2)),
            "top_p": or_null(number(0, 1)),
            "repetition_penalty": or_null(number(0, speech.MOST_REPETITION_PENALTY)),
        },
        required=("text", "model"),
        closed=settings.api.unknown_fields == "refuse",
    )
    return Operation(
        "speech",
        "Speak a text; the sound is streamed",
        VOICE,
        {settings.media.speech_type: BINARY},
        bodies={JSON: body},
        errors=(402,),
        examples=(Example(body={"model": SPEECH, "text": "Habari yako", "voice": "ame"}),),
    )


def _sound(field: str) -> File:
    return File(field, "habari.wav", "audio/wav", b"".join(speak("Habari", "ame", "audio/wav")))


def _sound_types(settings: SandboxSettings) -> str:
    """The types of sound that are taken, as an encoding writes them."""
    if settings.media.audio_types == "any":
        return "*/*"
    taken = set(transcribing.AUDIO_TYPES)
    if settings.media.audio_types == "known":
        taken.add(transcribing.NAMELESS_TYPE)
    return ", ".join(sorted(taken))


def _flag_in_form() -> Schema:
    return words(("true", "false", ""))


def _transcription(settings: SandboxSettings) -> Operation:
    most, sounds = settings.media.max_files, _sound_types(settings)
    closed = settings.api.unknown_fields == "refuse"
    options = {
        "is_speaker_diarization": _flag_in_form(),
        "prompt": text(),
        "temperature": number(0, 2),
    }
    current = form(
        {
            "files": files_of(most, "Sounds."),
            "model": words((TRANSCRIPTION,)),
            "language": words(transcribing.LANGUAGES),
            **options,
        },
        required=("files", "model", "language"),
        closed=closed,
        told="The page as it is.",
    )
    older = form(
        {
            "file": {**BINARY, "minLength": 1},
            "model": words((TRANSCRIPTION, "")),
            "language": text(),
            **options,
        },
        required=("file",),
        closed=closed,
        told="An older version of the page.",
    )
    data = anything_of(
        shown(
            {"transcriptions": array(ref("Transcript")), "usage": ref("Usage")},
            optional=("usage",),
        ),
        shown({"text": text(), "usage": ref("Usage")}, optional=("usage",)),
    )
    asked = {"model": TRANSCRIPTION, "language": "Swahili"}
    return Operation(
        "transcription",
        "Write down what is said in sounds",
        VOICE,
        enveloped(transcription.TRANSCRIBED, data),
        bodies={FORM: anything_of(current, older)},
        encoding={"files": sounds, "file": sounds},
        errors=(402, 415),
        examples=(Example(body=asked, files=(_sound("files"),)),),
    )


def _documents(settings: SandboxSettings) -> Operation:
    known = settings.media.document_models
    body = form(
        {
            "model": words(known) if known else some_text("Any name will do."),
            "documents": files_of(settings.media.max_files, "Files of any type."),
        },
        required=("model", "documents"),
        closed=settings.api.unknown_fields == "refuse",
    )
    prices = File("documents", "bei.txt", "text/plain", b"Bei ya mahindi")
    return Operation(
        "documents",
        "Read the text of documents",
        DOCUMENTS,
        enveloped(documents.PARSED, array(shown({"filename": text(), "content": text()}))),
        bodies={FORM: body},
        errors=(402,),
        examples=(Example(body={"model": "pawa-ocr"}, files=(prices,)),),
    )


def _workspaces(settings: SandboxSettings) -> tuple[Operation, ...]:
    named = fields(
        {"name": some_text()},
        required=("name",),
        closed=settings.api.unknown_fields == "refuse",
    )
    listed = enveloped(workspaces.RETRIEVED, array(ref("Workspace")))
    return (
        Operation(
            "workspaces.create",
            "Make a workspace",
            TRANSCRIBE,
            enveloped(workspaces.CREATED, ref("Workspace")),
            bodies={JSON: named},
            links=_NEW_WORKSPACE,
            examples=(Example(body={"name": "Mikutano"}),),
        ),
        Operation("workspaces.list", "List workspaces", TRANSCRIBE, listed, parameters=PAGING),
        about_one(
            "workspaces.one",
            "Show a workspace",
            TRANSCRIBE,
            enveloped(workspaces.RETRIEVED, ref("Workspace")),
            _WORKSPACE,
        ),
        about_one(
            "workspaces.update",
            "Rename a workspace",
            TRANSCRIBE,
            enveloped(workspaces.UPDATED, ref("Workspace")),
            _WORKSPACE,
            bodies={JSON: named},
            example={"name": "Mikutano ya 2025"},
        ),
        about_one(
            "workspaces.delete",
            "Forget a workspace and its transcriptions",
            TRANSCRIBE,
            enveloped(workspaces.DELETED, NOTHING),
            _WORKSPACE,
        ),
    )


def _upload_body(settings: SandboxSettings) -> Schema:
    """One form for each name of the files."""
    must = settings.media.require_transcription_fields
    rest = {
        "language": words(transcribing.LANGUAGES if must else ("", *transcribing.LANGUAGES)),
        "is_speaker_diarization": _flag_in_form(),
        "prompt": text(),
    }
    asked = ("language", "is_speaker_diarization") if must else ()
    sounds = files_of(settings.media.max_files, "Sounds.")
    return anything_of(
        *(
            form(
                {name: sounds, **rest},
                required=(name, *asked),
                closed=settings.api.unknown_fields == "refuse",
            )
            for name in ("files", "files[]")
        )
    )


def _transcriptions(settings: SandboxSettings) -> tuple[Operation, ...]:
    changed = fields(
        {"fileName": or_null(text()), "transcript": or_null(text())},
        closed=settings.api.unknown_fields == "refuse",
    )
    sounds = _sound_types(settings)
    return (
        Operation(
            "transcriptions.upload",
            "Write sounds down and keep them in a workspace",
            TRANSCRIBE,
            enveloped(transcriptions.UPLOADED, array(ref("Transcription"))),
            bodies={FORM: _upload_body(settings)},
            encoding={"files": sounds, "files[]": sounds},
            parameters=(_WORKSPACE,),
            errors=(402, 404, 415),
            examples=(
                Example(body={"language": "Swahili"}, files=(_sound("files"),), path=_FIRST),
            ),
        ),
        about_one(
            "transcriptions.list",
            "List the transcriptions of a workspace",
            TRANSCRIBE,
            enveloped(transcriptions.RETRIEVED, array(ref("Transcription"))),
            _WORKSPACE,
            *PAGING,
        ),
        about_one(
            "transcriptions.update",
            "Change the name or the text of a transcription",
            TRANSCRIBE,
            enveloped(transcriptions.UPDATED, ref("Transcription")),
            _WORKSPACE,
            _TRANSCRIPTION,
            bodies={JSON: changed},
            example={"transcript": "Habari."},
        ),
        about_one(
            "transcriptions.delete",
            "Forget a transcription",
            TRANSCRIBE,
            enveloped(transcriptions.DELETED, NOTHING),
            _WORKSPACE,
            _TRANSCRIPTION,
        ),
    )

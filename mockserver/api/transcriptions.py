"""Transcriptions kept in a workspace (pawa-api.md section 3.15).

The documents ask each upload for ``language`` and ``is_speaker_diarization``, which the official
SDK cannot send; ``media.require_transcription_fields`` asks for them too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from mockserver.api import envelope, fields, form_fields
from mockserver.api.endpoint import Endpoint
from mockserver.api.free_work import free_work
from mockserver.api.models import TRANSCRIPTION
from mockserver.api.multipart import parse_form
from mockserver.api.paging import Page, read_page
from mockserver.api.transcribing import (
    LANGUAGES,
    Sound,
    Transcript,
    read_options,
    read_sounds,
    tokens_in,
    tokens_out_ceiling,
    transcribe,
)
from mockserver.api.work import Moment, Reply, Work
from mockserver.api.workspaces import id_of, missing
from mockserver.moments import iso_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.answer import Answer
    from mockserver.api.endpoint import ApiCall
    from mockserver.api.multipart import Form
    from mockserver.api.store import Store
    from mockserver.settings import SandboxSettings

UPLOADED = "Transcription uploaded and saved successfully"
RETRIEVED = "Transcriptions retrieved successfully"
UPDATED = "Transcription updated successfully"
DELETED = "Transcription deleted successfully"

UPLOAD_FIELDS = frozenset({"files", "files[]", "language", "is_speaker_diarization", "prompt"})
UPDATE_FIELDS = frozenset({"fileName", "transcript"})

FILE_URL = "https://files.invalid/transcriptions"
"""Where the files would be: a domain that nobody can have (RFC 6761 section 6.4)."""


@dataclass(frozen=True, slots=True)
class Transcription:
    """A sound that was uploaded, and what was heard in it; times are seconds since the epoch."""

    id: int
    workspace_id: int
    filename: str
    content_type: str
    length_s: float
    transcript: Transcript
    created_s: float
    updated_s: float

    def as_json(self) -> dict[str, object]:
        """The documented shape; ``duration`` is in whole seconds."""
        return {
            "id": self.id,
            "fileName": self.filename,
            "fileUrl": f"{FILE_URL}/{self.id}/{quote(self.filename, safe='')}",
            "fileType": self.content_type,
            "duration": round(self.length_s),
            "transcript": self.transcript.as_json(),
            "status": "COMPLETED",
            "createdAt": iso_time(self.created_s),
            "updatedAt": iso_time(self.updated_s),
        }


@dataclass(frozen=True, slots=True)
class _Upload:
    workspace: str
    sounds: tuple[Sound, ...]
    speakers: bool
    tokens_in: int


def read_upload(call: ApiCall) -> Work:
    """``POST``: sounds to be heard and kept; raises BadRequest."""
    form, settings = parse_form(call.facts.headers, call.facts.body), call.settings
    if settings.api.unknown_fields == "refuse":
        form_fields.check_known(form, UPLOAD_FIELDS)
    upload = _read_upload(form, settings, call.params["id"])
    return Work(
        endpoint="transcriptions.upload",
        model=TRANSCRIPTION,
        items=len(upload.sounds),
        tokens_in=upload.tokens_in,
        tokens_out_ceiling=tokens_out_ceiling(upload.sounds, settings.replies),
        max_tokens=None,
        stream=False,
        make=partial(_upload, upload, settings, call.store),
    )


def read_list(call: ApiCall) -> Work:
    """``GET``: those of a workspace, or a page of them; raises BadRequest."""
    page = read_page(call.query)
    return free_work("transcriptions.list", partial(_list, call.store, call.params["id"], page))


def read_update(call: ApiCall) -> Work:
    """``PUT``: another name or text; raises BadRequest."""
    body = fields.read_object(call.facts.body_json)
    if call.settings.api.unknown_fields == "refuse":
        fields.check_known(body, UPDATE_FIELDS)
    filename = fields.optional_text(body, "fileName")
    text = fields.optional_text(body, "transcript")
    return free_work(
        "transcriptions.update", partial(_update, call.store, call.params, filename, text)
    )


def read_delete(call: ApiCall) -> Work:
    """``DELETE`` of one."""
    return free_work("transcriptions.delete", partial(_delete, call.store, call.params))


_ALL = "/transcribe/workspace/{id}/transcriptions"
_ONE = "/transcribe/workspace/{id}/transcriptions/{tid}"

ENDPOINTS = (
    Endpoint("transcriptions.upload", "POST", _ALL, read_upload),
    Endpoint("transcriptions.list", "GET", _ALL, read_list),
    Endpoint("transcriptions.update", "PUT", _ONE, read_update),
    Endpoint("transcriptions.delete", "DELETE", _ONE, read_delete),
)


def _read_upload(form: Form, settings: SandboxSettings, workspace: str) -> _Upload:
    read = form_fields.optional_text
    if settings.media.require_transcription_fields:
        read = form_fields.required_text
        read(form, "is_speaker_diarization")
    language = read(form, "language")
    if language:
        form_fields.check_one_of("language", language, LANGUAGES)
    speakers = read_options(form)
    sounds = read_sounds(form, settings.media, "files[]", "files")
    return _Upload(workspace, sounds, speakers, tokens_in(sounds, form))


def _upload(upload: _Upload, settings: SandboxSettings, store: Store, moment: Moment) -> Reply:
    workspace = store.workspaces.get(id_of(upload.workspace))
    if workspace is None:
        answer = missing("Workspace", upload.workspace)
        return Reply(answer, model=TRANSCRIPTION, items=0, tokens_in=0, tokens_out=0)
    kept = [
        _keep(store, workspace.id, sound, heard, moment.wall_s)
        for sound in upload.sounds
        for heard in [transcribe(sound, settings.replies, moment.canary, speakers=upload.speakers)]
    ]
    return Reply(
        envelope.success(UPLOADED, [transcription.as_json() for transcription in kept]),
        model=TRANSCRIPTION,
        items=len(kept),
        tokens_in=upload.tokens_in,
        tokens_out=sum(transcription.transcript.tokens for transcription in kept),
        canary=moment.canary if settings.replies.canary else None,
        latency_s=settings.latency.answer_s,
    )


def _keep(
    store: Store, workspace_id: int, sound: Sound, heard: Transcript, now_s: float
) -> Transcription:
    return store.transcriptions.add(
        lambda row_id: Transcription(
            row_id,
            workspace_id,
            sound.filename,
            sound.content_type,
            sound.length_s,
            heard,
            created_s=now_s,
            updated_s=now_s,
        )
    )


def _list(store: Store, workspace: str, page: Page, _: Moment) -> Answer:
    if store.workspaces.get(id_of(workspace)) is None:
        return missing("Workspace", workspace)
    found = [row for row in store.transcriptions.all() if row.workspace_id == id_of(workspace)]
    return envelope.success(RETRIEVED, [row.as_json() for row in page.of(found)])


def _find(store: Store, params: Mapping[str, str]) -> Transcription | Answer:
    """The transcription that a path names, if it is kept in the workspace that it names."""
    workspace = store.workspaces.get(id_of(params["id"]))
    if workspace is None:
        return missing("Workspace", params["id"])
    found = store.transcriptions.get(id_of(params["tid"]))
    if found is None or found.workspace_id != workspace.id:
        return missing("Transcription", params["tid"])
    return found


def _update(
    store: Store, params: Mapping[str, str], filename: str, text: str, moment: Moment
) -> Answer:
    found = _find(store, params)
    if not isinstance(found, Transcription):
        return found
    heard = found.transcript
    if text:
        heard = replace(heard, text=text, segments=None)
    changed = replace(
        found,
        filename=filename or found.filename,
        transcript=replace(heard, filename=filename or heard.filename),
        updated_s=moment.wall_s,
    )
    store.transcriptions.put(found.id, changed)
    return envelope.success(UPDATED, changed.as_json())


def _delete(store: Store, params: Mapping[str, str], _: Moment) -> Answer:
    found = _find(store, params)
    if not isinstance(found, Transcription):
        return found
    store.transcriptions.remove(found.id)
    return envelope.success(DELETED, None)

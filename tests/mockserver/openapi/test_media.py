"""Sounds and files in the document."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.api import documents, speech, transcription, transcriptions, workspaces
from tests.mockserver.openapi.reading import body_schema, document, operation, taken

FORM = "multipart/form-data"


def names(schema: dict[str, Any]) -> set[str]:
    """The fields of a schema, or of everything that it is any of."""
    return {name for one in schema.get("anyOf", [schema]) for name in one["properties"]}


@pytest.mark.parametrize(
    ("name", "kind", "known"),
    [
        ("speech", "application/json", speech.FIELDS),
        ("transcription", FORM, transcription.FIELDS),
        ("documents", FORM, documents.FIELDS),
        ("workspaces.create", "application/json", workspaces.FIELDS),
        ("transcriptions.upload", FORM, transcriptions.UPLOAD_FIELDS),
        ("transcriptions.update", "application/json", transcriptions.UPDATE_FIELDS),
    ],
)
def test_the_fields_are_those_that_the_api_knows(
    name: str, kind: str, known: frozenset[str]
) -> None:
    """None more, none less."""
    assert names(body_schema(document(), name, kind)) == known


def test_speech_is_a_sound() -> None:
    """Of the type that the settings say."""
    spoken = operation(document(), "speech")["responses"]["200"]["content"]
    other = operation(document(media={"speech_type": "audio/wav"}), "speech")["responses"]["200"]

    assert list(spoken) == ["audio/mpeg"]
    assert list(other["content"]) == ["audio/wav"]


def test_settings_show() -> None:
    """What an upload must say, which models read documents, which sounds are taken."""
    told = document(
        media={
            "require_transcription_fields": True,
            "document_models": ["ocr"],
            "audio_types": "documented",
            "max_files": 2,
        }
    )
    sounds = operation(told, "transcription")["requestBody"]["content"][FORM]["encoding"]["files"]

    assert taken(document(), "transcriptions.upload", {"files": ["x"]}, FORM)
    assert not taken(told, "transcriptions.upload", {"files": ["x"]}, FORM)
    assert taken(document(), "documents", {"model": "any", "documents": ["x"]}, FORM)
    assert not taken(told, "documents", {"model": "any", "documents": ["x"]}, FORM)
    assert not taken(told, "documents", {"model": "ocr", "documents": ["x"] * 3}, FORM)
    assert "audio/ogg" in sounds["contentType"]
    assert "application/octet-stream" not in sounds["contentType"]

"""Settings of sound and files."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mockserver.settings import MediaSettings


def test_the_defaults_are_what_the_documents_and_the_sdk_agree_on() -> None:
    """MPEG, ten files, nameless bytes, and uploads as the SDK sends them."""
    settings = MediaSettings()

    assert (settings.speech_type, settings.max_files) == ("audio/mpeg", 10)
    assert settings.audio_types == "known"
    assert not settings.require_transcription_fields


@pytest.mark.parametrize(
    "wrong",
    [
        {"speech_type": "audio/ogg"},
        {"max_files": 0},
        {"max_text_chars": "100"},
        {"audio_types": "all"},
        {"require_transcription_fields": 1},
        {"speach_type": "audio/wav"},
    ],
)
def test_mistakes_are_refused(wrong: dict[str, object]) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ValidationError):
        MediaSettings.model_validate(wrong)

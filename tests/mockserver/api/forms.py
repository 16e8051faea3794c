"""Forms for the tests of endpoints, written by httpx as the official SDK's are."""

from __future__ import annotations

import httpx

from mockserver.replies.audio import speak

Upload = tuple[str, bytes, str]

MP3: Upload = ("one.mp3", b"".join(speak("Habari yako leo?", "ame", "audio/mpeg")), "audio/mpeg")
WAV: Upload = ("two.wav", b"".join(speak("Nzuri sana.", "liora", "audio/wav")), "audio/x-wav")


def form(*uploads: tuple[str, Upload], **fields: object) -> httpx.Request:
    """A form with these text fields, and files as pairs of field name and upload."""
    # Without a file httpx would send the fields as another type of form.
    files = [*uploads, *((name, (None, str(value))) for name, value in fields.items())]
    return httpx.Request("POST", "http://mock/", files=files)  # type: ignore[arg-type]

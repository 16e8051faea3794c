"""The official SDK 0.2.1, unmodified: every call of voice, documents and transcribe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pawa_ai import APIStatusError, AsyncPawaAI, BadRequestError, NotFoundError, PawaAI

from mockserver.replies.audio import speak
from mockserver.settings import SandboxSettings, ServerSettings
from mockserver.threaded import ThreadedMockServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STT = "pawa-stt-v1-20240701"
TTS = "pawa-tts-v1-20250704"
SOUND = b"".join(speak("Habari yako", "ame", "audio/wav"))


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serve a sandbox with these settings; its address."""
    started: list[ThreadedMockServer] = []

    def start(**settings: object) -> str:
        sandbox = SandboxSettings.model_validate(settings)
        server = ThreadedMockServer(ServerSettings(sandboxes=(sandbox,)))
        server.start()
        started.append(server)
        return server.url

    yield start
    for server in started:
        server.close()


@pytest.fixture
def sound_file(tmp_path: Path) -> str:
    """A WAV file, for the calls that take a path."""
    path = tmp_path / "sauti.wav"
    path.write_bytes(SOUND)
    return str(path)


def client(url: str) -> PawaAI:
    return PawaAI(api_key="pawa-dev-key", base_url=url, max_retries=0)


def transcripts(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["filename"], one["transcript"]) for one in answer["data"]["transcriptions"]]


def test_speech_to_text_takes_paths_bytes_and_tuples(
    serve: Callable[..., str], sound_file: str
) -> None:
    """The same sound says the same, however it is handed over; ``transcribe`` is ``create``."""
    with client(serve()) as pawa:
        answer = pawa.voice.speech_to_text.create(
            files=[sound_file, SOUND, ("c.wav", SOUND, "audio/wav")],
            model=STT,
            language="Swahili",
            is_speaker_diarization=True,
            prompt="mkutano",
            temperature=0.1,
        )
        again = pawa.voice.speech_to_text.transcribe(files=[SOUND], model=STT, language="Luo")

    assert answer["message"] == "Audio transcribed succesfully"
    names, texts = zip(*transcripts(answer), strict=True)
    assert names == ("sauti.wav", "file_1", "c.wav")
    assert set(texts) == {transcripts(again)[0][1]}
    assert "segments" in answer["data"]["transcriptions"][0]


def test_refusals_become_the_errors_of_the_sdk(serve: Callable[..., str]) -> None:
    """400, 404, and 415, which has no class of its own."""
    with client(serve(media={"audio_types": "documented"})) as pawa:
        with pytest.raises(BadRequestError, match="language must be one of English"):
            pawa.voice.speech_to_text.create(files=[SOUND], model=STT, language="sw")
        with pytest.raises(APIStatusError, match="application/octet-stream") as caught:
            pawa.voice.speech_to_text.create(files=[SOUND], model=STT, language="Luo")
        assert caught.value.status_code == 415
        with pytest.raises(NotFoundError, match="Workspace not found: 7"):
            pawa.transcribe.workspaces.retrieve(7)


def test_documents(serve: Callable[..., str], tmp_path: Path) -> None:
    """Text from a path and from bytes."""
    path = tmp_path / "bei.txt"
    path.write_text("Bei ya mahindi", "utf-8")
    with client(serve()) as pawa:
        answer = pawa.documents.parse(documents=[str(path), b"chai"], model="pawa-ocr")

    assert answer["data"] == [
        {"filename": "bei.txt", "content": "Bei ya mahindi"},
        {"filename": "file_1", "content": "chai"},
    ]


def test_workspaces_and_transcriptions(serve: Callable[..., str], sound_file: str) -> None:
    """Every call, in the order of a day."""
    with client(serve()) as pawa:
        workspaces = pawa.transcribe.workspaces
        made = workspaces.create(name="Mikutano")["data"]
        renamed = workspaces.update(made["id"], name="Kamati")["data"]
        assert workspaces.list()["data"] == [renamed]
        assert workspaces.retrieve(made["id"])["data"] == renamed

        uploaded = workspaces.upload_transcriptions(made["id"], files=[sound_file, SOUND])["data"]
        page = workspaces.list_transcriptions(made["id"], page=2, limit=1)["data"]
        assert page == uploaded[1:]
        changed = workspaces.update_transcription(made["id"], 1, transcript="Habari.")["data"]
        assert changed["transcript"] == {"filename": "sauti.wav", "transcript": "Habari."}
        workspaces.delete_transcription(made["id"], 2)
        assert workspaces.list_transcriptions(made["id"])["data"] == [changed]

        workspaces.delete(made["id"])
        assert workspaces.list()["data"] == []


def test_an_upload_cannot_say_what_the_documents_require(serve: Callable[..., str]) -> None:
    """The SDK has no argument for it, so the strict mock refuses every upload of it."""
    with client(serve(media={"require_transcription_fields": True})) as pawa:
        pawa.transcribe.workspaces.create(name="Mikutano")
        with pytest.raises(BadRequestError, match="is_speaker_diarization is required"):
            pawa.transcribe.workspaces.upload_transcriptions(1, files=[SOUND])


def test_text_to_speech_never_leaves_the_sdk(serve: Callable[..., str]) -> None:
    """The SDK's own mistake: it hands httpx an argument that httpx does not have.

    When this test fails, a release has mended it, and the call belongs among the others.
    """
    asked: list[httpx.Request] = []
    with (
        httpx.Client(event_hooks={"request": [asked.append]}) as http,
        PawaAI(api_key="pawa-dev-key", base_url=serve(), http_client=http) as pawa,
        pytest.raises(TypeError, match="unexpected keyword argument 'stream'"),
    ):
        pawa.voice.text_to_speech.create(text="Habari", model=TTS)

    assert asked == []


def test_text_to_speech_over_the_http_client_of_the_sdk(serve: Callable[..., str]) -> None:
    """What the SDK means to send is answered with a sound, which it would take by its type."""
    with httpx.Client(headers={"Authorization": "Bearer pawa-dev-key"}) as http:
        response = http.post(
            f"{serve()}/voice/text-to-speech",
            json={"text": "Habari", "model": TTS},
            headers={"Accept": "audio/mpeg"},
        )

    assert "audio" in response.headers["Content-Type"]
    assert response.content == b"".join(speak("Habari", "ame", "audio/mpeg"))


async def test_the_asynchronous_client_too(serve: Callable[..., str], sound_file: str) -> None:
    """The same calls, and the same mistake."""
    async with AsyncPawaAI(api_key="pawa-dev-key", base_url=serve(), max_retries=0) as pawa:
        listen, workspaces = pawa.voice.speech_to_text, pawa.transcribe.workspaces
        created = await listen.create(files=[sound_file], model=STT, language="Swahili")
        heard = await listen.transcribe(files=[SOUND], model=STT, language="Swahili")
        assert transcripts(created)[0][1] == transcripts(heard)[0][1]
        parsed = await pawa.documents.parse(documents=[b"chai"], model="pawa-ocr")
        assert parsed["data"][0]["content"] == "chai"

        await workspaces.create(name="Mikutano")
        renamed = (await workspaces.update(1, name="Kamati"))["data"]
        assert (await workspaces.list())["data"] == [(await workspaces.retrieve(1))["data"]]
        assert renamed["name"] == "Kamati"
        await workspaces.upload_transcriptions(1, files=[sound_file])
        changed = (await workspaces.update_transcription(1, 1, fileName="a.wav"))["data"]
        listed = (await workspaces.list_transcriptions(1, page=1, limit=5))["data"]
        assert listed == [changed]
        await workspaces.delete_transcription(1, 1)
        await workspaces.delete(1)
        assert (await workspaces.list())["data"] == []

        with pytest.raises(TypeError, match="unexpected keyword argument 'stream'"):
            await pawa.voice.text_to_speech.create(text="Habari", model=TTS)

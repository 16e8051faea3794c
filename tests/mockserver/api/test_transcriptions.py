"""`/transcribe/workspace/{id}/transcriptions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.api.work import Moment
from mockserver.settings import ApiSettings, LatencySettings, MediaSettings
from tests.mockserver.api.forms import MP3, WAV, form

if TYPE_CHECKING:
    from tests.mockserver.api.conftest import Asker

PATH = "/v1/transcribe/workspace/1/transcriptions"
LATER = Moment(wall_s=1_753_304_360.0)
STRICT = MediaSettings(require_transcription_fields=True)


@pytest.fixture
def uploaded(ask: Asker) -> dict[str, Any]:
    """The answer to an upload of two files to workspace 1; workspace 2 is empty."""
    for name in ("Mikutano", "Kamati"):
        ask.json("/v1/transcribe/workspace", {"name": name})
    answer: dict[str, Any] = ask.json(
        PATH,
        form(
            ("files[]", MP3), ("files[]", WAV), language="Swahili", is_speaker_diarization="false"
        ),
    )
    return answer


def test_an_upload_is_heard_and_kept(uploaded: dict[str, Any]) -> None:
    """The documented message and shape, one entry for each file."""
    first, second = uploaded["data"]

    assert uploaded["message"] == "Transcription uploaded and saved successfully"
    assert first == {
        "id": 1,
        "fileName": "one.mp3",
        "fileUrl": "https://files.invalid/transcriptions/1/one.mp3",
        "fileType": "audio/mpeg",
        "duration": 1,
        "transcript": {"filename": "one.mp3", "transcript": first["transcript"]["transcript"]},
        "status": "COMPLETED",
        "createdAt": "2025-07-23T20:59:11.900Z",
        "updatedAt": "2025-07-23T20:59:11.900Z",
    }
    assert (second["id"], second["fileType"]) == (2, "audio/x-wav")


def test_the_text_is_that_of_speech_to_text(ask: Asker, uploaded: dict[str, Any]) -> None:
    """The same bytes say the same everywhere."""
    body = form(("files", MP3), model="pawa-stt-v1-20240701", language="Swahili")
    heard = ask.json("/v1/voice/speech-to-text", body)["data"]["transcriptions"]

    assert uploaded["data"][0]["transcript"] == heard[0]


def test_a_workspace_lists_its_own_transcriptions(ask: Asker, uploaded: dict[str, Any]) -> None:
    """All of them, or a page."""
    listed = ask.json(PATH, method="GET")
    page = ask.json(PATH, method="GET", query="page=2&limit=1")
    other = ask.json("/v1/transcribe/workspace/2/transcriptions", method="GET")

    assert listed["data"] == uploaded["data"]
    assert page["data"] == uploaded["data"][1:]
    assert other["data"] == []


def test_name_and_text_can_be_changed(ask: Asker, uploaded: dict[str, Any]) -> None:
    """What is not named stays; the time of the change is kept."""
    answer = ask.json(
        f"{PATH}/1",
        {"fileName": "a.mp3", "transcript": "Habari."},
        method="PUT",
        moment=LATER,
    )
    listed = ask.json(PATH, method="GET")["data"]

    assert answer["message"] == "Transcription updated successfully"
    assert answer["data"]["transcript"] == {"filename": "a.mp3", "transcript": "Habari."}
    assert answer["data"]["updatedAt"] == "2025-07-23T20:59:20.000Z"
    assert listed == [answer["data"], uploaded["data"][1]]
    assert (
        ask.json(f"{PATH}/2", {}, method="PUT")["data"]["transcript"]
        == (uploaded["data"][1]["transcript"])
    )


def test_a_transcription_can_be_deleted(ask: Asker, uploaded: dict[str, Any]) -> None:
    """Its id is never given again."""
    answer = ask.json(f"{PATH}/2", method="DELETE")
    again = ask.json(PATH, form(("files", WAV)))

    assert (answer["message"], answer["data"]) == ("Transcription deleted successfully", None)
    assert again["data"][0]["id"] == 3


@pytest.mark.usefixtures("uploaded")
def test_what_the_sdk_cannot_send_is_asked_for_on_demand(ask: Asker) -> None:
    """``language`` and ``is_speaker_diarization`` are required by the documents."""
    whole = form(("files[]", MP3), language="Swahili", is_speaker_diarization="true")

    assert ask.json(PATH, form(("files", MP3)))["success"]
    assert "segments" in ask.json(PATH, whole, media=STRICT)["data"][0]["transcript"]
    assert ask.refusal(PATH, form(("files[]", MP3)), media=STRICT) == (
        "is_speaker_diarization is required"
    )
    assert ask.refusal(
        PATH, form(("files[]", MP3), is_speaker_diarization="true"), media=STRICT
    ) == ("language is required")


@pytest.mark.usefixtures("uploaded")
def test_it_costs_what_speech_to_text_costs(ask: Asker) -> None:
    """The sound, the prompt, the words; nothing where there is no workspace."""
    body = form(("files[]", MP3), prompt="mkutano wa leo")
    reply = ask.reply(PATH, body, latency=LatencySettings(answer_s=0.5))
    lost = ask.reply("/v1/transcribe/workspace/9/transcriptions", body)

    assert (reply.items, reply.tokens_in, reply.latency_s) == (1, 8, 0.5)
    assert reply.tokens_out > 0
    assert (lost.answer.status, lost.tokens_in, lost.tokens_out) == (404, 0, 0)
    assert len(ask.store.transcriptions.all()) == 3


@pytest.mark.usefixtures("uploaded")
@pytest.mark.parametrize(
    ("method", "path", "named"),
    [
        ("GET", "/v1/transcribe/workspace/9/transcriptions", b"Workspace not found: 9"),
        ("PUT", "/v1/transcribe/workspace/9/transcriptions/1", b"Workspace not found: 9"),
        ("PUT", f"{PATH}/9", b"Transcription not found: 9"),
        ("DELETE", f"{PATH}/x", b"Transcription not found: x"),
        ("DELETE", "/v1/transcribe/workspace/2/transcriptions/1", b"Transcription not found: 1"),
    ],
)
def test_an_unknown_id_is_404(ask: Asker, method: str, path: str, named: bytes) -> None:
    """One in another workspace is unknown too."""
    answer = ask.reply(path, {} if method == "PUT" else None, method=method).answer

    assert answer.status == 404
    assert isinstance(answer.body, bytes)
    assert named in answer.body


@pytest.mark.usefixtures("uploaded")
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (form(language="Swahili"), "files[] is required"),
        (form(("files[]", MP3), language="sw"), "language must be one of English"),
        (form(*[("files[]", MP3)] * 11), "files[] must have at most 10 files, and has 11"),
        (form(("files[]", MP3), is_speaker_diarization="1"), "is_speaker_diarization must be"),
        ({"files": []}, "body must be multipart/form-data"),
    ],
)
def test_a_bad_upload_names_its_field(ask: Asker, body: Any, message: str) -> None:
    """400, and nothing is kept."""
    assert ask.refusal(PATH, body).startswith(message)
    assert len(ask.store.transcriptions.all()) == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "body must be a JSON object"),
        ({"fileName": 1}, "fileName must be a string"),
        ({"transcript": {"transcript": "x"}}, "transcript must be a string"),
    ],
)
def test_a_bad_change_names_its_field(ask: Asker, body: object, message: str) -> None:
    """400."""
    assert ask.refusal(f"{PATH}/1", body, method="PUT") == message


def test_unknown_fields_are_refused_on_demand(ask: Asker) -> None:
    """In uploads and changes; ignored otherwise."""
    strict = ApiSettings(unknown_fields="refuse")

    assert ask.refusal(PATH, form(("files[]", MP3), model="m"), api=strict) == (
        "model is not a field of this request"
    )
    assert ask.refusal(f"{PATH}/1", {"status": "x"}, method="PUT", api=strict) == (
        "status is not a field of this request"
    )

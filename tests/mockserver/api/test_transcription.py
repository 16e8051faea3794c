"""`POST /voice/speech-to-text`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.settings import ApiSettings, LatencySettings, MediaSettings, ReplySettings
from tests.mockserver.api.forms import MP3, WAV, Upload, form

if TYPE_CHECKING:
    import httpx

    from tests.mockserver.api.conftest import Asker

PATH = "/v1/voice/speech-to-text"
MODEL = "pawa-stt-v1-20240701"


def request(*uploads: Upload, **fields: object) -> httpx.Request:
    known: dict[str, object] = {"model": MODEL, "language": "Swahili", **fields}
    return form(*(("files", upload) for upload in uploads), **known)


def test_each_file_has_its_transcript_in_order(ask: Asker) -> None:
    """The documented message, typo and all."""
    body = ask.json(PATH, request(MP3, WAV))

    assert body["message"] == "Audio transcribed succesfully"
    first, second = body["data"]["transcriptions"]
    assert (first["filename"], second["filename"]) == ("one.mp3", "two.wav")
    assert first["transcript"] != second["transcript"]
    assert set(first) == {"filename", "transcript"}


def test_the_same_file_is_heard_the_same(ask: Asker) -> None:
    """Whatever stands beside it, and in whatever order."""
    one = ask.json(PATH, request(MP3, WAV))["data"]["transcriptions"]
    two = ask.json(PATH, request(WAV, MP3, temperature=1, prompt="x"))["data"]["transcriptions"]

    assert one == two[::-1]


def test_speakers_are_told_apart_on_demand(ask: Asker) -> None:
    """Segments that together say the transcript."""
    (heard,) = ask.json(PATH, request(MP3, is_speaker_diarization="true"))["data"]["transcriptions"]

    assert " ".join(part["text"] for part in heard["segments"]) == heard["transcript"]
    assert set(heard["segments"][0]) == {"speaker", "start", "end", "text"}


def test_it_costs_the_sound_and_the_words(ask: Asker) -> None:
    """5 audio tokens for 1.152 s, 4 for 0.792 s, 1 for the prompt; usage says the same."""
    reply = ask.reply(PATH, request(MP3, WAV, prompt="mkutano"))
    body = ask.json(PATH, request(MP3, WAV, prompt="mkutano"))
    silent = ask.json(PATH, request(MP3), replies=ReplySettings(usage=False))

    words = sum(len(heard["transcript"].split()) for heard in body["data"]["transcriptions"])
    assert (reply.items, reply.tokens_in, reply.tokens_out) == (2, 10, words)
    assert body["data"]["usage"] == {"tokens_in": 10, "tokens_out": words}
    assert "usage" not in silent["data"]


def test_canary_and_latency_are_those_of_the_settings(ask: Asker) -> None:
    """As in every answer of a model."""
    reply = ask.reply(
        PATH,
        request(MP3),
        replies=ReplySettings(canary=True),
        latency=LatencySettings(answer_s=0.5),
    )

    assert reply.canary == "answer-0123456789ab"
    assert isinstance(reply.answer.body, bytes)
    assert b'"transcript":"answer-0123456789ab ' in reply.answer.body
    assert reply.latency_s == 0.5


def test_one_file_is_asked_for_as_on_the_older_page(ask: Asker) -> None:
    """``file`` and any language give ``data.text``, the same words as the new way."""
    old = ask.json(PATH, form(("file", MP3), language="sw"))
    new = ask.json(PATH, request(MP3))

    assert old["message"] == "Audio transcribed succesfully"
    assert old["data"]["text"] == new["data"]["transcriptions"][0]["transcript"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (request(), "files is required"),
        (request(files="text"), "files must be files, each with a filename"),
        (request(*[MP3] * 11), "files must have at most 10 files, and has 11"),
        (request(("a.mp3", b"", "audio/mpeg")), "files[0] must not be empty"),
        (request(MP3, model=""), "model must not be empty"),
        (request(MP3, model="pawa-tts-v1-20250704"), "model 'pawa-tts-v1-20250704' is unknown"),
        (request(MP3, language=""), "language must not be empty"),
        (request(MP3, language="sw"), "language must be one of English, Swahili, Luo,"),
        (request(MP3, is_speaker_diarization="yes"), "is_speaker_diarization must be true or"),
        (request(MP3, temperature="hot"), "temperature must be a number"),
        (form(("files", MP3)), "model is required"),
        (form(("files", MP3), model=MODEL), "language is required"),
        (form(("files", MP3), ("file", MP3)), "files and file exclude each other"),
        (form(("file", MP3), ("file", MP3)), "file must be given once; files may be repeated"),
        (form(("file", MP3), model="x"), "model 'x' is unknown here"),
        ({"model": MODEL}, "body must be multipart/form-data"),
    ],
)
def test_a_bad_request_names_its_field(ask: Asker, body: Any, message: str) -> None:
    """400, before anything is heard."""
    assert ask.refusal(PATH, body).startswith(message)


def test_other_types_are_415(ask: Asker) -> None:
    """Unless everything is taken."""
    video = ("a.mp4", b"x", "video/mp4")

    assert ask.refusal(PATH, request(video), status=415).startswith("files[0] is video/mp4")
    ask.reply(PATH, request(video), media=MediaSettings(audio_types="any"))


def test_unknown_fields_are_refused_on_demand(ask: Asker) -> None:
    """Ignored otherwise."""
    ask.reply(PATH, request(MP3, speed=2))

    refusal = ask.refusal(PATH, request(MP3, speed=2), api=ApiSettings(unknown_fields="refuse"))
    assert refusal == "speed is not a field of this request"

"""`POST /documents/parse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.api.documents import PLACEHOLDER_WORDS, content_of
from mockserver.settings import ApiSettings, LatencySettings, MediaSettings
from tests.mockserver.api.forms import Upload, form

if TYPE_CHECKING:
    import httpx

    from tests.mockserver.api.conftest import Asker

PATH = "/v1/documents/parse"
NOTE = ("note.txt", "Bei ya mahindi: 1,200 — safi".encode(), "text/plain")
TABLE = ("t.csv", b"a,b\r\n1,2\r\n", "text/csv")
SCAN = ("scan.pdf", b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "application/pdf")


def request(*uploads: Upload, model: str = "pawa-ocr") -> httpx.Request:
    return form(*(("documents", upload) for upload in uploads), model=model)


def test_text_is_given_back_as_it_is(ask: Asker) -> None:
    """Each document with its name, in order, in the envelope."""
    body = ask.json(PATH, request(NOTE, TABLE))

    assert body["success"] is True
    assert body["data"] == [
        {"filename": "note.txt", "content": "Bei ya mahindi: 1,200 — safi"},
        {"filename": "t.csv", "content": "a,b\r\n1,2\r\n"},
    ]


def test_other_documents_have_words_of_their_own(ask: Asker) -> None:
    """Always the same for the same bytes, whatever the name; others for others."""
    renamed = ("copy.pdf", SCAN[1], "application/octet-stream")
    other = ("scan.pdf", SCAN[1] + b"\0", "application/pdf")
    first, second, third = (
        document["content"] for document in ask.json(PATH, request(SCAN, renamed, other))["data"]
    )

    assert first == second != third
    assert len(first.split()) == PLACEHOLDER_WORDS


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_coding(coding: str) -> None:
    """And is no part of the text."""
    assert content_of("Habari é".encode(coding)) == "Habari é"


@pytest.mark.parametrize("data", [b"a\0b", b"%PDF-1.7\n1 0 obj", b"{\\rtf1 Habari}"])
def test_what_a_model_would_have_to_read_is_no_text(data: bytes) -> None:
    """Even where all of its bytes happen to be letters."""
    assert len(content_of(data).split()) == PLACEHOLDER_WORDS


def test_reading_is_what_costs(ask: Asker) -> None:
    """The tokens of what was found; nothing is written by the model."""
    reply = ask.reply(PATH, request(NOTE, SCAN), latency=LatencySettings(answer_s=0.5))

    assert (reply.items, reply.tokens_in, reply.tokens_out) == (2, 6 + PLACEHOLDER_WORDS, 0)
    assert (reply.model, reply.latency_s) == ("pawa-ocr", 0.5)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (request(), "documents is required"),
        (request(NOTE, model=""), "model must not be empty"),
        (form(("documents", NOTE)), "model is required"),
        (request(*[NOTE] * 11), "documents must have at most 10 files, and has 11"),
        (request(("a.txt", b"", "text/plain")), "documents[0] must not be empty"),
        ({"model": "x"}, "body must be multipart/form-data"),
    ],
)
def test_a_bad_request_names_its_field(ask: Asker, body: Any, message: str) -> None:
    """400, before anything is read."""
    assert ask.refusal(PATH, body).startswith(message)


def test_models_and_fields_are_held_to_lists_on_demand(ask: Asker) -> None:
    """None is documented, so every model will do otherwise."""
    only = MediaSettings(document_models=("pawa-ocr",))

    ask.reply(PATH, request(NOTE), media=only)
    assert "this endpoint has pawa-ocr" in ask.refusal(PATH, request(NOTE, model="x"), media=only)
    assert ask.refusal(
        PATH,
        form(("documents", NOTE), model="m", lang="sw"),
        api=ApiSettings(unknown_fields="refuse"),
    ) == ("lang is not a field of this request")

"""`/store/knowledge-base`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from mockserver.api.work import Moment
from mockserver.settings import StorageSettings
from tests.mockserver.api.bases import BASES, BUS, base_form, town

if TYPE_CHECKING:
    from tests.mockserver.api.conftest import Asker

FILES = "/v1/store/files/knowledge-base"
LATER = Moment(wall_s=1_753_304_360.0)


def test_a_base_is_created_by_json_as_the_sdk_does(ask: Asker) -> None:
    """Both ids, and the envelope."""
    body = ask.json(BASES, {"name": "Town", "description": "All about it"})

    assert body["message"] == "Knowledge base created successfully"
    assert UUID(body["data"].pop("kbReferenceId").removeprefix("kb-")).version == 4
    assert body["data"] == {
        "id": 1,
        "name": "Town",
        "description": "All about it",
        "status": "ACTIVE",
        "createdAt": "2025-07-23T20:59:11.900Z",
        "updatedAt": "2025-07-23T20:59:11.900Z",
    }
    assert ask.json(f"{FILES}/1", method="GET")["data"] == []


def test_a_base_is_created_by_a_form_with_files_as_documented(ask: Asker) -> None:
    """Each file is listed, and says whether it can be searched."""
    form = base_form(
        "Town", ("bus.txt", BUS), ("photo.png", b"\x89PNG\r\n\x1a\n\0"), description="d"
    )
    base = ask.json(BASES, form)["data"]
    listed = ask.json(f"{FILES}/{base['kbReferenceId']}", method="GET")

    assert base.items() >= {"id": 1, "name": "Town", "description": "d"}.items()
    assert listed["message"] == "Files retrieved successfully"
    assert listed["data"] == [
        {
            "id": number,
            "knowledgeBaseId": 1,
            "fileName": name,
            "fileType": kind,
            "fileSize": size,
            "status": status,
            "createdAt": "2025-07-23T20:59:11.900Z",
            "updatedAt": "2025-07-23T20:59:11.900Z",
        }
        for number, name, kind, size, status in [
            (1, "bus.txt", "text/plain", len(BUS), "COMPLETED"),
            (2, "photo.png", "image/png", 9, "NO_TEXT"),
        ]
    ]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [1, 2, 3]),
        ("search=SCHOOL", [2]),
        ("search=town", [1, 3]),
        ("page=2&limit=2", [3]),
        ("search=town&page=2&limit=1", [3]),
        ("page=9&limit=2", []),
    ],
)
def test_bases_are_listed_searched_and_paged(ask: Asker, query: str, ids: list[int]) -> None:
    """`search` looks at name and description in any case."""
    for name, text in (("Town", ""), ("School", ""), ("Bus", "of the town")):
        ask.json(BASES, {"name": name, "description": text})
    body = ask.json(BASES, method="GET", query=query)

    assert body["message"] == "Knowledge bases retrieved successfully"
    assert [base["id"] for base in body["data"]] == ids


def test_a_bad_page_is_refused(ask: Asker) -> None:
    """Never clamped."""
    message = ask.refusal(BASES, method="GET", query="page=0")

    assert message == "page must be a whole number of at least 1"


def test_one_base_is_found_by_either_id(ask: Asker) -> None:
    """The integer of the SDK, and the reference of the documents."""
    base = town(ask)

    for wanted in (base["id"], base["kbReferenceId"]):
        assert ask.json(f"{BASES}/{wanted}", method="GET")["data"] == base


def test_an_update_changes_what_it_sends(ask: Asker) -> None:
    """By JSON or by a form, whose files are added."""
    base = town(ask)
    renamed = ask.json(f"{BASES}/1", {"name": "City"}, method="PUT", moment=LATER)
    form = base_form(None, ("more.txt", "Bread is sold at five."), description="bigger")
    grown = ask.json(f"{BASES}/{base['kbReferenceId']}", form, method="PUT", moment=LATER)

    later = {"updatedAt": "2025-07-23T20:59:20.000Z"}
    assert renamed["message"] == "Knowledge base updated successfully"
    assert renamed["data"] == {**base, "name": "City", **later}
    assert grown["data"] == {**base, "name": "City", "description": "bigger", **later}
    names = [file["fileName"] for file in ask.json(f"{FILES}/1", method="GET")["data"]]
    assert names == ["market.md", "school.txt", "bus.txt", "more.txt"]


def test_a_deleted_base_is_gone_with_its_files(ask: Asker) -> None:
    """404 from then on."""
    town(ask)
    deleted = ask.json(f"{BASES}/1", method="DELETE")

    assert (deleted["message"], deleted["data"]) == ("Knowledge base deleted successfully", None)
    assert ask.store.files.all() == ()
    for path, method in ((BASES, "GET"), (BASES, "DELETE"), (FILES, "GET")):
        reply = ask.reply(f"{path}/1", method=method)
        assert reply.answer.status == 404
    assert ask.reply(f"{BASES}/1", {"name": "x"}, method="PUT").answer.status == 404


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "body must be a JSON object"),
        ({}, "name is required"),
        ({"name": ""}, "name must not be empty"),
        ({"name": 7}, "name must be a string"),
        ({"name": "a", "description": []}, "description must be a string"),
        (base_form(None, ("a.txt", "a")), "name is required"),
        (base_form(""), "name must not be empty"),
        (base_form("a", knowledgeBase="text"), "knowledgeBase must be a file, with a filename"),
        (
            base_form("a", ("a.txt", "a"), field="file"),
            "file is no field for files here; send them as knowledgeBase",
        ),
    ],
)
def test_a_bad_field_is_named(ask: Asker, body: object, message: str) -> None:
    """400, and nothing is stored."""
    assert ask.refusal(BASES, body) == message
    assert ask.store.bases.all() == ()


def test_a_broken_form_is_refused(ask: Asker) -> None:
    """In one line."""
    form = base_form("a", ("a.txt", "a"))
    cut = httpx.Request(
        "POST",
        "http://mock/",
        content=form.read()[:-9],
        headers={"Content-Type": form.headers["Content-Type"]},
    )

    assert "broken" in ask.refusal(BASES, cut)


def test_unknown_fields_are_refused_where_asked_for(ask: Asker) -> None:
    """In JSON and in a form."""
    strict = {"unknown_fields": "refuse"}

    for body in ({"name": "a", "color": "red"}, base_form("a", color="red")):
        assert ask.refusal(BASES, body, api=strict) == "color is not a field of this request"


@pytest.mark.parametrize(
    ("bound", "told"),
    [
        ({"max_bases": 1}, "it holds 1 knowledge bases (storage.max_bases), not 2"),
        ({"max_files": 3}, "it holds 3 files (storage.max_files), not 4"),
        ({"max_bytes": 300}, "it holds 300 bytes (storage.max_bytes), not "),
        (
            {"max_chunks": 3, "chunk_words": 2},
            "it holds 3 chunks of text (storage.max_chunks), not ",
        ),
    ],
)
def test_storage_is_bounded(ask: Asker, bound: dict[str, Any], told: str) -> None:
    """413 names the bound, and nothing of the request is kept."""
    town(ask)
    form = base_form("More", ("bus.txt", BUS))
    reply = ask.reply(BASES, form, storage=StorageSettings(**bound))

    assert reply.answer.status == 413
    assert told in bytes(reply.answer.body).decode()  # type: ignore[arg-type]
    assert (len(ask.store.bases.all()), len(ask.store.files.all())) == (1, 3)


def test_two_equal_requests_make_two_bases(ask: Asker) -> None:
    """With references that differ, even where all draws are the same."""
    one, other = town(ask), town(ask)

    assert one["kbReferenceId"] != other["kbReferenceId"]

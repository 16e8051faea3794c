"""`/transcribe/workspace`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.api.work import Moment
from mockserver.api.workspaces import id_of
from mockserver.settings import ApiSettings
from tests.mockserver.api.forms import MP3, form

if TYPE_CHECKING:
    from tests.mockserver.api.conftest import Asker

PATH = "/v1/transcribe/workspace"
LATER = Moment(wall_s=1_753_304_360.0)


def test_a_workspace_is_created_changed_shown_and_deleted(ask: Asker) -> None:
    """Ids count from 1; every answer is in the envelope."""
    created = ask.json(PATH, {"name": "Mikutano"})
    changed = ask.json(f"{PATH}/1", {"name": "Kamati"}, method="PUT", moment=LATER)
    shown = ask.json(f"{PATH}/1", method="GET")
    deleted = ask.json(f"{PATH}/1", method="DELETE")

    assert created == {
        "success": True,
        "message": "Workspace created successfully",
        "data": {
            "id": 1,
            "name": "Mikutano",
            "createdAt": "2025-07-23T20:59:11.900Z",
            "updatedAt": "2025-07-23T20:59:11.900Z",
        },
    }
    assert changed["message"] == "Workspace updated successfully"
    assert changed["data"] == {
        "id": 1,
        "name": "Kamati",
        "createdAt": "2025-07-23T20:59:11.900Z",
        "updatedAt": "2025-07-23T20:59:20.000Z",
    }
    assert shown["data"] == changed["data"]
    assert (deleted["message"], deleted["data"]) == ("Workspace deleted successfully", None)
    assert ask.reply(f"{PATH}/1", method="GET").answer.status == 404


def test_all_are_listed_or_a_page_of_them(ask: Asker) -> None:
    """In order of their making."""
    for name in ("a", "b", "c"):
        ask.json(PATH, {"name": name})

    assert [row["name"] for row in ask.json(PATH, method="GET")["data"]] == ["a", "b", "c"]
    page = ask.json(PATH, method="GET", query="page=2&limit=2")
    assert [row["id"] for row in page["data"]] == [3]


def test_what_is_kept_in_a_workspace_goes_with_it(ask: Asker) -> None:
    """And what is kept in others stays."""
    for name in ("a", "b"):
        ask.json(PATH, {"name": name})
    for workspace in (1, 2):
        ask.json(f"{PATH}/{workspace}/transcriptions", form(("files[]", MP3)))

    ask.json(f"{PATH}/1", method="DELETE")

    assert [row.workspace_id for row in ask.store.transcriptions.all()] == [2]


@pytest.mark.parametrize("wanted", ["1", "0", "-1", "x", "9" * 40, "%20"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_id_is_404(ask: Asker, method: str, wanted: str) -> None:
    """In the envelope, free of charge, and naming the id."""
    body = {"name": "n"} if method == "PUT" else None
    reply = ask.reply(f"{PATH}/{wanted}", body, method=method)

    assert reply.answer.status == 404
    assert isinstance(reply.answer.body, bytes)
    assert b"Workspace not found: " in reply.answer.body
    assert (reply.items, reply.tokens_in) == (0, 0)


@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("PUT", f"{PATH}/1")])
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "name is required"),
        ({"name": ""}, "name must not be empty"),
        ({"name": 1}, "name must be a string"),
        ([], "body must be a JSON object"),
    ],
)
def test_a_name_is_required(ask: Asker, method: str, path: str, body: object, message: str) -> None:
    """400, whether there is such a workspace or not; nothing is stored."""
    assert ask.refusal(path, body, method=method) == message
    assert ask.store.workspaces.all() == ()


def test_unknown_fields_are_refused_on_demand(ask: Asker) -> None:
    """Ignored otherwise."""
    body = {"name": "n", "colour": "blue"}
    ask.json(PATH, body)

    refusal = ask.refusal(PATH, body, api=ApiSettings(unknown_fields="refuse"))
    assert refusal == "colour is not a field of this request"


def test_a_bad_page_is_refused(ask: Asker) -> None:
    """The line names the parameter."""
    assert ask.refusal(PATH, method="GET", query="page=0").startswith("page must be")


def test_the_id_of_a_path_is_a_number_or_nothing() -> None:
    """0 is the id of nothing."""
    assert [id_of(text) for text in ("7", "07", "", "x", "-7", "٣")] == [7, 7, 0, 0, 0, 0]

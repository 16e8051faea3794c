"""`/agents/create`, `/update`, `/view` and `/delete`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from mockserver.api.work import Moment
from mockserver.settings import StorageSettings

if TYPE_CHECKING:
    from tests.mockserver.api.conftest import Asker

CREATE, VIEW = "/v1/agents/create", "/v1/agents/view"
UPDATE, DELETE = "/v1/agents/update", "/v1/agents/delete"
LATER = Moment(wall_s=1_753_304_360.0)
WHOLE = {
    "name": "Mwalimu",
    "description": "Teaches",
    "instruction": "Be patient",
    "intents": ["explain", "ask"],
    "knowledgeBaseId": 7,
    "tools": [
        {"type": "function", "function": {"name": "add", "parameters": {}}},
        {"type": "pawa_tool", "pawa_tool": "web_search_tool"},
    ],
}


def test_an_agent_is_created_as_documented(ask: Asker) -> None:
    """The documented message and shape: an integer, a UUID, times in milliseconds."""
    body = ask.json(CREATE, WHOLE)

    assert (body["success"], body["message"]) == (True, "Agent created successfully")
    assert UUID(body["data"].pop("agentReferenceId")).version == 4
    assert body["data"] == {
        "id": 1,
        "name": "Mwalimu",
        "description": "Teaches",
        "instruction": "Be patient",
        "status": "ACTIVE",
        "createdAt": "2025-07-23T20:59:11.900Z",
        "updatedAt": "2025-07-23T20:59:11.900Z",
    }


def test_agents_are_viewed_with_all_that_they_have(ask: Asker) -> None:
    """The list and a single one say the same, under the same message; either id finds it."""
    created = ask.json(CREATE, WHOLE)["data"]
    ask.json(CREATE, {"name": "Dereva"})
    listed, one = ask.json(VIEW, method="GET"), ask.json(f"{VIEW}/1", method="GET")
    by_reference = ask.json(f"{VIEW}/{created['agentReferenceId']}", method="GET")

    assert listed["message"] == one["message"] == "Agents retrieved successfully"
    assert one["data"] == {**created, **WHOLE}
    assert listed["data"][0] == one["data"] == by_reference["data"]
    assert listed["data"][1].items() >= {"id": 2, "intents": [], "knowledgeBaseId": None}.items()


def test_an_update_changes_what_it_sends(ask: Asker) -> None:
    """The rest stays; null empties; ids and the time of creation never change."""
    created = ask.json(CREATE, WHOLE)["data"]
    changed = ask.json(
        f"{UPDATE}/1", {"name": "Mkuu", "knowledgeBaseId": None}, method="PUT", moment=LATER
    )

    assert changed["message"] == "Agent updated successfully"
    assert changed["data"] == {
        **created,
        "name": "Mkuu",
        "updatedAt": "2025-07-23T20:59:20.000Z",
    }
    viewed = ask.json(f"{VIEW}/1", method="GET")["data"]
    assert viewed == {**WHOLE, **changed["data"], "knowledgeBaseId": None}


def test_a_deleted_agent_is_gone(ask: Asker) -> None:
    """Its id is not given again."""
    ask.json(CREATE, {"name": "a"})
    deleted = ask.json(f"{DELETE}/1", method="DELETE")

    assert (deleted["message"], deleted["data"]) == ("Agent deleted successfully", None)
    assert ask.json(VIEW, method="GET")["data"] == []
    assert ask.json(CREATE, {"name": "b"})["data"]["id"] == 2


@pytest.mark.parametrize("agent_id", ["2", "0", "-1", "x", "9" * 5000, "1%2F"])
@pytest.mark.parametrize(("path", "method"), [(UPDATE, "PUT"), (DELETE, "DELETE"), (VIEW, "GET")])
def test_an_unknown_agent_is_not_found(ask: Asker, path: str, method: str, agent_id: str) -> None:
    """404 in the envelope, for numbers and for what is none."""
    ask.json(CREATE, {"name": "a"})
    body = {"name": "b"} if method == "PUT" else None
    reply = ask.reply(f"{path}/{agent_id}", body, method=method)

    assert reply.answer.status == 404
    assert b'"success":false' in bytes(reply.answer.body)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "body must be a JSON object"),
        ([], "body must be a JSON object"),
        ({}, "name is required"),
        ({"name": None}, "name is required"),
        ({"name": ""}, "name must not be empty"),
        ({"name": 1}, "name must be a string"),
        ({"name": "a", "description": 1}, "description must be a string"),
        ({"name": "a", "instruction": []}, "instruction must be a string"),
        ({"name": "a", "intents": "x"}, "intents must be an array"),
        ({"name": "a", "intents": ["x", 2]}, "intents[1] must be a string"),
        ({"name": "a", "knowledgeBaseId": "kb-1"}, "knowledgeBaseId must be an integer"),
        ({"name": "a", "knowledgeBaseId": True}, "knowledgeBaseId must be an integer"),
        ({"name": "a", "tools": [1]}, "tools[0] must be a JSON object"),
        ({"name": "a", "tools": [{}]}, "tools[0].type is required"),
        ({"name": "a", "tools": [{"type": "x"}]}, "tools[0].type must be function or pawa_tool"),
    ],
)
def test_a_bad_field_is_named(ask: Asker, body: object, message: str) -> None:
    """400, and nothing is stored."""
    assert ask.refusal(CREATE, body) == message
    assert ask.json(VIEW, method="GET")["data"] == []


def test_unknown_fields_and_bases_are_refused_where_asked_for(ask: Asker) -> None:
    """Both are let pass without it."""
    strict = {"storage": StorageSettings(unknown_ids="refuse")}

    assert ask.refusal(CREATE, {"name": "a", "knowledgeBaseId": 7}, **strict) == (
        "knowledgeBaseId 7 is unknown here"
    )
    assert (
        ask.refusal(CREATE, {"name": "a", "color": 1}, api={"unknown_fields": "refuse"})
        == "color is not a field of this request"
    )
    ask.json("/v1/store/knowledge-base", {"name": "base"})
    assert ask.json(CREATE, {"name": "a", "knowledgeBaseId": 1}, **strict)["data"]["id"] == 1


def test_nothing_is_stored_before_the_work_is_done(ask: Asker) -> None:
    """Reading a request leaves no trace: a fault may come between."""
    ask.refusal(CREATE, {"name": ""})
    ask._read("POST", CREATE, {"name": "a"}, "", {})

    assert ask.store.agents.all() == ()


def test_storage_is_bounded(ask: Asker) -> None:
    """413 names the bound; an update counts too."""
    few, small = StorageSettings(max_agents=1), StorageSettings(max_bytes=40)
    ask.json(CREATE, {"name": "a"})
    full = ask.reply(CREATE, {"name": "b"}, storage=few).answer
    heavy = ask.reply(CREATE, {"name": "b" * 40}, storage=small).answer
    grown = ask.reply(f"{UPDATE}/1", {"name": "b" * 40}, method="PUT", storage=small).answer

    assert (full.status, heavy.status, grown.status) == (413, 413, 413)
    assert b"Storage is full: it holds 1 agents (storage.max_agents), not 2" in bytes(full.body)  # type: ignore[arg-type]
    assert [agent.name for agent in ask.store.agents.all()] == ["a"]

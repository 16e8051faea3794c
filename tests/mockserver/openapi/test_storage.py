"""Agents, knowledge bases and retrieval in the document."""

from __future__ import annotations

from mockserver.api import agents, knowledge_bases, retrieval
from tests.mockserver.openapi.reading import answer_schema, body_schema, document, operation, taken

FORM = "multipart/form-data"


def test_the_fields_are_those_that_the_api_knows() -> None:
    """Of an agent, of a base in both of its bodies, and of a search in both spellings."""
    told = document()
    searches = body_schema(told, "retrieval")["anyOf"]

    assert set(body_schema(told, "agents.create")["properties"]) == agents.FIELDS
    assert set(body_schema(told, "agents.update")["properties"]) == agents.FIELDS
    for name in ("knowledge_bases.create", "knowledge_bases.update"):
        assert set(body_schema(told, name)["properties"]) == knowledge_bases.JSON_FIELDS
        assert set(body_schema(told, name, FORM)["properties"]) == knowledge_bases.FORM_FIELDS
    named = {field for search in searches for field in search["properties"]}
    assert named | {"kbReferenceId"} == retrieval.FIELDS


def test_an_agent_needs_a_name_when_it_is_made() -> None:
    """And none when it is changed."""
    told = document()

    assert taken(told, "agents.create", {"name": "Mwalimu"})
    assert not taken(told, "agents.create", {"name": ""})
    assert taken(told, "agents.update", {"name": None})
    assert not taken(told, "agents.create", {"name": "a", "tools": [{"type": "rocket"}]})


def test_a_search_is_taken_in_either_spelling() -> None:
    """With either id."""
    told = document()

    assert taken(told, "retrieval", {"knowledge_base_id": "kb-1", "question_asked_by_user": "?"})
    assert taken(told, "retrieval", {"knowledgeBaseId": 1, "query": "?", "topK": 2})
    assert not taken(told, "retrieval", {"knowledgeBaseId": 1})


def test_the_answer_of_a_search_has_no_envelope() -> None:
    """The one exception of the API."""
    assert "success" not in answer_schema(document(), "retrieval")["properties"]


def test_what_was_made_leads_on() -> None:
    """Its id, to what shows, changes and deletes it."""
    links = operation(document(), "agents.create")["responses"]["200"]["links"]

    assert {link["operationId"] for link in links.values()} == {
        "agents.one",
        "agents.update",
        "agents.delete",
    }

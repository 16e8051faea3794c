"""Agents in the document."""

from __future__ import annotations

from mockserver.api import agents
from tests.mockserver.openapi.reading import body_schema, document, operation, taken


def test_the_fields_are_those_that_the_api_knows() -> None:
    """When it is made and when it is changed."""
    told = document()

    assert set(body_schema(told, "agents.create")["properties"]) == agents.FIELDS
    assert set(body_schema(told, "agents.update")["properties"]) == agents.FIELDS


def test_an_agent_needs_a_name_when_it_is_made() -> None:
    """And none when it is changed."""
    told = document()

    assert taken(told, "agents.create", {"name": "Mwalimu"})
    assert not taken(told, "agents.create", {"name": ""})
    assert taken(told, "agents.update", {"name": None})
    assert not taken(told, "agents.create", {"name": "a", "tools": [{"type": "rocket"}]})


def test_what_was_made_leads_on() -> None:
    """Its id, to what shows, changes and deletes it."""
    links = operation(document(), "agents.create")["responses"]["200"]["links"]

    assert {link["operationId"] for link in links.values()} == {
        "agents.one",
        "agents.update",
        "agents.delete",
    }

"""Knowledge bases and retrieval in the document."""

from __future__ import annotations

from mockserver.api import knowledge_bases, retrieval
from tests.mockserver.openapi.reading import answer_schema, body_schema, document, taken

FORM = "multipart/form-data"


def test_the_fields_are_those_that_the_api_knows() -> None:
    """Of a base in both of its bodies, and of a search in both spellings."""
    told = document()
    searches = body_schema(told, "retrieval")["anyOf"]

    for name in ("knowledge_bases.create", "knowledge_bases.update"):
        assert set(body_schema(told, name)["properties"]) == knowledge_bases.JSON_FIELDS
        assert set(body_schema(told, name, FORM)["properties"]) == knowledge_bases.FORM_FIELDS
    named = {field for search in searches for field in search["properties"]}
    assert named | {"kbReferenceId"} == retrieval.FIELDS


def test_a_search_is_taken_in_either_spelling() -> None:
    """With either id."""
    told = document()

    assert taken(told, "retrieval", {"knowledge_base_id": "kb-1", "question_asked_by_user": "?"})
    assert taken(told, "retrieval", {"knowledgeBaseId": 1, "query": "?", "topK": 2})
    assert not taken(told, "retrieval", {"knowledgeBaseId": 1})


def test_the_answer_of_a_search_has_no_envelope() -> None:
    """The one exception of the API."""
    assert "success" not in answer_schema(document(), "retrieval")["properties"]

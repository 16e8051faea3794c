"""Embeddings and models in the document."""

from __future__ import annotations

from mockserver.api import embeddings
from tests.mockserver.openapi.reading import answer_schema, body_schema, document, operation, taken

ASK = {"model": "pawa-embeddings-v1-20241001", "sentences": ["moja", "mbili"]}


def test_the_fields_are_those_that_the_api_knows() -> None:
    """None more, none less."""
    assert set(body_schema(document(), "embeddings")["properties"]) == embeddings.FIELDS


def test_settings_show() -> None:
    """The length of a vector, and how many sentences there may be."""
    told = document(embeddings={"dimension": 3, "max_items": 1})
    data = answer_schema(told, "embeddings")["properties"]["data"]
    vector = data["properties"]["embeddings"]["items"]

    assert (vector["minItems"], vector["maxItems"]) == (3, 3)
    assert taken(document(), "embeddings", ASK)
    assert not taken(told, "embeddings", ASK)


def test_the_list_of_models_has_its_filters_and_pages() -> None:
    """Those that the SDK sends."""
    parameters = operation(document(), "models.list")["parameters"]

    assert [one["name"] for one in parameters] == ["id", "search", "modelType", "page", "limit"]

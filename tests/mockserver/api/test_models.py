"""`GET /models` and `GET /models/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.settings import ApiSettings

if TYPE_CHECKING:
    from tests.mockserver.api.conftest import Asker

LIST = "/v1/models"


def test_the_list_has_every_documented_model(ask: Asker) -> None:
    """All six, in the SDK fixtures' spelling."""
    body = ask.json(LIST, method="GET")

    assert body["message"] == "Models fetched successfully"
    assert (
        body["data"][0].items()
        >= {
            "id": 1,
            "name": "pawa-v1-ember-20240924",
            "modelType": "chat",
        }.items()
    )
    assert [model["id"] for model in body["data"]] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("id=2", [2]),
        ("modelType=chat", [1, 2]),
        ("search=EMBER", [1]),
        ("page=2&limit=4", [5, 6]),
        ("page=9&limit=4", []),
        ("limit=1", [1]),
        ("modelType=nothing", []),
    ],
)
def test_the_list_is_filtered_and_paged(ask: Asker, query: str, ids: list[int]) -> None:
    """The five query fields of the SDK."""
    body = ask.json(LIST, method="GET", query=query)

    assert [model["id"] for model in body["data"]] == ids


@pytest.mark.parametrize("query", ["page=0", "limit=-1", "limit=x", "id=1.5", "id=" + "9" * 5000])
def test_a_bad_number_is_refused(ask: Asker, query: str) -> None:
    """Never clamped."""
    name = query.split("=", maxsplit=1)[0]

    message = ask.refusal(LIST, method="GET", query=query)

    assert message == f"{name} must be a whole number of at least 1"


def test_one_model_is_an_object(ask: Asker) -> None:
    """`data` is the model itself."""
    body = ask.json(f"{LIST}/3", method="GET")

    assert body["data"]["name"] == "pawa-embeddings-v1-20241001"


@pytest.mark.parametrize("model_id", ["99", "0", "ember"])
def test_an_unknown_model_is_not_found(ask: Asker, model_id: str) -> None:
    """404 in the envelope."""
    reply = ask.reply(f"{LIST}/{model_id}", method="GET")

    assert reply.answer.status == 404


def test_models_of_the_settings_are_listed_and_work(ask: Asker) -> None:
    """What the settings add can be listed and used."""
    api = ApiSettings(extra_chat_models=("my-chat",), extra_embedding_models=("my-vectors",))

    names = [model["name"] for model in ask.json(LIST, method="GET", api=api)["data"]]
    vectors = ask.json(
        "/v1/vectors/embedding", {"model": "my-vectors", "sentences": ["a"]}, api=api
    )

    assert names[-2:] == ["my-chat", "my-vectors"]
    assert len(vectors["data"]["embeddings"]) == 1

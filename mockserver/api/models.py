"""The models that exist, and ``GET /models`` and ``GET /models/{id}``.

Source: pawa-api.md sections 3.13 and 6. Ids, types other than ``chat`` and the paging are this
mock's own choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.api import envelope
from mockserver.api.endpoint import Endpoint
from mockserver.api.free_work import ready
from mockserver.api.paging import read_page, whole_number

if TYPE_CHECKING:
    from mockserver.api.endpoint import ApiCall
    from mockserver.api.work import Work
    from mockserver.settings import ApiSettings

EMBER = "pawa-v1-ember-20240924"
BLAZE = "pawa-v1-blaze-20250318"
EMBEDDING = "pawa-embeddings-v1-20241001"

SPEECH = "pawa-tts-v1-20250704"
TRANSCRIPTION = "pawa-stt-v1-20240701"

CHAT_MODELS = (EMBER, BLAZE)
EMBEDDING_MODELS = (EMBEDDING, "pawa-embedding-v1-20240701")


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the list of models."""

    id: int
    name: str
    model_type: str
    description: str

    def as_json(self) -> dict[str, object]:
        """The entry in the SDK fixtures' spelling."""
        return {
            "id": self.id,
            "name": self.name,
            "modelType": self.model_type,
            "description": self.description,
        }


_DOCUMENTED = (
    Model(1, EMBER, "chat", "Text chat; the default model"),
    Model(2, BLAZE, "chat", "Chat with vision, tools and reasoning"),
    Model(3, EMBEDDING, "embedding", "Sentence embeddings"),
    Model(4, EMBEDDING_MODELS[1], "embedding", "Sentence embeddings, earlier release"),
    Model(5, SPEECH, "text-to-speech", "Speech from text"),
    Model(6, TRANSCRIPTION, "speech-to-text", "Text from speech"),
)


def chat_models(settings: ApiSettings) -> tuple[str, ...]:
    """The models that chat accepts."""
    return CHAT_MODELS + settings.extra_chat_models


def embedding_models(settings: ApiSettings) -> tuple[str, ...]:
    """The models that embed."""
    return EMBEDDING_MODELS + settings.extra_embedding_models


def known_models(settings: ApiSettings) -> tuple[Model, ...]:
    """Every model: the documented ones, then those that the settings add."""
    extra = [(name, "chat") for name in settings.extra_chat_models]
    extra += [(name, "embedding") for name in settings.extra_embedding_models]
    added = [
        Model(number, name, kind, "Added by the settings")
        for number, (name, kind) in enumerate(extra, start=len(_DOCUMENTED) + 1)
    ]
    return (*_DOCUMENTED, *added)


def read_list(call: ApiCall) -> Work:
    """``GET /models?id&search&modelType&page&limit``.

    Raises BadRequest for a number that is none, or is under 1.
    """
    query = call.query
    wanted_id, page = whole_number(query, "id"), read_page(query)
    search, kind = query.get("search", "").lower(), query.get("modelType", "")
    found = [
        model.as_json()
        for model in known_models(call.settings.api)
        if wanted_id in (None, model.id)
        and search in f"{model.name} {model.description}".lower()
        and kind in ("", model.model_type)
    ]
    return ready("models.list", envelope.success(envelope.MODELS_OK, page.of(found)))


def read_one(call: ApiCall) -> Work:
    """``GET /models/{id}``; 404 for an id that no model has."""
    for model in known_models(call.settings.api):
        if str(model.id) == call.params["id"]:
            answer = envelope.success(envelope.MODELS_OK, model.as_json())
            return ready("models.one", answer)
    return ready("models.one", envelope.not_found(call.facts.path))


ENDPOINTS = (
    Endpoint("models.list", "GET", "/models", read_list),
    Endpoint("models.one", "GET", "/models/{id}", read_one),
)

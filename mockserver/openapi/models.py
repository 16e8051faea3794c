"""Embeddings and models in the document (pawa-api.md sections 3.7 and 3.13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api import envelope
from mockserver.api.models import EMBEDDING, embedding_models, known_models
from mockserver.openapi.operation import (
    JSON,
    PAGE_MOST,
    PAGING,
    Example,
    Operation,
    about_one,
    enveloped,
    in_path,
    in_query,
)
from mockserver.openapi.schema import (
    Schema,
    array,
    fields,
    integer,
    or_null,
    ref,
    shown,
    some_text,
    text,
    words,
)
from mockserver.settings.api import ApiSettings

if TYPE_CHECKING:
    from mockserver.settings import SandboxSettings


def operations(settings: SandboxSettings) -> tuple[Operation, ...]:
    """Embeddings, the list of models, and one of them."""
    return (_embeddings(settings), *_models())


def schemas() -> dict[str, Schema]:
    """What they share."""
    kinds = dict.fromkeys(model.model_type for model in known_models(ApiSettings()))
    entry = {"id": integer(low=1), "name": text(), "modelType": words(kinds), "description": text()}
    return {"Model": shown(entry)}


def _embeddings(settings: SandboxSettings) -> Operation:
    dimension, most = settings.embeddings.dimension, settings.embeddings.max_items
    vector = array({"type": "number"}, "Of length 1.", minItems=dimension, maxItems=dimension)
    sentences = array(some_text(), minItems=1)
    if most is not None:
        sentences["maxItems"] = most
    body = fields(
        {
            "model": words(embedding_models(settings.api)),
            "lang": or_null(text()),
            "sentences": sentences,
        },
        required=("model", "sentences"),
        closed=settings.api.unknown_fields == "refuse",
    )
    data = shown({"embeddings": array(vector), "usage": ref("Usage")}, optional=("usage",))
    asked = {"model": EMBEDDING, "lang": "multi", "sentences": ["Habari ya asubuhi"]}
    return Operation(
        "embeddings",
        "Make a vector of each sentence, in order",
        "Embeddings",
        enveloped(envelope.EMBEDDINGS_OK, data),
        bodies={JSON: body},
        errors=(402,),
        examples=(Example(body=asked),),
    )


def _models() -> tuple[Operation, ...]:
    filters = (
        in_query("id", integer("Only this one.", 1, PAGE_MOST)),
        in_query("search", text("Looked for in name and description.")),
        in_query("modelType", text("Only models of this type.")),
    )
    return (
        Operation(
            "models.list",
            "List the models",
            "Models",
            enveloped(envelope.MODELS_OK, array(ref("Model"))),
            parameters=(*filters, *PAGING),
            examples=(Example(query={"modelType": "chat"}),),
        ),
        about_one(
            "models.one",
            "Show a model",
            "Models",
            enveloped(envelope.MODELS_OK, ref("Model")),
            in_path("id", "The number of the model."),
        ),
    )

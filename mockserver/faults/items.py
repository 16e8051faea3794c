"""Faults in the results of a batch: their order, and single failures among them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import orjson
from pydantic import Field, model_validator

from mockserver.faults.base import Count, Fault, Text

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.draws import Draws


class Items(Fault):
    """Embedding results in another order, some of them failed, lost or too many.

    Each is named by its ``index``.

    Without ``indexed``, a healthy entry stays a bare vector: results in another order are then
    *wrong*, since nothing says whose they are.
    """

    summary: ClassVar[str] = (
        'Embedding results as `{"index", "embedding"}`, reordered; failed ones as '
        '`{"index", "error"}`, some missing or too many.'
    )
    example: ClassVar[dict[str, Any]] = {"kind": "items", "order": "shuffled", "errors": [3]}

    kind: Literal["items"] = "items"
    order: Literal["given", "reversed", "shuffled"] = Field(
        default="given", description="order of the results"
    )
    errors: tuple[Count, ...] = Field(
        default=(), description="indexes (from 0) of the items that fail"
    )
    message: Text = Field(
        default="The item could not be processed", description="message of a failed item"
    )
    missing: tuple[Count, ...] = Field(
        default=(), description="indexes (from 0) of the items that are left out"
    )
    surplus: Annotated[int, Field(ge=0, le=10_000, strict=True)] = Field(
        default=0, description="how many more there are than asked for; each repeats the last"
    )
    indexed: bool = Field(
        default=True, strict=True, description="whether healthy entries carry their index"
    )

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        changes = self.order != "given" or self.errors or self.missing or self.surplus
        if not changes and not self.indexed:
            raise ValueError("changes nothing; give an order, errors, missing, surplus, or indexed")
        both = sorted(set(self.errors) & set(self.missing))
        if both:
            raise ValueError(f"item {both[0]} cannot both fail and be missing; keep one")
        return self

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:
        """Rewrite ``data.embeddings``; a reply without it, or without a failing item, stays."""
        document = _embeddings_of(answer)
        if document is None:
            return answer
        vectors: list[Any] = document["data"]["embeddings"]
        named = (*self.errors, *self.missing)
        if not vectors or (named and not any(index < len(vectors) for index in named)):
            return answer
        order = [index for index in self._order(len(vectors), draws) if index not in self.missing]
        entries = [self._entry(index, vectors[index]) for index in order]
        more = range(len(vectors), len(vectors) + self.surplus)
        entries.extend(self._entry(index, vectors[-1]) for index in more)
        document["data"]["embeddings"] = entries
        return replace(answer, body=orjson.dumps(document))

    def _order(self, length: int, draws: Draws) -> list[int]:
        given = list(range(length))
        if self.order == "reversed":
            return given[::-1]
        if self.order == "given":
            return given
        shuffled = list(draws.order("items", length))
        # The one shuffle in n! that changes nothing would be no fault.
        return given[1:] + given[:1] if shuffled == given else shuffled

    def _entry(self, index: int, vector: object) -> object:
        if index in self.errors:
            return {"index": index, "error": {"code": "invalid_item", "message": self.message}}
        return {"index": index, "embedding": vector} if self.indexed else vector


def _embeddings_of(answer: Answer) -> dict[str, Any] | None:
    """The reply's document when it is one with embeddings."""
    if not isinstance(answer.body, bytes):
        return None
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    data = document.get("data") if isinstance(document, dict) else None
    embeddings = data.get("embeddings") if isinstance(data, dict) else None
    return document if isinstance(embeddings, list) else None

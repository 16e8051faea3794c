"""Defects in combining sentences, and in giving each caller its own vector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.reference import PawaClient, PawaError, Vector
from scenarios.reference.attempt import Attempt
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    from scenarios.reference.batching import Batcher

Vectors = tuple[Vector | PawaError, ...]


@defect(
    "Z10",
    seen="plausible: a setting that nothing reads",
    caught_by={"BATCH-001": "requests"},
)
class NeverCombines(PawaClient):
    """Every caller gets a request of its own, whatever the batching settings say."""

    def new_batcher(self) -> Batcher | None:
        """None."""
        return None


@defect(
    "M84",
    seen="js-genai#1207; codeatlas#93",
    caught_by={"BATCH-002": "sentences of 1000 with another's vector"},
)
class ZipsByPosition(Attempt):
    """Results of a batch are matched to sentences by position, not by index."""

    def vectors_in(self, value: dict[str, Any], expected: int) -> Vectors:
        """The results in the order in which they stand."""
        for place, entry in enumerate(entries_of(value)):
            entry["index"] = place
        return super().vectors_in(value, expected)


@defect(
    "M85",
    seen="text-embeddings-inference#145; hub#121; mem0#5245 and #5509",
    caught_by={"BATCH-003": "callers that lost their vector to another's failure"},
)
class FailsAsABatch(Attempt):
    """One bad item fails the whole batch."""

    def vectors_in(self, value: dict[str, Any], expected: int) -> Vectors:
        """All vectors, or the first error."""
        vectors = super().vectors_in(value, expected)
        for item in vectors:
            if isinstance(item, PawaError):
                raise item
        return vectors


@defect(
    "Z11",
    seen="the other half of M85: an item that is dropped without a word",
    caught_by={"BATCH-003": ("the caller of the failed item", "ten in one call: the failed item")},
)
class HidesFailedItems(Attempt):
    """An item that failed comes back as a vector of zeros."""

    def vectors_in(self, value: dict[str, Any], expected: int) -> Vectors:
        """A vector in every place."""
        vectors = super().vectors_in(value, expected)
        return tuple((0.0,) if isinstance(item, PawaError) else item for item in vectors)


def entries_of(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of an embedding answer that are objects, to be changed in place."""
    data = value.get("data")
    entries = data.get("embeddings", data.get("data")) if isinstance(data, dict) else data
    return [entry for entry in entries or () if isinstance(entry, dict)]

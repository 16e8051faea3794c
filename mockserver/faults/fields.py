"""Faults in the fields of a reply: some are missing, some are new, some are no numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import orjson
from pydantic import Field, JsonValue

from mockserver.faults.base import Fault
from mockserver.faults.documents import Path, places, with_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.answer import Answer
    from mockserver.draws import Draws

_STAND_IN = "\ue000 a number that JSON has not \ue000"


class MissingFields(Fault):
    """Fields that a client counts on are not there; what is left is valid JSON."""

    summary: ClassVar[str] = "JSON (each chunk of a stream) without some of its fields."
    example: ClassVar[dict[str, Any]] = {"kind": "missing_fields", "fields": ["data.request"]}

    kind: Literal["missing_fields"] = "missing_fields"
    fields: tuple[Path, ...] = Field(
        min_length=1, description="paths such as data.request.0.message; * is every index"
    )

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:  # noqa: ARG002 - no chance here
        """Take them out; a reply that has none of them stays."""
        return with_documents(answer, self._without)

    def _without(self, document: Any) -> bool:
        found = False
        for path in self.fields:
            # From behind, so that what is taken out of a list moves nothing that is still to go.
            for holder, key in reversed(list(places(document, path))):
                if isinstance(holder, list) or key in holder:
                    del holder[key]
                    found = True
        return found


class ExtraFields(Fault):
    """Fields that no documentation knows, or other values in place of known ones."""

    summary: ClassVar[str] = "JSON (each chunk of a stream) with further fields, or other values."
    example: ClassVar[dict[str, Any]] = {"kind": "extra_fields", "fields": {"data.debug": [1, 2]}}

    kind: Literal["extra_fields"] = "extra_fields"
    fields: dict[Path, JsonValue] = Field(
        min_length=1, description="a path such as data.debug for each value; what it names is set"
    )

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:  # noqa: ARG002 - no chance here
        """Set them; where nothing could hold a field of that path, the reply stays."""
        return with_documents(answer, self._with)

    def _with(self, document: Any) -> bool:
        found = False
        for path, value in self.fields.items():
            for holder, key in places(document, path):
                holder[key] = value
                found = True
        return found


class NonFiniteNumber(Fault):
    """A value that many writers of JSON write and the standard has not (RFC 8259 section 6)."""

    summary: ClassVar[str] = "JSON (each chunk of a stream) with NaN, an infinity or 1e999 in it."
    example: ClassVar[dict[str, Any]] = {"kind": "non_finite_number", "value": "NaN"}

    kind: Literal["non_finite_number"] = "non_finite_number"
    value: Literal["NaN", "Infinity", "-Infinity", "1e999"] = Field(
        default="NaN", description="what stands there, without quotes"
    )
    field: Path | None = Field(
        default=None, description="path of the field; without it, the first number of the reply"
    )

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:  # noqa: ARG002 - no chance here
        """Put it into the field; a reply without that field, or without a number, stays."""
        return with_documents(answer, self._put, self._dump)

    def _put(self, document: Any) -> bool:
        found = _first_number(document) if self.field is None else places(document, self.field)
        held = [(holder, key) for holder, key in found if isinstance(holder, list) or key in holder]
        for holder, key in held:
            holder[key] = _STAND_IN
        return bool(held)

    def _dump(self, document: Any) -> bytes:
        return orjson.dumps(document).replace(orjson.dumps(_STAND_IN), self.value.encode())


def _first_number(document: Any) -> Iterator[tuple[Any, Any]]:
    """The place of the first number, reading the document from its beginning."""
    for holder, key in _leaves(document):
        if isinstance(holder[key], int | float) and not isinstance(holder[key], bool):
            yield holder, key
            return


def _leaves(document: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(document, dict | list):
        for key in document if isinstance(document, dict) else range(len(document)):
            if isinstance(document[key], dict | list):
                yield from _leaves(document[key])
            else:
                yield document, key

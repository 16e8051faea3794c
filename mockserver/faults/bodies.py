"""Faults in the body of a reply that the API did make."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from mockserver.faults.base import Count, Fault

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.draws import Draws

HALF = 0.5


class CutJson(Fault):
    """A JSON body that stops in the middle, in a reply that is otherwise whole."""

    summary: ClassVar[str] = (
        "The JSON body stops in the middle; Content-Length says so, HTTP is whole."
    )
    example: ClassVar[dict[str, Any]] = {"kind": "cut_json", "share": 0.5}

    kind: Literal["cut_json"] = "cut_json"
    keep_bytes: Count | None = Field(default=None, description="how many bytes are kept")
    share: Annotated[float, Field(ge=0, lt=1, strict=True)] | None = Field(
        default=None, description="which part of the body is kept; 0.5 where neither is given"
    )

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if self.keep_bytes is not None and self.share is not None:
            raise ValueError("has keep_bytes and share; keep one")
        return self

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:  # noqa: ARG002 - no chance here
        """Cut a body that is longer than what is to be kept; a stream is none."""
        body = answer.body
        if not isinstance(body, bytes):
            return answer
        keep = self._keep(len(body))
        return replace(answer, body=body[:keep]) if keep < len(body) else answer

    def _keep(self, length: int) -> int:
        if self.keep_bytes is not None:
            return self.keep_bytes
        return int(length * (HALF if self.share is None else self.share))

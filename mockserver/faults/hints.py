"""Faults of what an answer says about coming back: Retry-After in every spelling, limits left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from mockserver import retry_after
from mockserver.faults.answers import RetryAfterDate, spelled
from mockserver.faults.base import Fault, HeaderValue

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.facts import RequestFacts

HINTS = ("Retry-After", "retry-after-ms", "x-ms-retry-after-ms")
"""The standard's header (RFC 9110 section 10.2.3), and two in milliseconds that clients know."""

Malformed = Literal[
    "zero",
    "negative",
    "empty",
    "word",
    "float",
    "exponent",
    "huge",
    "unit",
    "minutes",
    "list",
    "past",
    "broken date",
    "iso date",
]


class RetryAfter(Fault):
    """When to come back, said of whatever answer there is: valid, malformed, or not at all."""

    summary: ClassVar[str] = "Any answer with another `Retry-After` (or one in ms), or without one."
    example: ClassVar[dict[str, Any]] = {
        "kind": "retry_after",
        "header": "retry-after-ms",
        "value": 1500,
    }

    kind: Literal["retry_after"] = "retry_after"
    header: Literal["Retry-After", "retry-after-ms", "x-ms-retry-after-ms"] = Field(
        default="Retry-After", description="the header that says it"
    )
    value: Annotated[HeaderValue, BeforeValidator(spelled)] | None = Field(
        default=None, description="what it says, written exactly so"
    )
    date: RetryAfterDate | None = Field(
        default=None, description="a date: form (imf, rfc850, asctime) and in_s seconds from now"
    )
    malformed: Malformed | None = Field(
        default=None, description="one of the values that a client has to survive"
    )
    absent: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="no hint at all, under none of the three names"
    )

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        said = [self.value is not None, self.date is not None, self.malformed is not None]
        if sum([*said, self.absent]) != 1:
            raise ValueError("give one of value, date, malformed and absent = true")
        return self

    def shape_reply(self, answer: Answer, facts: RequestFacts) -> Answer:
        """Take other hints of that name out and put this one in; a date counts from the arrival."""
        if not self.absent:
            return answer.with_header(self.header, self._value(facts.wall))
        for hint in HINTS:
            answer = answer.with_header(hint, None)
        return answer

    def _value(self, wall_s: float) -> str:
        if self.date is not None:
            return retry_after.date(self.date.form, wall_s + self.date.in_s)
        if self.malformed is not None:
            return retry_after.MALFORMED[self.malformed]
        return self.value or ""

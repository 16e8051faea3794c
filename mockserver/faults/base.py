"""What a fault is, and what faults can be able to do.

A fault is one class: its settings, and a method for each of its abilities. Abilities are the
protocols below; what carries faults out (:mod:`mockserver.faults.shaping`, the server) asks for an
ability and never for a fault by name.

**Whether a fault took effect** is told by identity: a shaping method that finds nothing to work on
(a stream fault on a JSON reply, a stall after 50 of 10 chunks) returns *the very object it was
given*; one that did its work returns a new object, even where the new one happens to be equal
(``no_marker`` on a stream that had none: the promised state is on the wire).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from mockserver.answer import Answer, EventStream
    from mockserver.delivery import Delivery
    from mockserver.facts import RequestFacts
    from mockserver.faults.schedule import Draws

LONGEST_S = 86_400.0
"""The longest pause a fault can ask for: a day."""

Seconds = Annotated[float, Field(ge=0, le=LONGEST_S, allow_inf_nan=False, strict=True)]
"""A pause in seconds, from 0 to a day."""

SomeSeconds = Annotated[float, Field(gt=0, le=LONGEST_S, allow_inf_nan=False, strict=True)]
"""A pause in seconds that is not nothing."""

Count = Annotated[int, Field(ge=0, le=10_000_000, strict=True)]
"""A number of bytes, chunks or items."""

Size = Annotated[int, Field(ge=1, le=10_000_000, strict=True)]
"""A number of bytes or items that is not nothing."""

Text = Annotated[str, Field(max_length=100_000, strict=True)]
"""A text that goes into a body."""


class Fault(BaseModel):
    """One way to go wrong, with its settings. Immutable; unknown fields are refused.

    ``kind`` is the public name, ``summary`` says in one sentence what a client sees on the wire,
    ``example`` is a valid rule's fault as a person would write it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    summary: ClassVar[str]
    example: ClassVar[dict[str, Any]]

    kind: str


@runtime_checkable
class Answering(Protocol):
    """Answers at once: no rate limit, no budget, no model, no work done."""

    def answer(self, facts: RequestFacts) -> Answer:
        """The whole answer to this request."""
        ...


@runtime_checkable
class AnswerShaping(Protocol):
    """Changes the answer that the API made."""

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:
        """The changed answer, or the same object where there is nothing to change."""
        ...


@runtime_checkable
class StreamShaping(Protocol):
    """Changes the script of a streamed reply."""

    def shape_stream(self, stream: EventStream) -> EventStream:
        """The changed stream, or the same object where there is nothing to change."""
        ...


@runtime_checkable
class DeliveryShaping(Protocol):
    """Changes what is written when, and how it ends."""

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """The changed delivery, or the same object where there is nothing to change."""
        ...


@runtime_checkable
class ListenerClosing(Protocol):
    """Takes the listener away: further connections are refused, idle ones are reset.

    The listener must be closed *before* the request that fired the rule is ended, or a client
    that tries again at once would still be let in.
    """

    closes_listener: ClassVar[Literal[True]]

    @property
    def duration_s(self) -> float | None:
        """How long, in seconds, nobody listens; None: until the sandbox is reset."""
        ...

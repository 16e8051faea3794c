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

import re
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol, runtime_checkable

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from mockserver.answer import Answer, EventStream
    from mockserver.delivery import Delivery
    from mockserver.draws import Draws
    from mockserver.facts import RequestFacts

FRAMING_HEADERS = frozenset({"content-length", "transfer-encoding", "connection"})
"""What a delivery writes and no answer does."""


def _header_name(name: str) -> str:
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise ValueError(f"{name!r} is no header name; use letters, digits and hyphens")
    return name


def _header_value(value: str) -> str:
    if not re.fullmatch(r"[\t -~\u0080-\u00ff]*", value):
        raise ValueError("holds what no header can hold; use one line of Latin-1")
    return value


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

HeaderName = Annotated[str, Field(strict=True), AfterValidator(_header_name)]
"""A name that a header can have (RFC 9110 section 5.1)."""

HeaderValue = Annotated[str, Field(strict=True), AfterValidator(_header_value)]
"""One line that a header can hold (RFC 9110 section 5.5)."""

StatusCode = Annotated[int, Field(ge=200, le=999, strict=True)]
"""The status of a final response, standard or not."""

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

    def answer(self, facts: RequestFacts) -> Answer | None:
        """The whole answer to this request; None leaves this one to the API."""
        ...


@runtime_checkable
class AnswerShaping(Protocol):
    """Changes the answer that the API made."""

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:
        """The changed answer, or the same object where there is nothing to change."""
        ...


@runtime_checkable
class ReplyShaping(Protocol):
    """Changes the answer that the API made, with an eye on what was asked."""

    def shape_reply(self, answer: Answer, facts: RequestFacts) -> Answer:
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


@runtime_checkable
class AcceptSlowing(Protocol):
    """Makes the server slow to take connections that come after the request."""

    @property
    def accept_delay_s(self) -> float:
        """How long, in seconds, each new connection waits."""
        ...

    @property
    def duration_s(self) -> float | None:
        """How long, in seconds, it goes on; None: until the rules change."""
        ...


@runtime_checkable
class IdleEnding(Protocol):
    """Ends the connections on which nothing is going on."""

    @property
    def ends_idle(self) -> Literal["fin", "rst"]:
        """How they are ended."""
        ...


@runtime_checkable
class ServerFreezing(Protocol):
    """Lets the whole sandbox stand still."""

    @property
    def freezes_s(self) -> float:
        """How long, in seconds of the sandbox's clock, no reply is begun."""
        ...

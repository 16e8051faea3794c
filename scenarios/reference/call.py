"""One call of the caller: what it asks for, and what has happened to it so far."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scenarios.reference.answers import Answer, EmbeddingAnswer
from scenarios.reference.requests import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.reference.deadline import Deadline
    from scenarios.reference.errors import Cause, PawaError
    from scenarios.reference.transport import Target

Piece = str | Answer | EmbeddingAnswer
Flow = AsyncGenerator[Piece, None]
"""How an answer travels through the client: pieces of streamed text, and last the whole answer."""

MOST_CAUSES = 20


@dataclass(slots=True)
class Call:
    """One call.

    ``body`` is the request as it goes to the primary; ``targets`` are walked in order.
    ``ambiguous`` once any attempt may have been worked on although it failed.
    """

    path: str
    body: Mapping[str, Any]
    targets: tuple[Target, ...]
    deadline: Deadline
    attempts: int = 0
    ambiguous: bool = False
    text: list[str] = field(default_factory=list)
    request_ids: list[str] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)

    @property
    def streams(self) -> bool:
        """Whether the answer comes as a stream."""
        return self.body.get("stream") is True

    @property
    def primary(self) -> Target:
        """The target that was asked for."""
        return self.targets[0]

    def encoded_for(self, target: Target) -> bytes:
        """The request as bytes for a target: the caller's, with that target's model."""
        return encode({**self.body, "model": target.model})

    def body_for(self, encoded: bytes, attempt: int) -> bytes:
        """The bytes that attempt number ``attempt`` sends: always the same."""
        del attempt
        return encoded

    def note_failure(self, error: PawaError, target: Target) -> None:
        """Remembers what an attempt failed of."""
        self.ambiguous = self.ambiguous or error.ambiguous
        if len(self.causes) < MOST_CAUSES:
            self.causes.append(error.as_cause(target.name))

    def complete(self, error: PawaError) -> PawaError:
        """The error with everything that the caller should know about the whole call."""
        error.attempts = self.attempts
        error.request_ids = tuple(self.request_ids)
        error.causes = tuple(self.causes)
        error.partial = "".join(self.text)
        error.ambiguous = self.ambiguous
        return error

"""How one request to a client program ends, whichever way it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scenarios.clients.protocol import ClientError, Delta, Outcome


@dataclass(frozen=True, slots=True)
class Answered:
    """The client said ``ok``; ``value`` is what was asked for."""

    value: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """The client said ``error``."""

    error: ClientError


@dataclass(frozen=True, slots=True)
class Broken:
    """The program ended, or broke the protocol, before it answered."""

    detail: str


@dataclass(frozen=True, slots=True)
class Hung:
    """No answer within the patience."""

    detail: str


Reply = Answered | Refused | Broken | Hung


def words_of(reply: Reply, operation: str) -> str:
    """A reply in words, for a message about an operation that had to succeed."""
    match reply:
        case Refused(error):
            return f"it answered {operation} with {error.kind}: {error.message}"
        case Broken(detail) | Hung(detail):
            return detail
        case Answered():
            return "it did"


def outcome_of(
    reply: Reply, deltas: tuple[Delta, ...], started_s: float, ended_s: float
) -> Outcome:
    """What a call came to, as scenarios see it."""
    match reply:
        case Answered(answer):
            return Outcome("ok", answer, None, deltas, started_s, ended_s)
        case Refused(error):
            return Outcome("error", None, error, deltas, started_s, ended_s)
        case Broken(detail):
            return Outcome("crashed", None, None, deltas, started_s, ended_s, detail)
        case Hung(detail):
            return Outcome("hung", None, None, deltas, started_s, ended_s, detail)

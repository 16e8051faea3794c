"""The client protocol, version 1: its words and its records.

The protocol is told in ``docs/adapters.md``; its schema is ``protocol.schema.json``. The lines
themselves are read and written in :mod:`scenarios.clients.lines`. In every record a fact that the
client did not give is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

PROTOCOL_VERSION = 1
MAX_LINE_BYTES = 16 * 1024 * 1024


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OPERATIONS = ("hello", "open", "chat", "embed", "cancel", "rotate_key", "telemetry", "close")

CLAIMS = _words(
    "retry backoff_jitter retry_after queueing concurrency_limit rate_limit retry_budget "
    "circuit_breaker hedging deadline streaming tools cache single_flight stale_cache batching "
    "fallback_model fallback_provider static_reply budget_guard budget_alerts key_rotation "
    "multi_key tls cancellation telemetry environments notify"
)
"""What a client can say it is meant to do."""

ERROR_KINDS = _words(
    "rate_limited budget_exhausted auth permission invalid_request not_found too_large "
    "content_policy context_length server_error overloaded timeout connect_timeout "
    "deadline_exceeded connection tls stream_interrupted bad_response circuit_open queue_full "
    "cancelled config unsupported internal"
)
"""The kinds of error; ``internal`` is anything untyped, with its class in ``code``."""

SETTINGS = _words(
    "base_url api_key api_keys model fallback_models fallbacks timeout_s connect_timeout_s "
    "idle_timeout_s max_attempts backoff_base_s backoff_cap_s max_elapsed_s max_concurrency "
    "rate_per_s queue_limit retry_budget_ratio breaker cache batching budget static_reply ca_file "
    "environment"
)
"""The settings that ``open`` can carry."""

LIMITS = SETTINGS | {"backoff_family", "retry_after_cap_s"}
"""The numbers that a client can declare in its hello."""

BACKOFF_FAMILIES = _words("full equal additive decorrelated none")
SOURCES = _words("live cache stale_cache fallback_model static")

Ending = Literal["ok", "error", "crashed", "hung"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Who the client is and what it says it does (the ``ok`` of ``hello``)."""

    name: str
    version: str | None = None
    language: str | None = None
    claims: frozenset[str] = frozenset()
    limits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the answer cost, as the client tells it."""

    tokens_in: int | None = None
    tokens_out: int | None = None


@dataclass(frozen=True, slots=True)
class ClientAnswer:
    """A call that the client counts as good.

    Each entry of ``vectors`` is a list of numbers; an object ``{"error": …}`` for a sentence that
    failed; or whatever object, or None, the client handed out in its place.
    """

    text: str | None = None
    vectors: tuple[list[float] | Mapping[str, Any] | None, ...] | None = None
    source: str | None = None
    model: str | None = None
    degraded: bool | None = None
    finish_reason: str | None = None
    usage: Usage | None = None
    cost: float | None = None
    request_id: str | None = None
    attempts: int | None = None
    tool_calls: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """One error beneath a client's error; root first in :attr:`ClientError.causes`."""

    kind: str | None = None
    message: str | None = None
    status: int | None = None
    request_id: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class ClientError:
    """An error that the client handed to its caller."""

    kind: str
    message: str = ""
    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    request_ids: tuple[str, ...] = ()
    retry_after_s: float | None = None
    attempts: int | None = None
    partial: str | None = None
    ambiguous: bool | None = None
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of text, and when it reached the caller (seconds, the harness's monotonic clock)."""

    text: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one call ended, as the harness saw it from outside.

    ``crashed``: the client's process ended, or broke the protocol, with the call in flight.
    ``hung``: no final answer within the harness's patience. For these two ``detail`` says what
    happened and whose bug it is (masked, one line). Times are seconds of ``time.monotonic()``.
    """

    ending: Ending
    answer: ClientAnswer | None = None
    error: ClientError | None = None
    deltas: tuple[Delta, ...] = ()
    started_s: float = 0.0
    ended_s: float = 0.0
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether the client counts the call as good."""
        return self.ending == "ok"

    @property
    def elapsed_s(self) -> float:
        """Seconds from the request leaving the harness to the call's end."""
        return self.ended_s - self.started_s

    @property
    def kind(self) -> str:
        """The kind of the client's error, or else the ending."""
        return self.error.kind if self.error else self.ending

    @property
    def text(self) -> str:
        """All text that the caller got: of the answer, or delivered piece by piece."""
        if self.answer and self.answer.text is not None:
            return self.answer.text
        if self.error and self.error.partial:
            return self.error.partial
        return "".join(delta.text for delta in self.deltas)

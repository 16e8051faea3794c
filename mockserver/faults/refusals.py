"""Refusals that are only pretended: each says what the real one would, and nothing was used up.

The words come from :mod:`mockserver.admission.refusals`, where those who refuse have them too. A
spent budget is ``budget_exhausted``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from mockserver.admission import refusals
from mockserver.admission.limit_headers import Standing, limit_headers, retry_headers
from mockserver.admission.windows import NEVER
from mockserver.api import envelope
from mockserver.clock import NS_PER_S
from mockserver.faults.base import Fault, Seconds

if TYPE_CHECKING:
    from mockserver.answer import Answer, Headers
    from mockserver.facts import RequestFacts

Dimension = Literal["requests", "tokens", "tokens_in", "tokens_out", "concurrency", "slope"]
Format = Literal["ietf", "ietf-legacy", "x-ratelimit", "x-ratelimit-duration", "x-ratelimit-epoch"]
Hint = Literal["seconds", "date", "ms", "off"]
Amount = Annotated[int, Field(ge=0, le=10**12, strict=True)]
SomeAmount = Annotated[int, Field(ge=1, le=10**12, strict=True)]
Name = Annotated[str, Field(min_length=1, max_length=100, strict=True)]


class RateLimited(Fault):
    """The answer to a key that has gone over a limit: of requests, tokens, whatever is counted.

    The refusal of every limit has the same body; only the headers, where there are any, name it.
    """

    summary: ClassVar[str] = "429 as a rate limit answers it, with its hint and headers."
    example: ClassVar[dict[str, Any]] = {
        "kind": "rate_limited",
        "dimension": "tokens",
        "retry_after_s": 2,
    }

    kind: Literal["rate_limited"] = "rate_limited"
    dimension: Dimension = Field(default="requests", description="what the limit counts")
    retry_after_s: Seconds | None = Field(
        default=None, description="when to come back; without it, no hint"
    )
    hint: Hint = Field(default="seconds", description="how that is said")
    headers: Format | None = Field(
        default=None, description="format of rate-limit headers; without it, none"
    )
    limit: SomeAmount = Field(default=5, description="the limit that the headers tell")
    window_s: Annotated[float, Field(gt=0, le=31_622_400, strict=True)] = Field(
        default=60.0, description="the window that the headers tell"
    )

    def answer(self, facts: RequestFacts) -> Answer:
        """The refusal; a date counts from the request's arrival."""
        wait_s = self.retry_after_s
        hints = () if wait_s is None else retry_headers(self.hint, _ns(wait_s), facts.wall)
        return refusals.rate_limited(hints)

    def shape_reply(self, answer: Answer, facts: RequestFacts) -> Answer:
        """Put the headers where the limiter puts them: behind all others, instead of its own."""
        if self.headers is None:
            return answer
        reset_s = self.window_s if self.retry_after_s is None else self.retry_after_s
        amounts, times = (self.limit, 0), (self.window_s, reset_s)
        for name, value in _told(self.headers, self.dimension, amounts, times, facts):
            answer = answer.with_header(name, value)
        return answer


class RateLimitHeaders(Fault):
    """Limits that an answer tells of, true or not."""

    summary: ClassVar[str] = "Any answer with rate-limit headers in a named format."
    example: ClassVar[dict[str, Any]] = {
        "kind": "rate_limit_headers",
        "format": "x-ratelimit",
        "limit": 500,
        "remaining": 0,
        "reset_s": 30,
    }

    kind: Literal["rate_limit_headers"] = "rate_limit_headers"
    format: Format = Field(default="x-ratelimit", description="which headers, and how spelled")
    dimension: Dimension = Field(default="requests", description="what the limit counts")
    limit: SomeAmount = Field(default=5, description="all that there is in a window")
    remaining: Amount = Field(default=0, description="what is left of it; may be more than all")
    reset_s: Seconds = Field(default=60.0, description="when all of it is back")
    window_s: Annotated[float, Field(gt=0, le=31_622_400, strict=True)] = Field(
        default=60.0, description="length of the window, where the format tells it"
    )

    def shape_reply(self, answer: Answer, facts: RequestFacts) -> Answer:
        """Put them on the answer, in the place of its own; a moment counts from the arrival."""
        amounts, times = (self.limit, self.remaining), (self.window_s, self.reset_s)
        for name, value in _told(self.format, self.dimension, amounts, times, facts):
            answer = answer.with_header(name, value)
        return answer


class KeyRefused(Fault):
    """The answer to a key that opens nothing any more, or not now."""

    summary: ClassVar[str] = "401 of an unknown, revoked or expired key, or that of a blocked one."
    example: ClassVar[dict[str, Any]] = {"kind": "key_refused", "state": "blocked"}

    kind: Literal["key_refused"] = "key_refused"
    state: Literal["unknown", "revoked", "expired", "blocked"] = Field(
        default="revoked", description="what is wrong with the key; the first three look the same"
    )
    status: Literal[403, 429] = Field(default=403, description="status code of a blocked key")
    for_s: Seconds | None = Field(
        default=None, description="how long it stays blocked, as a hint of 429; without it, no hint"
    )
    hint: Hint = Field(default="seconds", description="how that is said")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.state != "blocked" and {"status", "for_s", "hint"} & self.model_fields_set:
            raise ValueError("only a blocked key has status, for_s and hint; leave them out")
        return self

    def answer(self, facts: RequestFacts) -> Answer:
        """The refusal."""
        if self.state != "blocked":
            return envelope.unauthorized()
        left_ns = NEVER if self.for_s is None else _ns(self.for_s)
        return refusals.key_blocked(self.status, self.hint, left_ns, facts.wall)


class WrongProject(Fault):
    """A good key that is for something else: another environment, model or endpoint."""

    summary: ClassVar[str] = "403 of a key whose project may not do this, or not here."
    example: ClassVar[dict[str, Any]] = {"kind": "wrong_project", "because": "model"}

    kind: Literal["wrong_project"] = "wrong_project"
    because: Literal["environment", "model", "endpoint"] = Field(
        default="environment", description="what is not the project's"
    )
    project: Name = Field(default="staging", description="name of the project")
    environment: Name = Field(default="staging", description="environment of the project")
    here: Name = Field(default="production", description="environment of the server")

    def answer(self, facts: RequestFacts) -> Answer:
        """The refusal, which names the project and what it asked for."""
        whose = f"project {self.project!r}"
        if self.because == "environment":
            return refusals.forbidden(refusals.elsewhere(whose, self.environment, self.here))
        asked = f"endpoint {facts.method} {facts.path}"
        what = f"model {facts.model!r}" if self.because == "model" else asked
        return refusals.forbidden(refusals.not_allowed(whose, what))


def _told(
    form: str,
    dimension: str,
    amounts: tuple[int, int],
    times: tuple[float, float],
    facts: RequestFacts,
) -> Headers:
    """Headers of one limit: (all, left) of it, (window, reset) in seconds."""
    limit, left = amounts
    # Those that are open have no window, so no format tells when they are over.
    span_ns, reset_ns = (None, None) if dimension == "concurrency" else map(_ns, times)
    standing = Standing(dimension, dimension, "key", "", limit, left, span_ns, reset_ns)
    return limit_headers(form, (standing,), facts.wall)


def _ns(seconds: float) -> int:
    return round(seconds * NS_PER_S)

"""How much may be asked for in a time, and how the answers say so."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from mockserver.snapshot import Glob, Name, Positive, Seconds, Snapshot, Switch

Span = Annotated[float, Field(strict=True, gt=0, le=366 * 86_400, allow_inf_nan=False)]
"""A length of time that is not nothing, in seconds; a leap year at most."""

Dimension = Literal["requests", "tokens", "tokens_in", "tokens_out", "concurrency", "slope"]
Algorithm = Literal["sliding", "fixed", "gcra", "token_bucket"]
Scope = Literal["key", "project", "model", "key+model", "sandbox"]

MINUTE_S = 60.0
USUAL_GROWTH = 2.0

_WITH_BURST = ("gcra", "token_bucket")


class RateLimitSettings(Snapshot):
    """Requests in any minute: the short way to write the usual limit.

    The documented tiers are 5, 50 and 500 (pawa-api.md section 5). ``window`` "sliding" counts the
    last 60 s, "fixed" each minute of the clock; ``count_refused`` lets refused requests use up the
    limit too; ``retry_after`` says in the answer when the next request will be let in. ``queue_s``
    lets a request wait so long for its turn before it is refused.
    """

    requests_per_minute: Positive
    scope: Scope = "key"
    window: Literal["sliding", "fixed"] = "sliding"
    count_refused: Switch = False
    retry_after: Switch = True
    queue_s: Seconds = 0.0


class LimitSettings(Snapshot):
    """One limit: ``limit`` units of ``dimension`` in ``window_s`` seconds, for each of ``scope``.

    Tokens are set aside before the work (what is read, and the most that can be written) and
    settled with what was really used. ``concurrency`` counts the requests that are open and has no
    window. ``slope`` bounds growth: in a window of the clock at most ``limit`` requests more than
    ``growth`` times those let in during the window before.

    ``gcra`` and ``token_bucket`` refill evenly and hold ``burst`` units: without one, ``limit`` of
    them, but for requests under ``gcra``, which are spaced (1). ``models`` and ``paths`` (with or
    without ``/v1``) say what the limit is about; without them it is about everything.
    """

    id: Name | None = None
    dimension: Dimension = "requests"
    limit: Positive
    window_s: Span = MINUTE_S
    algorithm: Algorithm = "sliding"
    burst: Positive | None = None
    growth: Annotated[float, Field(strict=True, ge=0, le=1000, allow_inf_nan=False)] = USUAL_GROWTH
    scope: Scope = "key"
    count_refused: Switch = False
    retry_after: Switch = True
    queue_s: Seconds = 0.0
    models: tuple[Glob, ...] = ()
    paths: tuple[Glob, ...] = ()

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        if self.burst is not None and self.algorithm not in _WITH_BURST:
            raise ValueError(f"burst is for gcra and token_bucket, not for {self.algorithm}")
        if self.count_refused and self.dimension != "requests":
            raise ValueError(
                f"count_refused is for requests; one refused uses no {self.dimension}, leave it out"
            )
        if self.growth != USUAL_GROWTH and self.dimension != "slope":
            raise ValueError(f"growth is for slope, not for {self.dimension}; leave it out")
        if self.dimension == "concurrency" and self.window_s != MINUTE_S:
            raise ValueError("concurrency has no window; leave window_s out")
        if self.dimension in {"concurrency", "slope"} and self.algorithm != "sliding":
            raise ValueError(f"{self.dimension} has no algorithm to choose; leave it out")
        return self


class LimitHeaderSettings(Snapshot):
    """How answers speak of limits.

    ``format``: none (as documented); ``ietf`` (RateLimit and RateLimit-Policy as structured
    fields, draft-ietf-httpapi-ratelimit-headers-10); ``ietf-legacy`` (RateLimit-Limit, -Remaining
    and -Reset, as its drafts up to 06 had them); ``x-ratelimit`` with resets in seconds,
    ``x-ratelimit-duration`` with resets like ``6m0s``, ``x-ratelimit-epoch`` with the moment in
    seconds since 1970. ``retry_after``: whole seconds, an HTTP date, ``Retry-After-Ms`` beside the
    seconds, or none.
    """

    format: Literal[
        "off", "ietf", "ietf-legacy", "x-ratelimit", "x-ratelimit-duration", "x-ratelimit-epoch"
    ] = "off"
    retry_after: Literal["seconds", "date", "ms", "off"] = "seconds"

    @model_validator(mode="before")
    @classmethod
    def _a_word_is_the_format(cls, written: Any) -> Any:
        return {"format": written} if isinstance(written, str) else written

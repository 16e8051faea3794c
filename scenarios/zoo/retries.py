"""Defects in what is tried again, how often, and with which body."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from scenarios.reference import Answer, PawaClient, PawaError
from scenarios.reference.call import Call
from scenarios.reference.deadline import Deadline
from scenarios.reference.errors import (
    AuthError,
    ConnectionFailedError,
    RateLimitedError,
    ServerError,
    TooLargeError,
)
from scenarios.reference.pursuit import Pursuit
from scenarios.reference.retry import RetryPolicy
from scenarios.reference.transport import Reply, Target, Transport
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    from scenarios.reference.call import Flow
    from scenarios.reference.secrets import Scrubber
    from scenarios.reference.transport import Limits


@defect(
    "M13",
    seen="RapidataAI#566; uzomuzo-oss#352",
    caught_by={"RETRY-002": "429: attempts of each call"},
)
class Forgets429(RetryPolicy):
    """429 is missing from the statuses that are retried."""

    def is_retryable(self, error: PawaError) -> bool:
        """All that is transient but 429."""
        return super().is_retryable(error) and not isinstance(error, RateLimitedError)


@defect(
    "M14",
    seen="the anti-pattern of AWS Well-Architected REL05: retry whatever is not a success",
    caught_by={"RETRY-004": "400: attempts on the wire"},
)
class RetriesEvery4xx(RetryPolicy):
    """Every 4xx is retried."""

    def is_retryable(self, error: PawaError) -> bool:
        """Any status from 400 up."""
        return super().is_retryable(error) or (error.status or 0) >= 400


@defect(
    "M15",
    seen="an Anthropic taxonomy story on dev.to; the fixture auth-test-no-retry-limit of MCP",
    caught_by={"RETRY-004": "401: attempts on the wire"},
)
class Retries401(RetryPolicy):
    """401 is retried with the same key until the attempts run out."""

    def is_retryable(self, error: PawaError) -> bool:
        """A refused key may be accepted next time."""
        return super().is_retryable(error) or isinstance(error, AuthError)


@defect(
    "M17",
    seen="aiohttp_retry's attempts against urllib3's total",
    caught_by={
        "RETRY-005": "max_attempts *: attempts on the wire",
        "RETRY-019": "attempts of each call",
    },
)
class CountsRetries(RetryPolicy):
    """Off by one: max_attempts counts the retries, not the tries."""

    def has_attempts_left(self, attempt: int) -> bool:
        """The first try does not count."""
        return attempt <= self.max_attempts


@defect(
    "M18",
    seen="curator#200, which raises the limit to 50; reports on claude-code",
    caught_by={"RETRY-005": "max_attempts *: attempts on the wire"},
)
class NeverGivesUp(RetryPolicy):
    """Retries without limit while the outage lasts."""

    def has_attempts_left(self, attempt: int) -> bool:
        """There is always another one."""
        del attempt
        return True


@defect(
    "M19",
    seen="openai-python, anthropic-sdk-python, litellm: none was found in their source",
    under_load={"LOAD-002": "arrivals*", "LOAD-004": "goodput*"},
    without=("retry_budget_ratio", "breaker"),
)
class NothingHoldsItBack(PawaClient):
    """No retry budget, no breaker and no deadline: in an outage every call takes all its tries."""

    def deadline(self, deadline_s: float | None) -> Deadline:
        """The caller's patience is not asked."""
        del deadline_s
        return Deadline()


@defect(
    "M26",
    seen="axios#11181; langsmith-sdk#3483; aiohttp#13330; dialogue#328; denoland/deno#32148",
    caught_by={
        "RETRY-012": ("*: different bodies", "*: attempts on the wire", "* lost the prompt"),
    },
)
class UsesUpTheBody(Call):
    """The body is used up by the first attempt, and the second sends an empty one."""

    def body_for(self, encoded: bytes, attempt: int) -> bytes:
        """A body is a stream that is read once."""
        return encoded if attempt == 1 else b""


class StaleConnectionError(ConnectionFailedError):
    """Raised when a connection out of the pool turns out to be closed."""

    transient = False


@defect(
    "M55",
    seen="daytona/clients#237; open-webui/terminals#24; huggingface_hub#4398; InsForge#1813",
    caught_by={"CONN-002": "*, pooled: attempts on the wire"},
)
class TellsOfStaleConnections(Transport):
    """The error of a pooled connection that the server has closed reaches the caller."""

    def __init__(
        self, scrubber: Scrubber, *, connect_timeout_s: float, ca_file: str | None = None
    ) -> None:
        super().__init__(scrubber, connect_timeout_s=connect_timeout_s, ca_file=ca_file)
        self._pool_is_warm = False

    async def post(self, target: Target, path: str, body: bytes, limits: Limits) -> Reply:
        """Only a first connection is given another chance."""
        try:
            reply = await super().post(target, path, body, limits)
        except ConnectionFailedError as error:
            if self._pool_is_warm:
                raise StaleConnectionError(error.message, ambiguous=error.ambiguous) from None
            raise
        self._pool_is_warm = True
        return reply


@defect(
    "M56",
    seen="huggingface_hub#4398; axios-retry, which skips ECONNABORTED",
    caught_by={"CONN-002": "* before headers: attempts on the wire"},
)
class RetriesStatusesOnly(RetryPolicy):
    """Only one family of errors is retried, and a broken connection is of another."""

    def is_retryable(self, error: PawaError) -> bool:
        """What has a status can be retried."""
        return super().is_retryable(error) and error.status is not None


@defect(
    "M107",
    seen="lists of statuses that leave out 500 or 502",
    caught_by={"RETRY-001": ("50?: attempts on the wire", "503, streamed: attempts on the wire")},
)
class Treats5xxAsFinal(RetryPolicy):
    """Every 5xx is final: 500, 502, 503 and 504 are never tried again."""

    def is_retryable(self, error: PawaError) -> bool:
        """All that is transient but the server's own errors."""
        return super().is_retryable(error) and not isinstance(error, ServerError)


@defect(
    "M108",
    seen="Anthropic's 529, missing from fixed lists",
    caught_by={
        "RETRY-010": ("529: *", "599: *"),
        "ERR-004": "faults that did not end in an error",
    },
)
class KnowsFewStatuses(Pursuit):
    """An unknown status falls through the table and comes back as a success."""

    KNOWN = frozenset({400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504})

    async def one(
        self, call: Call, target: Target, encoded: bytes, attempt: int, until: Deadline
    ) -> Flow:
        """What is not in the table cannot be an error."""
        try:
            async with aclosing(super().one(call, target, encoded, attempt, until)) as flow:
                async for piece in flow:
                    yield piece
        except PawaError as error:
            if error.status is None or error.status in self.KNOWN:
                raise
            told = error.message
        else:
            return
        yield Answer(told, target.model)


@defect(
    "M166",
    seen="plausible: one retry looks like enough",
    under_load={"LOAD-001": ("success*", "*attempts*")},
)
class GivesUpAfterOneRetry(RetryPolicy):
    """Gives up after one retry, so that one call in a hundred fails when one answer in ten does."""

    def has_attempts_left(self, attempt: int) -> bool:
        """Twice, however many are allowed."""
        return super().has_attempts_left(attempt) and attempt < 2


@defect(
    "M144",
    seen="a mistake that suggests itself: 413 looks like a busy server",
    caught_by={"RETRY-004": "413: attempts on the wire"},
)
class Retries413(RetryPolicy):
    """413 is retried with the same body."""

    def is_retryable(self, error: PawaError) -> bool:
        """A request that is too large may fit next time."""
        return super().is_retryable(error) or isinstance(error, TooLargeError)

"""The typed errors of the client.

::

    PawaError
    ├── ConfigError                    settings or key cannot work; nothing was sent
    ├── InvalidRequestError            400, 405, 409, 410, 415, 422 and every unknown 4xx
    │   ├── TooLargeError              413
    │   ├── ContextLengthError         the prompt does not fit the model
    │   └── ContentPolicyError         refused by the content policy
    ├── AuthError                      401
    ├── PermissionDeniedError          403
    ├── NotFoundError                  404
    ├── BudgetExhaustedError           402; 403 and 429 that speak of money; the local budget
    ├── RateLimitedError           (t) 429
    ├── ServerError                (t) 5xx, and what no HTTP class covers (600-999)
    │   ├── ServerUnableError          501, 505: the server will never be able to
    │   └── OverloadedError        (t) 529, 425 and the words of it
    ├── AttemptTimeoutError        (t) an attempt ran out of time; 408
    │   └── ConnectTimeoutError    (t) no connection in time
    ├── DeadlineExceededError          the caller's own deadline
    ├── ConnectionFailedError      (t) refused, reset, closed, cut, not HTTP
    ├── TlsError                       the certificate or the handshake
    ├── StreamInterruptedError     (t) a stream ended before it was whole
    ├── BadResponseError               a success that says nothing usable
    ├── CircuitOpenError               the target kept failing; nothing was sent
    └── QueueFullError                 too many calls wait for a free slot

(t): transient, so another attempt may help, unless text has already been delivered. A cancelled
call raises :class:`asyncio.CancelledError`, as everywhere in asyncio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Cause:
    """What one attempt failed of. ``target`` is ``<model> at <base URL>``."""

    kind: str
    message: str
    status: int | None
    request_id: str | None
    target: str


class PawaError(Exception):
    """The base of every error of this client.

    ``kind`` is a stable code. ``status``, ``code`` and ``message`` are the server's, of the attempt
    that failed last; ``request_id`` is that attempt's, ``request_ids`` those of all attempts in
    order. ``retry_after_s`` is the wait that the server asked for,
    or the time until an open circuit is tried again. ``attempts`` counts requests
    that were sent. ``partial`` is the text that was delivered before the end. ``ambiguous`` says
    that the server may have done the work. ``causes`` has one entry for every failed attempt, the
    first one first.
    """

    kind: ClassVar[str] = "internal"
    transient: ClassVar[bool] = False
    """Whether the same request may succeed a moment later."""
    falls_over: ClassVar[bool] = False
    """Whether another target may do better."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_after_s: float | None = None,
        ambiguous: bool = False,
        partial: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        self.ambiguous = ambiguous
        self.partial = partial
        self.attempts = 0
        self.request_ids: tuple[str, ...] = ()
        self.causes: tuple[Cause, ...] = ()

    def __str__(self) -> str:
        """One line: the kind, the message, and the facts that a support team asks for."""
        facts = [
            f"status {self.status}" if self.status is not None else "",
            f"code {self.code}" if self.code else "",
            f"request id {self.request_id}" if self.request_id else "",
            f"retry after {self.retry_after_s:g} s" if self.retry_after_s is not None else "",
            f"{self.attempts} attempts" if self.attempts > 1 else "",
        ]
        told = ", ".join(fact for fact in facts if fact)
        return f"{self.kind}: {self.message}" + (f" ({told})" if told else "")

    def hide(self, scrub: Callable[[str], str]) -> None:
        """Takes secrets out of everything that a server may have written."""
        self.message = scrub(self.message)
        self.args = (self.message,)
        self.code = scrub(self.code) if self.code else self.code
        self.request_id = scrub(self.request_id) if self.request_id else self.request_id

    def as_cause(self, target: str) -> Cause:
        """This failure as an entry of another error's ``causes``."""
        return Cause(self.kind, self.message, self.status, self.request_id, target)


class _TransientError(PawaError):
    transient = True
    falls_over = True


class ConfigError(PawaError):
    """Raised when settings or a key cannot work; nothing was sent."""

    kind = "config"


class InvalidRequestError(PawaError):
    """Raised when the request itself is wrong (any 4xx without a class of its own)."""

    kind = "invalid_request"


class TooLargeError(InvalidRequestError):
    """Raised when the server finds the request too large (413)."""

    kind = "too_large"


class ContextLengthError(InvalidRequestError):
    """Raised when the prompt is longer than the model's context."""

    kind = "context_length"


class ContentPolicyError(InvalidRequestError):
    """Raised when the content policy refuses the request."""

    kind = "content_policy"


class AuthError(PawaError):
    """Raised when the key is not accepted (401)."""

    kind = "auth"


class PermissionDeniedError(PawaError):
    """Raised when the key may not do this (403)."""

    kind = "permission"


class NotFoundError(PawaError):
    """Raised when the path, model or object does not exist (404)."""

    kind = "not_found"


class BudgetExhaustedError(PawaError):
    """Raised when no money or quota is left, told by the server or by the local budget."""

    kind = "budget_exhausted"


class RateLimitedError(_TransientError):
    """Raised when requests come too fast (429)."""

    kind = "rate_limited"


class ServerError(_TransientError):
    """Raised when the server fails (5xx, and codes beyond every class: RFC 9110 section 15)."""

    kind = "server_error"


class ServerUnableError(ServerError):
    """Raised for 501 and 505: trying again cannot help."""

    transient = False


class OverloadedError(ServerError):
    """Raised when the server says that it is overloaded."""

    kind = "overloaded"


class AttemptTimeoutError(_TransientError):
    """Raised when an attempt takes longer than its limits."""

    kind = "timeout"


class ConnectTimeoutError(AttemptTimeoutError):
    """Raised when no connection comes about in time."""

    kind = "connect_timeout"


class DeadlineExceededError(PawaError):
    """Raised when the caller's deadline ends the call."""

    kind = "deadline_exceeded"


class ConnectionFailedError(_TransientError):
    """Raised when the connection is refused, reset, closed too early, or does not speak HTTP."""

    kind = "connection"


class TlsError(PawaError):
    """Raised when certificate or handshake fail; another try meets the same certificate."""

    kind = "tls"


class StreamInterruptedError(_TransientError):
    """Raised when a stream ends before its finish reason or marker; see ``partial``."""

    kind = "stream_interrupted"


class BadResponseError(PawaError):
    """Raised when the server reports success and says nothing that can be used."""

    kind = "bad_response"
    falls_over = True


class CircuitOpenError(PawaError):
    """Raised when a target kept failing and is not asked for a while; see ``retry_after_s``."""

    kind = "circuit_open"
    falls_over = True


class QueueFullError(PawaError):
    """Raised when more calls wait for a free slot than ``queue_limit`` allows."""

    kind = "queue_full"

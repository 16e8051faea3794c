"""Which kind of failure an answer is: first what it says, then its status, then its class.

The table is short on purpose. An unknown code means what its class means (RFC 9110 section 15);
codes outside every class are server errors.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scenarios.reference.errors import (
    AttemptTimeoutError,
    AuthError,
    BadResponseError,
    BudgetExhaustedError,
    ContentPolicyError,
    ContextLengthError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PawaError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    ServerUnableError,
    TooLargeError,
)

if TYPE_CHECKING:
    from scenarios.reference.complaint import Complaint

BY_STATUS: dict[int, type[PawaError]] = {
    401: AuthError,
    402: BudgetExhaustedError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: AttemptTimeoutError,
    413: TooLargeError,
    425: OverloadedError,
    429: RateLimitedError,
    501: ServerUnableError,
    505: ServerUnableError,
    529: OverloadedError,
}
MAYBE_DONE = frozenset({408, 502, 504})
"""Statuses that a go-between gives while the server behind it may still do the work."""

MONEY = re.compile(
    r"budget|quota|billing|spend|insufficient[ _-]?(funds|credit|balance)|credit"
    r"|usage[ _-]limit|payment",
    re.IGNORECASE,
)
PACE = re.compile(
    r"per[ _-](second|minute|hour)|rate[ _-]?limit|requests? quota|too many requests|\brpm\b",
    re.IGNORECASE,
)
WORDS: tuple[tuple[re.Pattern[str], type[PawaError]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"context[ _-]?(length|window)|maximum context", ContextLengthError),
        (r"content[ _-]?(filter|policy)|safety|moderation", ContentPolicyError),
        (r"over[ _-]?load|at capacity", OverloadedError),
        (r"rate[ _-]?limit|too many requests", RateLimitedError),
        (r"unauthori[sz]ed|authentication|invalid[ _-]api[ _-]key", AuthError),
        (r"permission|forbidden", PermissionDeniedError),
        (r"not[ _-]found", NotFoundError),
        (r"too[ _-]large", TooLargeError),
        (r"time[ _-]?out|timed out", AttemptTimeoutError),
        (r"invalid|bad[ _-]request|unprocessable", InvalidRequestError),
    )
)
"""What words mean when no status tells: errors inside a stream or a 200."""


class Classifier:
    """Makes the typed error of a failed answer."""

    def for_status(self, status: int, complaint: Complaint) -> type[PawaError]:
        """The error class of an answer with this status (any but 2xx)."""
        if self.is_about_money(status, complaint):
            return BudgetExhaustedError
        if status in (400, 413, 422) and (kind := self.for_length_or_policy(complaint)):
            return kind
        return BY_STATUS.get(status) or self.for_class(status)

    def for_class(self, status: int) -> type[PawaError]:
        """What an unknown code means by its class."""
        if 400 <= status < 500:
            return InvalidRequestError
        return ServerError if status >= 500 else BadResponseError

    def may_be_done(self, status: int) -> bool:
        """Whether the work may have been done although the answer says that it failed."""
        return status in MAYBE_DONE

    def is_about_money(self, status: int, complaint: Complaint) -> bool:
        """Whether waiting cannot help because the budget or quota is gone."""
        if status not in (403, 429):
            return False
        if MONEY.search(complaint.code):
            return not PACE.search(complaint.code)
        said = complaint.message
        return bool(MONEY.search(said)) and not PACE.search(f"{complaint.code} {said}")

    def for_length_or_policy(self, complaint: Complaint) -> type[PawaError] | None:
        """Reasons that 400 and its neighbours do not tell apart by themselves."""
        for pattern, kind in WORDS[:2]:
            if pattern.search(complaint.code) or pattern.search(complaint.message):
                return kind
        return None

    def for_words(self, complaint: Complaint) -> type[PawaError]:
        """The error class of a complaint without a status, by its code, then by its message."""
        if complaint.code.isascii() and re.fullmatch(r"[4-9][0-9]{2}", complaint.code):
            return self.for_status(int(complaint.code), complaint)
        for said in (complaint.code, complaint.message):
            if MONEY.search(said) and not PACE.search(said):
                return BudgetExhaustedError
            for pattern, kind in WORDS:
                if pattern.search(said):
                    return kind
        return ServerError

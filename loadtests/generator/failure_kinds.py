"""Which of the protocol's kinds a failure of Pawa's API is, for a client that has no errors itself.

First what it says, where its status leaves that open; then its status; then the class of that
(RFC 9110 section 15).
"""

from __future__ import annotations

import re

BY_STATUS = {
    401: "auth",
    402: "budget_exhausted",
    403: "permission",
    404: "not_found",
    408: "timeout",
    413: "too_large",
    425: "overloaded",
    429: "rate_limited",
    529: "overloaded",
}


def _any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_MONEY = _any_case(r"budget|quota|billing|spend|insufficient|credit|usage.limit|payment")
_PACE = _any_case(r"per.(second|minute|hour)|rate.?limit|requests? quota|too many requests")
_ABOUT_THE_REQUEST = (
    (_any_case(r"context.?(length|window)|maximum context"), "context_length"),
    (_any_case(r"content.?(filter|policy)|safety|moderation"), "content_policy"),
)
_WORDS = (
    *_ABOUT_THE_REQUEST,
    (_any_case(r"over.?load|at capacity"), "overloaded"),
    (_any_case(r"rate.?limit|too many requests"), "rate_limited"),
    (_any_case(r"unauthori|authentication|invalid.api.key"), "auth"),
    (_any_case(r"permission|forbidden"), "permission"),
    (_any_case(r"not.found"), "not_found"),
    (_any_case(r"too.large"), "too_large"),
    (_any_case(r"time.?out|timed out"), "timeout"),
    (_any_case(r"invalid|bad.request|unprocessable"), "invalid_request"),
)


def kind_by_status(status: int, said: str) -> str:
    """The kind of an answer with a status that is not 2xx; ``said`` is its code and message."""
    if status in (403, 429) and _is_about_money(said):
        return "budget_exhausted"
    if status in (400, 413, 422):
        for pattern, kind in _ABOUT_THE_REQUEST:
            if pattern.search(said):
                return kind
    if status in BY_STATUS:
        return BY_STATUS[status]
    if 400 <= status < 500:
        return "invalid_request"
    return "server_error" if status >= 500 else "bad_response"


def kind_by_words(code: str, message: str) -> str:
    """The kind of a failure without a status of its own: in a stream, or under a 200."""
    if re.fullmatch(r"[4-9][0-9]{2}", code, re.ASCII):
        return kind_by_status(int(code), message)
    for said in (code, message):
        if _is_about_money(said):
            return "budget_exhausted"
        for pattern, kind in _WORDS:
            if pattern.search(said):
                return kind
    return "server_error"


def _is_about_money(said: str) -> bool:
    return bool(_MONEY.search(said)) and not _PACE.search(said)

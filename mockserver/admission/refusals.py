"""What each refusal says: one wording for those who refuse, and for faults that only pretend to.

A key that is unknown, revoked or expired is :func:`~mockserver.api.envelope.unauthorized`, a spent
budget :func:`~mockserver.api.envelope.budget_exhausted`. Statuses and wording of the others are
undocumented, but for the 429 (pawa-api.md section 4); see ``docs/choices.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.admission.limit_headers import retry_headers
from mockserver.admission.windows import NEVER
from mockserver.api import envelope

if TYPE_CHECKING:
    from mockserver.answer import Answer, Headers

BLOCKED = "API key blocked"


def rate_limited(hints: Headers = (), message: str = envelope.RATE_LIMITED) -> Answer:
    """429, with the headers that say when to come back."""
    return envelope.failure(429, message).with_headers(*hints)


def key_blocked(status: int, form: str, left_ns: int, wall_s: float) -> Answer:
    """403, or 429 where it is spelled so; that one says when to come back, if anybody knows.

    ``form`` is a spelling of LimitHeaderSettings' ``retry_after``; ``left_ns`` may be NEVER.
    """
    answer = envelope.failure(status, BLOCKED)
    if status != 429 or left_ns >= NEVER:
        return answer
    return answer.with_headers(*retry_headers(form, left_ns, wall_s))


def forbidden(why: str) -> Answer:
    """403 that says why."""
    return envelope.failure(403, f"{envelope.STATUS_MESSAGES[403]}: {why}")


def elsewhere(whose: str, environment: str, here: str) -> str:
    """Why a key or a project of one environment may do nothing in another."""
    return f"{whose} is for environment {environment!r}, and this is {here!r}"


def not_allowed(whose: str, what: str) -> str:
    """Why a key or a project may not use a model or an endpoint."""
    return f"{whose} may not use {what}"

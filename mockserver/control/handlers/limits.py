"""Calls about rate limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.control.handlers.call import ONE, Calls, ControlCall, json_answer
from mockserver.settings import RateLimitSettings

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.sandbox import Sandbox


async def set_rate_limit(call: ControlCall) -> Answer:
    """A limit with these settings."""
    return _with_rate_limit(call.sandbox, call.asked(RateLimitSettings))


async def remove_rate_limit(call: ControlCall) -> Answer:
    """No limit."""
    return _with_rate_limit(call.sandbox, None)


def _with_rate_limit(sandbox: Sandbox, limit: RateLimitSettings | None) -> Answer:
    sandbox.replace_settings(sandbox.settings.model_copy(update={"rate_limit": limit}))
    return json_answer({"rate_limit": limit.model_dump() if limit else None})


CALLS: Calls = {
    ("PUT", f"{ONE}/rate-limit"): set_rate_limit,
    ("DELETE", f"{ONE}/rate-limit"): remove_rate_limit,
}
"""What this module answers: method, path after ``/_mock``, and the call."""

"""Calls about rate limits."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from mockserver.clock import NS_PER_S
from mockserver.control.calls import LimitsCall, LimitsInfo, RateLimitInfo
from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer
from mockserver.control.handlers.sandboxes import patched
from mockserver.settings import RateLimitSettings

if TYPE_CHECKING:
    from mockserver.admission.limit_headers import Standing
    from mockserver.answer import Answer
    from mockserver.sandbox import Sandbox


async def set_rate_limit(call: ControlCall) -> Answer:
    """A limit with these settings."""
    return _with_rate_limit(call.sandbox, call.asked(RateLimitSettings))


async def remove_rate_limit(call: ControlCall) -> Answer:
    """No limit."""
    return _with_rate_limit(call.sandbox, None)


async def show_limits(call: ControlCall) -> Answer:
    """The limits in force, and how each stands for everybody who has asked."""
    return _limits_answer(call.sandbox)


async def set_limits(call: ControlCall) -> Answer:
    """These limits in place of the others; what was used of one that stays, stays used."""
    return _with_limits(call.sandbox, call.asked(LimitsCall))


async def remove_limits(call: ControlCall) -> Answer:
    """None of the limits in the list is left; ``rate_limit`` and those of projects stay."""
    return _with_limits(call.sandbox, LimitsCall(rate_limits=()))


def _with_rate_limit(sandbox: Sandbox, limit: RateLimitSettings | None) -> Answer:
    sandbox.replace_settings(sandbox.settings.model_copy(update={"rate_limit": limit}))
    return json_answer({"rate_limit": limit.model_dump() if limit else None})


def _with_limits(sandbox: Sandbox, asked: LimitsCall) -> Answer:
    sandbox.replace_settings(patched(sandbox.settings, asked.model_dump()))
    return _limits_answer(sandbox)


def _limits_answer(sandbox: Sandbox) -> Answer:
    limits = [limit.model_dump() for limit in sandbox.settings.rate_limits]
    standings = sandbox.limiter.all_standings(sandbox.clock.monotonic_ns())
    return json_answer({"rate_limits": limits, "standings": [_told(each) for each in standings]})


def _told(standing: Standing) -> dict[str, object]:
    told = asdict(standing)
    for name in ("span", "whole_in"):
        ns = told.pop(f"{name}_ns")
        told[f"{name}_s"] = None if ns is None else ns / NS_PER_S
    return told


CALLS: Calls = {
    ("PUT", f"{ONE}/rate-limit"): Call(set_rate_limit, told=RateLimitInfo, asked=RateLimitSettings),
    ("DELETE", f"{ONE}/rate-limit"): Call(remove_rate_limit, told=RateLimitInfo),
    ("GET", f"{ONE}/rate-limits"): Call(show_limits, told=LimitsInfo),
    ("PUT", f"{ONE}/rate-limits"): Call(set_limits, told=LimitsInfo, asked=LimitsCall),
    ("DELETE", f"{ONE}/rate-limits"): Call(remove_limits, told=LimitsInfo),
}
"""What this module answers: method, path after ``/_mock``, and the call."""

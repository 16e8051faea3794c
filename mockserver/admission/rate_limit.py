"""The step that limits rates: asked of the limiter, waited for where there is a line, answered.

Source: pawa-api.md section 5; what is undocumented there is a setting, see
:class:`~mockserver.settings.LimitSettings` and :class:`~mockserver.settings.LimitHeaderSettings`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mockserver.admission import refusals
from mockserver.admission.bell import Bell
from mockserver.admission.limit_headers import limit_headers, retry_headers
from mockserver.admission.limit_slots import Ask
from mockserver.admission.limiter import lines_of
from mockserver.api import envelope
from mockserver.clock import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from mockserver.admission.limiter import Hold, Part, Verdict
    from mockserver.answer import Answer, Headers
    from mockserver.settings import KeySettings
    from mockserver.visit import Visit


def limit(visit: Visit, key: KeySettings) -> Answer | Awaitable[Answer | None] | None:
    """None when every limit lets the request in, else 429; what to await where there is a line."""
    limiter = visit.sandbox.limiter
    ask = _asked(visit, key)
    parts = limiter.parts(ask)
    verdict = limiter.admit(parts, visit.sandbox.clock.monotonic_ns())
    if verdict.queue_ns:
        return _limit_in_turn(visit, key, ask, verdict.queue_ns)
    return _decided(visit, key, parts, verdict)


def headers_of(visit: Visit) -> Headers:
    """How the limits of its key stand, for an answer that was given before they were asked."""
    if visit.settings.limit_headers.format == "off" or visit.key is None:
        return ()
    limiter, clock = visit.sandbox.limiter, visit.sandbox.clock
    parts = limiter.parts(_asked(visit, visit.key))
    return _headers(visit, parts, clock.monotonic_ns(), clock.wall_s())


def _headers(visit: Visit, parts: Sequence[Part], now_ns: int, wall_s: float) -> Headers:
    standings = visit.sandbox.limiter.standings(parts, now_ns)
    return limit_headers(visit.settings.limit_headers.format, standings, wall_s)


async def _limit_in_turn(visit: Visit, key: KeySettings, ask: Ask, queue_ns: int) -> Answer | None:
    parts, verdict = await _wait_for_a_turn(visit, ask, queue_ns)
    return _decided(visit, key, parts, verdict)


def _decided(visit: Visit, key: KeySettings, parts: list[Part], verdict: Verdict) -> Answer | None:
    """Hold what was taken until the request ends, or say what was refused and for how long."""
    limiter, clock, told = visit.sandbox.limiter, visit.sandbox.clock, visit.settings.limit_headers
    if verdict.allowed:
        if verdict.holds:
            visit.on_end.append(partial(_end, visit, verdict.holds))
        if told.format == "off":
            return None
    now_ns, wall_s = clock.monotonic_ns(), clock.wall_s()
    wait_ns = 0
    if not verdict.allowed:
        wait_ns = limiter.refuse(parts, now_ns)
        block_ns = visit.sandbox.access.refused(key, now_ns)
        if block_ns:
            visit.sandbox.journal.note("key_blocked", key_id=key.id, for_s=block_ns / NS_PER_S)
        wait_ns = max(wait_ns, block_ns)
    if told.format != "off":
        visit.limit_headers = _headers(visit, parts, now_ns, wall_s)
    if verdict.allowed:
        return None
    hinted = all(meter.slot.settings.retry_after for meter, _ in verdict.refused_by)
    hints = retry_headers(told.retry_after, wait_ns, wall_s) if hinted else ()
    return refusals.rate_limited(hints, _message(verdict.refused_by))


async def _wait_for_a_turn(visit: Visit, ask: Ask, queue_ns: int) -> tuple[list[Part], Verdict]:
    """Wait in line until the limits let the request in, or its time in the line is over."""
    limiter, clock = visit.sandbox.limiter, visit.sandbox.clock
    until_ns = clock.monotonic_ns() + queue_ns
    bell = Bell(clock)
    parts = limiter.parts(ask)
    place = limiter.line_up(parts, bell.ring)
    try:
        while True:
            now_ns = clock.monotonic_ns()
            verdict = limiter.admit(parts, now_ns, place)
            if verdict.allowed or not verdict.queue_ns or now_ns >= until_ns:
                return parts, verdict
            wait_ns = min(until_ns, limiter.next_look_ns(verdict, place, now_ns)) - now_ns
            await visit.rest(wait_ns / NS_PER_S, bell)
            parts = limiter.parts(ask)
            if place.meters != lines_of(parts):
                limiter.leave(place)
                place = limiter.line_up(parts, bell.ring)
    finally:
        limiter.leave(place)


def _asked(visit: Visit, key: KeySettings) -> Ask:
    work = visit.work
    if work is None:
        return Ask(key.id, key.project, None, visit.facts.path)
    return Ask(
        key.id,
        key.project,
        work.model,
        visit.facts.path,
        work.tokens_in,
        work.tokens_out_ceiling,
    )


def _end(visit: Visit, holds: Sequence[Hold]) -> None:
    """Settle with what was really used: nothing without a reply, of a cut stream what was sent."""
    exchange = visit.exchange
    visit.sandbox.limiter.end(holds, exchange.tokens_in, exchange.tokens_out)


def _message(refused_by: Sequence[Part]) -> str:
    """The documented message; a request that no waiting helps is told why."""
    for meter, amount in refused_by:
        most, unit = meter.window.capacity, meter.slot.settings.dimension
        if amount > most:
            return f"{envelope.RATE_LIMITED}: this request needs {amount} {unit} and {most} is all"
    return envelope.RATE_LIMITED

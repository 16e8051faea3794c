"""Requests per minute: a pure decision over the times that count, and who keeps those times.

Source: pawa-api.md section 5. Window, scope and whether refused requests count are undocumented;
:class:`~mockserver.settings.RateLimitSettings` has a switch for each.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mockserver.api import envelope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.answer import Answer
    from mockserver.settings import KeySettings, RateLimitSettings

SECOND_NS = 1_000_000_000
WINDOW_NS = 60 * SECOND_NS


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request is let in, and if not, after how many whole seconds the next one is."""

    allowed: bool
    retry_after_s: int = 0


def decide(
    counted: Sequence[int],
    now_ns: int,
    *,
    limit: int,
    window: Literal["sliding", "fixed"] = "sliding",
    count_refused: bool = False,
) -> Decision:
    """Decide on a request at ``now_ns``, given the times of earlier ones that count, oldest first.

    Sliding: of any 60 s, at most ``limit`` requests count. Fixed: of each minute of the clock. A
    client that waits ``retry_after_s`` alone is let in, and one that comes a second earlier is not.
    """
    live = counted[bisect_right(counted, _horizon(now_ns, window)) :]
    if len(live) < limit:
        return Decision(allowed=True)
    if window == "fixed":
        free_ns = (now_ns // WINDOW_NS + 1) * WINDOW_NS
    else:
        blocking = [*live, now_ns] if count_refused else live
        free_ns = blocking[-limit] + WINDOW_NS
    return Decision(allowed=False, retry_after_s=-(-(free_ns - now_ns) // SECOND_NS))


def _horizon(now_ns: int, window: Literal["sliding", "fixed"]) -> int:
    """The latest time that no longer counts."""
    if window == "fixed":
        return now_ns // WINDOW_NS * WINDOW_NS - 1
    return now_ns - WINDOW_NS


class RateLimiter:
    """Keeps the times that count, for each key or project of one sandbox."""

    def __init__(self) -> None:
        self._counted: dict[str, list[int]] = {}

    def admit(self, settings: RateLimitSettings, key: KeySettings, now_ns: int) -> Decision:
        """Decide on a request, and remember it where it counts.

        ``now_ns`` is the sandbox's clock and never goes back.
        """
        owner = f"{settings.scope}:{key.id if settings.scope == 'key' else key.project}"
        counted = self._counted.setdefault(owner, [])
        del counted[: bisect_right(counted, _horizon(now_ns, settings.window))]
        decision = decide(
            counted,
            now_ns,
            limit=settings.requests_per_minute,
            window=settings.window,
            count_refused=settings.count_refused,
        )
        if decision.allowed or settings.count_refused:
            counted.append(now_ns)
            # Older ones can no longer change a decision; refused ones must not pile up.
            del counted[: -settings.requests_per_minute]
        return decision

    def reset(self) -> None:
        """Forget every request."""
        self._counted.clear()


def refusal(decision: Decision, settings: RateLimitSettings) -> Answer:
    """429 ``Rate limit exceeded``, with a true Retry-After unless that is switched off."""
    answer = envelope.failure(429, envelope.RATE_LIMITED)
    if settings.retry_after:
        return answer.with_headers(("Retry-After", str(decision.retry_after_s)))
    return answer

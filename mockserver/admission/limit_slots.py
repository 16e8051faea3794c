"""Limits in force: which requests each is about, whose use it counts, and how much one needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from operator import add
from typing import TYPE_CHECKING, Any

from mockserver.admission.buckets import Bucket, SettledBucket
from mockserver.admission.windows import Concurrency, FixedWindow, SlidingCount, SlidingSum, Slope
from mockserver.clock import NS_PER_S
from mockserver.globs import path_test, text_test
from mockserver.settings.limits import MINUTE_S, LimitSettings

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Sequence

    from mockserver.admission.windows import Window
    from mockserver.settings import RateLimitSettings


@dataclass(slots=True)
class Ask:
    """What one request asks of the limits. ``tokens_out`` is the most that it can write."""

    key_id: str
    project: str
    model: str | None = None
    path: str = ""
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(slots=True, eq=False)
class Meter:
    """One owner's use of one limit. ``line`` holds those who wait for it, first come first."""

    slot: Slot
    owner: str
    window: Window
    line: deque[Any] | None = None


@dataclass(slots=True, eq=False)
class Slot:
    """One limit in force. ``meters`` holds each owner's use.

    ``used_of`` tells how much tokens read and written use of it; None: a request is one.
    """

    name: str
    settings: LimitSettings
    owner_of: Callable[[Ask], str | None]
    used_of: Callable[[int, int], int] | None
    applies: Callable[[str | None, str], bool] | None
    queue_ns: int
    meters: dict[str, Meter] = field(default_factory=dict)

    def meter(self, ask: Ask) -> Meter | None:
        """Whose use a request adds to; None when the limit is not about it."""
        if self.applies is not None and not self.applies(ask.model, ask.path):
            return None
        owner = self.owner_of(ask)
        if owner is None:
            return None
        meter = self.meters.get(owner)
        if meter is None:
            meter = self.meters[owner] = Meter(self, owner, fresh_window(self.settings))
        return meter

    def inherit(self, old: Slot, now_ns: int) -> None:
        """Go on with what was used of the same limit as it was before."""
        self.meters = old.meters
        limit, burst = self.settings.limit, burst_of(self.settings)
        changed = (old.settings.limit, burst_of(old.settings)) != (limit, burst)
        for meter in self.meters.values():
            meter.slot = self
            if changed:
                meter.window.resize(now_ns, limit, burst)

    @property
    def kind(self) -> tuple[object, ...]:
        """What two limits must have in common for one to go on with what the other counted."""
        told = self.settings
        return (self.name, told.dimension, told.algorithm, told.window_s, told.scope, told.growth)


def slots_of(short: RateLimitSettings | None, limits: Sequence[LimitSettings]) -> tuple[Slot, ...]:
    """The limits of a sandbox or a project, each with a name of its own."""
    written = (*(() if short is None else (written_out(short),)), *limits)
    names: set[str] = {each.id for each in written if each.id is not None}
    slots = []
    for each in written:
        name = each.id or _unused(_usual_name(each), names)
        names.add(name)
        slots.append(_slot(name, each))
    return tuple(slots)


def written_out(short: RateLimitSettings) -> LimitSettings:
    """The usual limit, as the long way would say it."""
    return LimitSettings(
        limit=short.requests_per_minute,
        window_s=MINUTE_S,
        algorithm=short.window,
        scope=short.scope,
        count_refused=short.count_refused,
        retry_after=short.retry_after,
        queue_s=short.queue_s,
    )


def fresh_window(settings: LimitSettings) -> Window:
    """Nothing used yet."""
    limit, span_ns = settings.limit, round(settings.window_s * NS_PER_S)
    settled = settings.dimension in _USED
    if settings.dimension == "concurrency":
        return Concurrency(limit)
    if settings.dimension == "slope":
        return Slope(limit, span_ns, Fraction(str(settings.growth)))
    if settings.algorithm == "sliding":
        return SlidingSum(limit, span_ns) if settled else SlidingCount(limit, span_ns)
    if settings.algorithm == "fixed":
        return FixedWindow(limit, span_ns, settled=settled)
    bucket = SettledBucket if settled else Bucket
    return bucket(limit, span_ns, burst_of(settings))


def burst_of(settings: LimitSettings) -> int:
    """How much can be had at once: as told, one request under GCRA, else the whole limit."""
    if settings.burst is not None:
        return settings.burst
    paced = settings.algorithm == "gcra" and settings.dimension == "requests"
    return 1 if paced else settings.limit


def _applies(settings: LimitSettings) -> Callable[[str | None, str], bool] | None:
    if not (settings.models or settings.paths):
        return None
    model = text_test(*settings.models) if settings.models else None
    path = path_test(*settings.paths) if settings.paths else None

    @lru_cache(maxsize=1024)
    def applies(asked: str | None, at: str) -> bool:
        if model is not None and (asked is None or not model(asked)):
            return False
        return path is None or path(at)

    return applies


_OWNERS: dict[str, Callable[[Ask], str | None]] = {
    "key": lambda ask: ask.key_id,
    "project": lambda ask: ask.project,
    "model": lambda ask: ask.model,
    "key+model": lambda ask: None if ask.model is None else f"{ask.key_id} {ask.model}",
    "sandbox": lambda _: "",
}

_USED: dict[str, Callable[[int, int], int]] = {
    "tokens": add,
    "tokens_in": lambda tokens_in, _: tokens_in,
    "tokens_out": lambda _, tokens_out: tokens_out,
}


def _slot(name: str, settings: LimitSettings) -> Slot:
    return Slot(
        name,
        settings,
        _OWNERS[settings.scope],
        _USED.get(settings.dimension),
        _applies(settings),
        round(settings.queue_s * NS_PER_S),
    )


def _usual_name(settings: LimitSettings) -> str:
    if settings.dimension == "concurrency":
        return "concurrency"
    return f"{settings.dimension}-{settings.window_s:g}s"


def _unused(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"

"""One run as judgement looks at it: each lane's calls beside the schedule and the wire.

Everything here is a pure function of the schedule and of what was seen. The two questions that all
rows ask are answered here once: what became of the calls of a stretch of time, and what arrived at
the server in it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadtests.events import CallEnded
    from loadtests.profile import Profile
    from loadtests.traffic.schedule import Arrival, Schedule, Span
    from loadtests.world.seen import Attempt, LaneSeen, Seen


@dataclass(frozen=True, slots=True)
class LaneCall:
    """One scheduled call of one lane: what was to come, what became of it, what went over the wire.

    ``ended`` is None for a call that the traffic side never told of. ``attempts`` are those that
    carry its token, in order of arrival; where prompts repeat, all calls of one prompt share them.
    """

    arrival: Arrival
    ended: CallEnded | None
    attempts: tuple[Attempt, ...]

    @property
    def ok(self) -> bool:
        """Whether the user got an answer."""
        return self.ended is not None and self.ended.outcome == "ok"

    @property
    def outcome(self) -> str:
        """How it ended; ``untold`` when the traffic side never said."""
        return "untold" if self.ended is None else self.ended.outcome

    @property
    def delay_s(self) -> float | None:
        """From the scheduled moment (not from the sending) to the end; None while it has none."""
        if self.ended is None or self.ended.ended_s is None:
            return None
        return self.ended.ended_s - self.arrival.at_s

    @property
    def first_s(self) -> float | None:
        """From the scheduled moment to the first piece of text; None without one."""
        if self.ended is None or self.ended.first_s is None:
            return None
        return self.ended.first_s - self.arrival.at_s


class LaneCase:
    """One lane of a run; ``cut_at_s`` is when somebody ended it before its schedule was over."""

    def __init__(
        self, schedule: Schedule, seen: LaneSeen, *, cut_at_s: float | None = None
    ) -> None:
        self.schedule = schedule
        self.seen = seen
        self.cut_at_s = cut_at_s

    @cached_property
    def calls(self) -> tuple[LaneCall, ...]:
        """Every scheduled call, in the order of the schedule."""
        ended = {call.index: call for call in self.seen.calls}
        return tuple(
            LaneCall(one, ended.get(one.index), self.attempts_by_token.get(one.token, ()))
            for one in self.schedule.arrivals
        )

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every request that arrived, at either server, in order of arrival."""
        return tuple(sorted(self.seen.attempts, key=lambda one: (one.arrived_s, one.seq)))

    @cached_property
    def attempts_by_token(self) -> dict[str, tuple[Attempt, ...]]:
        """The attempts of each call token; one of a batch belongs to all of its tokens."""
        found: defaultdict[str, list[Attempt]] = defaultdict(list)
        for attempt in self.attempts:
            for token in attempt.tokens:
                found[token].append(attempt)
        return {token: tuple(attempts) for token, attempts in found.items()}

    @cached_property
    def judged_spans(self) -> tuple[tuple[float, float], ...]:
        """The stretches of time that are judged: all but the warm phases, up to a cut."""
        end_s = self.schedule.end_s if self.cut_at_s is None else self.cut_at_s
        return tuple(
            (span.start_s, min(span.end_s, end_s))
            for span in self.schedule.spans
            if span.role != "warm" and span.start_s < end_s
        )

    @property
    def judged_s(self) -> float:
        """How long they are together."""
        return sum(end_s - start_s for start_s, end_s in self.judged_spans)

    @cached_property
    def judged(self) -> tuple[LaneCall, ...]:
        """The calls that figures are about: due in those stretches, and told of.

        Of a run that was cut short those that still ran are left out too: they had no time to end.
        """
        return tuple(call for call in self.calls if self.counts(call) and self._judges(call))

    @cached_property
    def answered(self) -> tuple[LaneCall, ...]:
        """Those of them that got an answer."""
        return tuple(call for call in self.judged if call.ok)

    @cached_property
    def judged_attempts(self) -> tuple[Attempt, ...]:
        """The requests that arrived in those stretches, or after the schedule's end."""
        return tuple(
            one
            for one in self.attempts
            if one.arrived_s >= self.schedule.end_s or _inside(one.arrived_s, self.judged_spans)
        )

    def counts(self, call: LaneCall) -> bool:
        """Whether anything is known of a call that speaks for or against the client."""
        if call.ended is None:
            return False
        return self.cut_at_s is None or call.outcome != "running"

    def _judges(self, call: LaneCall) -> bool:
        return _inside(call.arrival.at_s, self.judged_spans)

    def scheduled(self, start_s: float, end_s: float) -> tuple[LaneCall, ...]:
        """The calls that were due in [start, end)."""
        return tuple(call for call in self.calls if start_s <= call.arrival.at_s < end_s)

    def arrived(
        self, start_s: float, end_s: float, *, server: str | None = None
    ) -> tuple[Attempt, ...]:
        """The requests that arrived in [start, end), at one server or at both."""
        return tuple(
            one
            for one in self.attempts
            if start_s <= one.arrived_s < end_s and server in (None, one.server)
        )


class Case:
    """A whole run."""

    def __init__(self, profile: Profile, schedule: Schedule, seen: Seen, *, quick: bool) -> None:
        self.profile = profile
        self.schedule = schedule
        self.seen = seen
        self.quick = quick
        cut_at_s = (seen.cut_at_s or 0.0) if seen.cut_short else None
        self.client = LaneCase(schedule, seen.client, cut_at_s=cut_at_s)
        self.control = (
            None if seen.control is None else LaneCase(schedule, seen.control, cut_at_s=cut_at_s)
        )

    @property
    def lanes(self) -> dict[str, LaneCase]:
        """The lanes that ran, by name, the client's first."""
        every = {self.seen.client.name: self.client}
        if self.seen.control is not None and self.control is not None:
            every[self.seen.control.name] = self.control
        return every

    @property
    def claims(self) -> frozenset[str]:
        """What the client says that it does; nothing, when it said nothing (``raw``)."""
        told = (self.seen.client.manifest or {}).get("claims")
        return frozenset(told if isinstance(told, list | tuple | set | frozenset) else ())

    def setting(self, name: str, default: float) -> float:
        """A number in force for the client: what it was opened with, if it declares such a limit.

        Else the number that it declares; else ``default``, the row's own threshold.
        """
        limits = (self.seen.client.manifest or {}).get("limits")
        declared = limits.get(name) if isinstance(limits, dict) else None
        if declared is None:
            return default
        given = self.seen.client.settings.get(name)
        number = declared if given is None else given
        return float(number) if isinstance(number, int | float) else default

    def span(self, *roles: str) -> Span | None:
        """The first phase of one of these roles; None when the profile has none."""
        return next((span for span in self.schedule.spans if span.role in roles), None)


def share(calls: Iterable[LaneCall]) -> float | None:
    """The share of calls that ended well; None without a call."""
    every = list(calls)
    return sum(call.ok for call in every) / len(every) if every else None


def _inside(at_s: float, spans: Iterable[tuple[float, float]]) -> bool:
    return any(start_s <= at_s < end_s for start_s, end_s in spans)

"""When who asks what: a profile's arrivals, drawn beforehand from one seed.

Pure: the same profile, form and seed give the same schedule in every process, so that each worker
takes its share of it without being told, and the verdict knows what was to come.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from loadtests.profile import PRIMARY
from loadtests.profile_file import traffic_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadtests.profile import Kind, Phase, Profile, Repeats, Role, Traffic

QUICK_SHARE = 1 / 3
"""The length of a phase in the quick form, when it does not say."""

GOES_ON = 0.4
"""How often a chat goes on with an earlier conversation of the same tenant."""

THINKS_S = 2.0
"""How long after a question its user asks the next one at the earliest."""

MOST_TURNS = 4

MOST_OPEN = 500
"""Conversations of a tenant that may still go on; older ones are over."""


@dataclass(frozen=True, slots=True)
class Span:
    """A phase on the time axis, in seconds since the start; ``number`` is its place."""

    number: int
    name: str
    role: Role
    start_s: float
    end_s: float
    traffic: Traffic


@dataclass(frozen=True, slots=True)
class Arrival:
    """One call that a user will make ``at_s`` seconds after the start.

    ``index`` is its place in the schedule; ``prompt`` names what is asked: calls of one prompt
    (repeats) carry one ``token`` and send the same bytes. ``turn`` counts from 1 within its
    ``conversation``.
    """

    index: int
    at_s: float
    phase: int
    kind: Kind
    tenant: str
    prompt: str
    token: str
    conversation: int
    turn: int
    deadline_s: float | None

    @property
    def repeated(self) -> bool:
        """Whether other calls may ask the very same."""
        return self.prompt != str(self.index)


@dataclass(frozen=True)
class Schedule:
    """The phases and the arrivals, in the order of time."""

    spans: tuple[Span, ...]
    arrivals: tuple[Arrival, ...]

    @property
    def end_s(self) -> float:
        """When the last phase ends."""
        return self.spans[-1].end_s

    @cached_property
    def by_token(self) -> dict[str, list[Arrival]]:
        """The arrivals of each call token; several where prompts repeat."""
        found: dict[str, list[Arrival]] = {}
        for arrival in self.arrivals:
            found.setdefault(arrival.token, []).append(arrival)
        return found

    def share(self, number: int, of: int) -> tuple[Arrival, ...]:
        """What worker ``number`` (from 0) of ``of`` makes. Conversations stay in one worker."""
        return tuple(one for one in self.arrivals if one.conversation % of == number)

    def of_role(self, *roles: Role) -> tuple[Span, ...]:
        """The phases of these roles."""
        return tuple(span for span in self.spans if span.role in roles)


def schedule_of(profile: Profile, *, quick: bool, seed: int) -> Schedule:
    """The schedule of a profile. Raises InputError for traffic that makes no sense."""
    spans = _spans(profile, quick=quick)
    scale = profile.quick_scale if quick and profile.quick_scale else 1.0
    drawn = [arrival for span in spans for arrival in _arrivals(span, seed, scale)]
    drawn.sort(key=lambda one: (one.at_s, one.tenant))
    return Schedule(spans, tuple(_in_conversations(drawn, seed)))


def token_of(seed: int, prompt: str) -> str:
    """The call token of a prompt: what the mock's journal finds its attempts by."""
    return f"call-{blake2b(f'{seed}/{prompt}'.encode(), digest_size=6).hexdigest()}"


def length_of(phase: Phase, *, quick: bool) -> float:
    """How long a phase is in this form."""
    if not quick:
        return phase.length_s
    return phase.length_s * QUICK_SHARE if phase.quick_s is None else phase.quick_s


@dataclass(frozen=True, slots=True)
class _Drawn:
    """An arrival before it has its place and its conversation."""

    at_s: float
    span: Span
    kind: Kind
    tenant: str
    again: int | None


def _spans(profile: Profile, *, quick: bool) -> tuple[Span, ...]:
    start_s, spans = 0.0, []
    for number, phase in enumerate(profile.phases):
        end_s = start_s + length_of(phase, quick=quick)
        traffic = traffic_of(profile, phase)
        spans.append(Span(number, phase.name, phase.role, start_s, end_s, traffic))
        start_s = end_s
    return tuple(spans)


def _arrivals(span: Span, seed: int, scale: float) -> Iterator[_Drawn]:
    traffic = span.traffic
    rates = traffic.tenants or {PRIMARY: traffic.rate_per_s}
    for tenant, rate in rates.items():
        rng = Random(f"{seed}/{span.number}/{span.name}/{tenant}")
        last = rate if traffic.to_rate_per_s is None else traffic.to_rate_per_s
        crowd = round(traffic.crowd * scale) if tenant == next(iter(rates)) else 0
        moments = _moments(rng, span.end_s - span.start_s, rate * scale, last * scale, traffic)
        for at_s in [0.0] * crowd + list(moments):
            yield _Drawn(
                span.start_s + at_s, span, _kind(rng, traffic), tenant, _again(rng, traffic)
            )


def _moments(
    rng: Random, length_s: float, first: float, last: float, traffic: Traffic
) -> Iterator[float]:
    """Where the arrivals of a straight ramp stand: a process of unit rate, its time stretched."""
    due = 0.0
    for number in count():
        due = number + 0.5 if traffic.arrivals == "constant" else due + rng.expovariate(1.0)
        at_s = _when(due, length_s, first, last)
        if at_s is None or at_s >= length_s:
            return
        yield at_s


def _when(due: float, length_s: float, first: float, last: float) -> float | None:
    """The moment at which ``due`` arrivals are expected: first·t + (last - first)·t²/2L = due."""
    slope = (last - first) / length_s
    if slope == 0:
        return due / first if first > 0 else None
    inside = first * first + 2 * slope * due
    return (math.sqrt(inside) - first) / slope if inside >= 0 else None


def _kind(rng: Random, traffic: Traffic) -> Kind:
    return rng.choices(list(traffic.mix), list(traffic.mix.values()))[0]


def _again(rng: Random, traffic: Traffic) -> int | None:
    repeats = traffic.repeats
    return None if repeats is None else rng.choices(range(repeats.prompts), _weights(repeats))[0]


def _weights(repeats: Repeats) -> list[float]:
    return [1 / (place + 1) ** repeats.zipf for place in range(repeats.prompts)]


class _Talks:
    """The conversations of one tenant that can go on: their users have had time to think."""

    def __init__(self) -> None:
        self._thinking: deque[tuple[float, int, int]] = deque()
        self._ready: deque[tuple[int, int]] = deque(maxlen=MOST_OPEN)

    def go_on(self, at_s: float, rng: Random) -> tuple[int, int] | None:
        """A conversation and its next turn; None when a new one begins."""
        while self._thinking and self._thinking[0][0] + THINKS_S <= at_s:
            _, conversation, turn = self._thinking.popleft()
            self._ready.append((conversation, turn))
        if not self._ready or rng.random() >= GOES_ON:
            return None
        self._ready.rotate(-rng.randrange(len(self._ready)))
        conversation, turn = self._ready.popleft()
        return conversation, turn + 1

    def asked(self, at_s: float, conversation: int, turn: int) -> None:
        """Its user has asked, and may ask again."""
        if turn < MOST_TURNS:
            self._thinking.append((at_s, conversation, turn))


def _in_conversations(drawn: list[_Drawn], seed: int) -> Iterator[Arrival]:
    """Each arrival with its place; some chats go on with an earlier conversation."""
    rng = Random(f"{seed}/conversations")
    talks: defaultdict[str, _Talks] = defaultdict(_Talks)
    numbers = count()
    for index, one in enumerate(drawn):
        chats = one.again is None and one.kind != "embed"
        earlier = talks[one.tenant].go_on(one.at_s, rng) if chats else None
        conversation, turn = earlier or (next(numbers), 1)
        if chats:
            talks[one.tenant].asked(one.at_s, conversation, turn)
        prompt = str(index) if one.again is None else f"again-{one.kind}-{one.again}"
        yield Arrival(
            index=index,
            at_s=one.at_s,
            phase=one.span.number,
            kind=one.kind,
            tenant=one.tenant,
            prompt=prompt,
            token=token_of(seed, prompt),
            conversation=conversation,
            turn=turn,
            deadline_s=one.span.traffic.deadline_s,
        )

"""The limits of one sandbox: all that apply decide together, and nothing is used when one refuses.

Source: pawa-api.md section 5 (a tier's requests per minute; window, scope, headers and whether
refused requests count are undocumented, so each is a setting). Times are those of the sandbox's
clock, in nanoseconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.admission.limit_headers import Standing
from mockserver.admission.limit_slots import Ask, Meter, Slot, slots_of
from mockserver.admission.windows import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockserver.admission.windows import Entry
    from mockserver.settings import SandboxSettings

Part = tuple[Meter, int]
"""Whose use of which limit, and how much of it one request needs."""

Hold = tuple[Meter, "Entry"]
"""What a request has taken and gives back, or settles, when it is over."""


@dataclass(slots=True, eq=False)
class Verdict:
    """Whether a request is let in, and what that means.

    ``holds`` is for :meth:`Limiter.end`. ``refused_by`` names the limits that refuse, and
    ``queue_ns`` how long all of them would let it wait for its turn.
    """

    allowed: bool
    holds: tuple[Hold, ...] = ()
    refused_by: tuple[Part, ...] = ()
    queue_ns: int = 0


LET_IN = Verdict(allowed=True)
"""Let in, with nothing to give back."""


@dataclass(slots=True, eq=False)
class Place:
    """A request's place in the lines of the limits that it waits for. ``wake`` makes it look."""

    meters: tuple[Meter, ...]
    wake: Callable[[], None]


class Limiter:
    """Decides, and keeps what was used. ``on`` is False where no limit is set at all."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.on = False
        self._slots: tuple[Slot, ...] = ()
        self._of_project: dict[str, tuple[Slot, ...]] = {}
        self.follow(settings, 0)

    def follow(self, settings: SandboxSettings, now_ns: int) -> None:
        """Other limits from now on. What was used of one that stays, stays used."""
        self._wake_everybody()
        slots = slots_of(settings.rate_limit, settings.rate_limits)
        self._slots = _following(self._slots, slots, now_ns)
        self._of_project = {
            project.id: _following(
                self._of_project.get(project.id, ()), slots_of(None, project.rate_limits), now_ns
            )
            for project in settings.projects
            if project.rate_limits is not None
        }
        self.on = any((self._slots, *self._of_project.values()))

    def parts(self, ask: Ask) -> list[Part]:
        """The limits that are about a request, and how much of each it needs."""
        found: list[Part] = []
        for slot in self._of_project.get(ask.project, self._slots):
            meter = slot.meter(ask)
            if meter is not None:
                used_of = slot.used_of
                need = 1 if used_of is None else used_of(ask.tokens_in, ask.tokens_out)
                found.append((meter, need))
        return found

    def admit(self, parts: Sequence[Part], now_ns: int, place: Place | None = None) -> Verdict:
        """Let a request in when every limit has room, and behind those who wait for it.

        A refusal uses nothing; :meth:`refuse` makes it final.
        """
        for meter, amount in parts:
            if meter.window.wait(now_ns, amount) or (meter.line and meter.line[0] is not place):
                return self._refusal(parts, now_ns, place)
        holds: list[Hold] = []
        for meter, amount in parts:
            entry = meter.window.take(now_ns, amount)
            if entry is not None:
                holds.append((meter, entry))
        return Verdict(allowed=True, holds=tuple(holds)) if holds else LET_IN

    def _refusal(self, parts: Sequence[Part], now_ns: int, place: Place | None) -> Verdict:
        refused: list[Part] = []
        for meter, amount in parts:
            line = meter.line
            if meter.window.wait(now_ns, amount) or (line and line[0] is not place):
                refused.append((meter, amount))
        hopeless = any(amount > meter.window.capacity for meter, amount in refused)
        queue_ns = 0 if hopeless else min(meter.slot.queue_ns for meter, _ in refused)
        return Verdict(allowed=False, refused_by=tuple(refused), queue_ns=queue_ns)

    def refuse(self, parts: Sequence[Part], now_ns: int) -> int:
        """Refuse a request for good, which counts where the settings say so.

        Nanoseconds after which it would be let in if nobody else asked; NEVER when no time helps or
        nobody can tell.
        """
        for meter, _ in parts:
            if meter.slot.settings.count_refused:
                meter.window.refuse(now_ns)
        return max((meter.window.wait(now_ns, amount) for meter, amount in parts), default=0)

    def end(self, holds: Sequence[Hold], tokens_in: int, tokens_out: int) -> None:
        """A request that was let in is over and used so many tokens; wake who waits for room."""
        for meter, entry in holds:
            used_of = meter.slot.used_of
            meter.window.settle(entry, 0 if used_of is None else used_of(tokens_in, tokens_out))
            if meter.line:
                meter.line[0].wake()

    def line_up(self, parts: Sequence[Part], wake: Callable[[], None]) -> Place:
        """The last place in the line of every limit that has one.

        All at once, so that of two requests the same one is before the other in each line.
        """
        place = Place(lines_of(parts), wake)
        for meter in place.meters:
            if meter.line is None:
                meter.line = deque()
            meter.line.append(place)
        return place

    def next_look_ns(self, verdict: Verdict, place: Place, now_ns: int) -> int:
        """When a request in line should look again, if nobody wakes it: NEVER behind another."""
        if any(meter.line and meter.line[0] is not place for meter in place.meters):
            return NEVER
        return now_ns + max(
            meter.window.wait(now_ns, amount) for meter, amount in verdict.refused_by
        )

    def leave(self, place: Place) -> None:
        """Leave the lines; whoever is first now looks again."""
        for meter in place.meters:
            if meter.line is not None and place in meter.line:
                was_first = meter.line[0] is place
                meter.line.remove(place)
                if was_first and meter.line:
                    meter.line[0].wake()

    def reset(self) -> None:
        """Forget what was used; who is being served is not counted, who waits looks again."""
        self._wake_everybody()
        for slot in self._every_slot():
            slot.meters = {}

    def standings(self, parts: Sequence[Part], now_ns: int) -> list[Standing]:
        """How these limits stand now."""
        return [_standing(meter, now_ns) for meter, _ in parts]

    def all_standings(self, now_ns: int) -> list[Standing]:
        """How every limit stands for everybody who has asked."""
        slots = self._every_slot()
        return [_standing(meter, now_ns) for slot in slots for meter in slot.meters.values()]

    def _wake_everybody(self) -> None:
        for slot in self._every_slot():
            for meter in slot.meters.values():
                for place in meter.line or ():
                    place.wake()

    def _every_slot(self) -> tuple[Slot, ...]:
        return self._slots + tuple(slot for slots in self._of_project.values() for slot in slots)


def lines_of(parts: Sequence[Part]) -> tuple[Meter, ...]:
    """Those of the limits that let a request wait for its turn."""
    return tuple(meter for meter, _ in parts if meter.slot.queue_ns)


def _following(old: Sequence[Slot], new: tuple[Slot, ...], now_ns: int) -> tuple[Slot, ...]:
    kinds = {slot.kind: slot for slot in old}
    for slot in new:
        before = kinds.get(slot.kind)
        if before is not None:
            slot.inherit(before, now_ns)
    return new


def _standing(meter: Meter, now_ns: int) -> Standing:
    window, told = meter.window, meter.slot.settings
    remaining = window.remaining(now_ns)
    whole_in_ns = window.whole_in(now_ns)
    timeless = told.dimension == "concurrency"
    return Standing(
        meter.slot.name,
        told.dimension,
        told.scope,
        meter.owner,
        window.capacity,
        remaining,
        None if timeless else window.span_ns,
        None if timeless or whole_in_ns >= NEVER else whole_in_ns,
    )

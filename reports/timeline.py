"""The drawing of a call on a time axis, as numbers: templates only place them.

One lane per attempt, a bar from its start to its end: light while the client waited for the first
byte, full while the answer came. Dashed lines between bars are the pauses, chunk marks stand inside
the bar, and the lane below shows what the client's side saw.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.results import MOST_CHUNKS
from reports.text import seconds
from reports.words import ending_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reports.results import Attempt, Call, Event

WIDTH = 940
LEFT = 210
"""Where the plot begins: the labels of the lanes stand before it."""
RIGHT = 868
"""Where it ends: behind it stands how long the last bar took."""
LANE = 26
TOP = 8
AXIS = 24
MIN_BAR = 3.0
NEAREST = 4.0
"""Marks closer than this are drawn as one."""
MAX_MARKS = 100
MAX_LANES = 40
OVERVIEW_LANE = 9
MAX_OVERVIEW_CALLS = 120
MAX_OVERVIEW_ATTEMPTS = 400
_CHARACTER = 6.4
_LABEL_CHARACTERS = 31
"""Number, name of the sandbox and status of an attempt share this much before the plot."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps seconds to places on the page, and says which seconds get a number."""

    start_s: float
    end_s: float

    def x(self, at_s: float) -> float:
        """Where ``at_s`` stands; moments outside the scale stand on its edge."""
        share = (at_s - self.start_s) / (self.end_s - self.start_s)
        return round(LEFT + min(1.0, max(0.0, share)) * (RIGHT - LEFT), 1)

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Places and labels of four to nine round moments."""
        step = _round_step((self.end_s - self.start_s) / 6)
        decimals = max(0, -math.floor(math.log10(step)))
        first = math.ceil(round(self.start_s / step, 6))
        last = math.floor(round(self.end_s / step, 6))
        return tuple(
            (self.x(index * step), f"{index * step:.{decimals}f} s")
            for index in range(first, last + 1)
        )


@dataclass(frozen=True, slots=True)
class Text:
    """A word on the drawing: where it is anchored, and at which of its ends."""

    x: float
    text: str
    at: str = "start"


@dataclass(frozen=True, slots=True)
class Lane:
    """One attempt: ``x`` to ``answer_x`` waiting, from there ``answer_width`` answering.

    ``kind`` is the class of its status; ``still_open`` bars have no right edge; ``marks`` is an SVG
    path of the chunks; ``gap`` is the pause before it, from where to where.
    """

    y: float
    label: str
    word: str
    kind: str
    ending: str
    x: float
    wait_width: float
    answer_x: float
    answer_width: float
    still_open: bool
    marks: str
    took: Text | None
    gap: tuple[float, float] | None
    gap_text: Text | None
    title: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A named moment of the client's side; ``label`` is empty where it would cover another."""

    x: float
    kind: str
    detail: str
    label: str
    label_x: float


@dataclass(frozen=True, slots=True)
class ClientLane:
    """What the client's side saw: a line from call to return, deltas as marks, other moments named.

    ``end_x`` is None when the call never came back.
    """

    y: float
    x: float
    end_x: float | None
    outcome: str
    ok: bool
    marks: str
    deltas: int
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything a template needs to draw one call."""

    height: float
    axis_y: float
    ticks: tuple[tuple[float, str], ...]
    lanes: tuple[Lane, ...]
    client: ClientLane
    title: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All calls of a row on one axis: one thin lane each, as one SVG path per kind of status."""

    height: float
    axis_y: float
    ticks: tuple[tuple[float, str], ...]
    lines: str
    bars: tuple[tuple[str, str], ...]
    shown: int
    total: int


def draw_call(call: Call, attempts: Sequence[Attempt]) -> Drawing:
    """The drawing of ``call`` with these of its attempts."""
    scale = _scale([call], attempts)
    lanes = tuple(
        _lane(attempt, TOP + index * LANE, scale, len({a.target for a in call.attempts}) > 1)
        for index, attempt in enumerate(attempts)
    )
    client_y = TOP + len(lanes) * LANE
    moments = [event for event in call.events if event.kind not in ("delta", "started")]
    axis_y = client_y + LANE + (12 if moments else 2)
    return Drawing(
        height=axis_y + AXIS,
        axis_y=axis_y,
        ticks=scale.ticks,
        lanes=lanes,
        client=_client_lane(call, moments, client_y, scale),
        title=_call_title(call),
    )


def draw_overview(calls: Sequence[Call]) -> Overview:
    """The drawing of all calls of a row, or of the first ones when they are very many."""
    shown = calls[:MAX_OVERVIEW_CALLS]
    scale = _scale(shown, [attempt for call in shown for attempt in call.attempts])
    lines: list[str] = []
    bars: dict[str, list[str]] = {}
    room = MAX_OVERVIEW_ATTEMPTS
    for index, call in enumerate(shown):
        y = TOP + index * OVERVIEW_LANE + OVERVIEW_LANE / 2
        end = scale.end_s if call.end_s is None else call.end_s
        lines.append(f"M{scale.x(call.start_s)} {y:g}H{scale.x(end)}")
        for attempt in call.attempts[:room]:
            x, width = _span(attempt.start_s, attempt.end_s, scale)
            bars.setdefault(status_kind(attempt.status), []).append(f"M{x:g} {y:g}h{width:g}")
        room -= min(room, len(call.attempts))
    axis_y = TOP + len(shown) * OVERVIEW_LANE + 2
    return Overview(
        height=axis_y + AXIS,
        axis_y=axis_y,
        ticks=scale.ticks,
        lines="".join(lines),
        bars=tuple((kind, "".join(paths)) for kind, paths in bars.items()),
        shown=len(shown),
        total=len(calls),
    )


def status_kind(status: int | None) -> str:
    """The class of a status for a drawing: ``ok``, ``other``, ``client``, ``server``, ``none``."""
    if status is None:
        return "none"
    return {2: "ok", 4: "client", 5: "server"}.get(status // 100, "other")


def _scale(calls: Iterable[Call], attempts: Sequence[Attempt]) -> Scale:
    moments: list[float] = []
    for call in calls:
        moments += [call.start_s, *(event.at_s for event in call.events)]
        moments += [] if call.end_s is None else [call.end_s]
    for attempt in attempts:
        moments += [attempt.start_s, *attempt.chunks]
        moments += [] if attempt.end_s is None else [attempt.end_s]
    start, end = (min(moments), max(moments)) if moments else (0.0, 0.0)
    return Scale(start, start + max(end - start, 0.001) * 1.02)


def _round_step(rough: float) -> float:
    """The next of 1, 2, 5, 10… at or above ``rough``."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(float(f"{n * power:.12g}") for n in (1, 2, 5, 10) if n * power >= rough * 0.999)


def _span(start_s: float, end_s: float | None, scale: Scale) -> tuple[float, float]:
    x = min(scale.x(start_s), RIGHT - MIN_BAR)
    end = RIGHT if end_s is None else scale.x(end_s)
    return x, max(MIN_BAR, round(end - x, 1))


def _lane(attempt: Attempt, y: float, scale: Scale, name_target: bool) -> Lane:
    x, width = _span(attempt.start_s, attempt.end_s, scale)
    answer_x = x + width
    if attempt.first_byte_out_s is not None:
        answer_x = min(max(scale.x(attempt.first_byte_out_s), x), x + width - MIN_BAR)
    took = None if attempt.end_s is None else seconds(attempt.end_s - attempt.start_s)
    gap = None
    if attempt.gap_s is not None and attempt.gap_s > 0:
        gap = (scale.x(attempt.start_s - attempt.gap_s), x)
    gap_text = _gap_text(gap, seconds(attempt.gap_s)) if gap else None
    behind = gap_text is not None and gap_text.x > x
    word = f"{attempt.status or 'no status'}, {ending_text(attempt.ending)}"
    return Lane(
        y=y,
        label=_label(attempt, _LABEL_CHARACTERS - len(word) if name_target else 0),
        word=word,
        kind=status_kind(attempt.status),
        ending=attempt.ending,
        x=x,
        wait_width=round(answer_x - x, 1),
        answer_x=answer_x,
        answer_width=round(x + width - answer_x, 1),
        still_open=attempt.end_s is None,
        marks=_marks([scale.x(at) for at in attempt.chunks]),
        took=Text(round(x + width + 9, 1), took) if took and not behind else None,
        gap=gap,
        gap_text=gap_text,
        title=_attempt_title(attempt),
    )


def _label(attempt: Attempt, room: int) -> str:
    """The number of an attempt and, within ``room`` characters, the name of its sandbox."""
    number = str(attempt.number)
    label = f"{number} {attempt.target}"
    if len(label) <= room:
        return label
    return f"{label[: room - 1]}…" if room > len(number) + 3 else number


def _gap_text(gap: tuple[float, float], text: str) -> Text:
    """The length of a pause: on its line where that is long enough, else before or behind it."""
    start, end = gap
    needed = len(text) * _CHARACTER + 8
    if end - start >= needed:
        return Text(round((start + end) / 2, 1), text, "middle")
    return Text(start - 4, text, "end") if start - LEFT >= needed else Text(end + 12, text)


def _client_lane(call: Call, moments: Sequence[Event], y: float, scale: Scale) -> ClientLane:
    deltas = [event.at_s for event in call.events if event.kind == "delta"]
    return ClientLane(
        y=y,
        x=scale.x(call.start_s),
        end_x=None if call.end_s is None else scale.x(call.end_s),
        outcome=call.outcome,
        ok=call.outcome == "ok",
        marks=_marks([scale.x(at) for at in deltas]),
        deltas=len(deltas),
        moments=_named(moments[:MAX_MARKS], scale),
    )


def _named(events: Sequence[Event], scale: Scale) -> tuple[Moment, ...]:
    """The moments in order, each with its label where there is room for one."""
    named: list[Moment] = []
    free_from = LEFT - 8.0
    for event in sorted(events, key=lambda event: event.at_s):
        x = scale.x(event.at_s)
        half = len(event.kind) * _CHARACTER / 2
        middle = round(min(max(x, LEFT + half), RIGHT - half), 1)
        clear = middle - half >= free_from
        named.append(Moment(x, event.kind, event.detail, event.kind if clear else "", middle))
        free_from = middle + half + 8 if clear else free_from
    return tuple(named)


def _marks(places: Iterable[float]) -> str:
    """An SVG path of short upright marks, near ones drawn as one and the rest thinned evenly."""
    kept: list[float] = []
    for x in sorted(places):
        if not kept or x - kept[-1] >= NEAREST:
            kept.append(x)
    stride = math.ceil(len(kept) / MAX_MARKS) or 1
    return "".join(f"M{x:g} 0v8" for x in kept[::stride])


def _attempt_title(attempt: Attempt) -> str:
    end = "still open" if attempt.end_s is None else f"ended at {seconds(attempt.end_s)}"
    parts = [
        f"Attempt {attempt.number}: {attempt.status or 'no status'}, {ending_text(attempt.ending)}",
        f"started at {seconds(attempt.start_s)}, {end}",
        f"first byte at {seconds(attempt.first_byte_out_s)}",
        f"after a pause of {seconds(attempt.gap_s)}" if attempt.gap_s is not None else "",
        _chunks_title(len(attempt.chunks)),
        f"faults: {', '.join(attempt.faults)}" if attempt.faults else "",
    ]
    return "; ".join(part for part in parts if part)


def _chunks_title(count: int) -> str:
    if not count:
        return ""
    return f"{count} chunks or more" if count >= MOST_CHUNKS else f"{count} chunks"


def _call_title(call: Call) -> str:
    end = "never came back" if call.end_s is None else f"{seconds(call.end_s - call.start_s)}"
    attempts = len(call.attempts)
    return f"{call.label or call.token}: {attempts} attempts, outcome {call.outcome}, {end}"

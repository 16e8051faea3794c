"""Live progress of a run: a table on a terminal, lines elsewhere, or JSON Lines for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from math import ceil
from typing import TYPE_CHECKING, Any, Protocol, Self, TextIO

from rich.live import Live
from rich.table import Table
from rich.text import Text

from reports.text import seconds, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console, RenderableType

    from loadtests.plan import Plan
    from loadtests.request import LoadRequest
    from loadtests.traffic.schedule import Schedule, Span
    from loadtests.world.watching import LaneSnapshot, Snapshot
    from reports.results import Results

LINE_EVERY_S = 5.0
"""Seconds of the run between two lines, where nobody looks at a terminal."""

ERRORS_SHOWN = 4
"""So many kinds of error are named, the most frequent first."""

COLUMNS = ("", "offered/s", "requests/s", "answered/s", "p95", "queue", "running", "going wrong")


class Progress(Protocol):
    """Hears of a run from its start to its end; a context manager, and the world's ``Watch``."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def started(self, request: LoadRequest, plan: Plan) -> None:
        """The mock listens; Locust and the client are being started."""

    def phase(self, span: Span) -> None:
        """A phase has begun."""

    def tick(self, snapshot: Snapshot) -> None:
        """Half a second has passed."""

    def told(self, line: str) -> None:
        """Something that a person has to know."""

    def ended(self, results: Results, code: int) -> None:
        """All is judged and written; the command will exit with ``code``."""


class LiveProgress:
    """For people: on a terminal a table that moves, else a line now and then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._schedule: Schedule | None = None
        self._notes: tuple[str, ...] = ()
        self._title = ""
        self._line_s = LINE_EVERY_S

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._live.update("", refresh=True)
            self._live.stop()

    def started(self, request: LoadRequest, plan: Plan) -> None:
        """The mock listens; Locust and the client are being started."""
        schedule = self._schedule = plan.schedule()
        self._notes = tuple(phase.note for phase in request.profile.phases)
        calls = len(schedule.arrivals)
        beside = ", beside one that never retries" if request.control else ""
        self._title = (
            f"{request.profile.name}: {calls} calls in {seconds(schedule.end_s)} through "
            f"{request.spec}{beside} (seed {request.seed})"
        )
        if self._console.is_terminal:
            self._live.update(_text(f"starting {request.spec}"), refresh=True)

    def phase(self, span: Span) -> None:
        """A phase has begun."""
        if not span.number:
            # not before: of a client that does not start there is one line alone
            self._say(self._title)
        note = self._notes[span.number] if span.number < len(self._notes) else ""
        self._say(f"{span.start_s:6.1f} s  {span.name}{': ' if note else ''}{note}")
        self._line_s = span.start_s + LINE_EVERY_S

    def tick(self, snapshot: Snapshot) -> None:
        """Half a second has passed."""
        if self._console.is_terminal:
            self._live.update(self._picture(snapshot), refresh=True)
        elif snapshot.at_s >= self._line_s:
            self._line_s = snapshot.at_s + LINE_EVERY_S
            for name, lane in snapshot.lanes.items():
                self._say(f"{snapshot.at_s:6.1f} s  {snapshot.phase}, {_sentence(name, lane)}")

    def told(self, line: str) -> None:
        """Something that a person has to know."""
        self._say(line)

    def ended(self, results: Results, code: int) -> None:
        """The summary on stdout says it."""

    def _picture(self, snapshot: Snapshot) -> RenderableType:
        left = self._left(snapshot)
        table = Table(box=None, pad_edge=False, title_justify="left")
        table.title = _text(f"{snapshot.phase}{f', {ceil(left)} s left' if left else ''}")
        for number, column in enumerate(COLUMNS):
            table.add_column(
                column,
                justify="left" if number in (0, len(COLUMNS) - 1) else "right",
                min_width=max(len(column), len("1.00 ms")),
            )
        for name, lane in snapshot.lanes.items():
            cells = (
                *(f"{lane.offered_per_s:.1f}", f"{lane.attempts_per_s:.1f}"),
                *(f"{lane.goodput_per_s:.1f}", _delay(lane.p95_s), f"{lane.queue}"),
                *(f"{lane.running}", errors_text(lane.errors)),
            )
            table.add_row(_text(name), *map(_text, cells), style="dim" if name != "client" else "")
        return table

    def _left(self, snapshot: Snapshot) -> float | None:
        spans = self._schedule.spans if self._schedule is not None else ()
        return next(
            (span.end_s - snapshot.at_s for span in spans if snapshot.at_s < span.end_s), None
        )

    def _say(self, line: str) -> None:
        self._console.print(_text(line), soft_wrap=not self._console.is_terminal)


class JsonProgress:
    """Tells each event of a run as one JSON object on a line of its own: for programs.

    ``started`` (``profile``, ``client``, ``seed``, ``length_s``, ``calls``), ``phase`` (``name``,
    ``role``, ``at_s``), ``tick`` each half second (``at_s``, ``phase``, ``lanes``), ``told``
    (``line``), ``judged`` for each row (``row``, ``verdict``) and ``ended`` (``exit_code``).
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def started(self, request: LoadRequest, plan: Plan) -> None:
        """The mock listens; Locust and the client are being started."""
        schedule = plan.schedule()
        self._tell(
            event="started",
            profile=request.profile.name,
            client=request.spec,
            seed=request.seed,
            length_s=schedule.end_s,
            calls=len(schedule.arrivals),
        )

    def phase(self, span: Span) -> None:
        """A phase has begun."""
        self._tell(event="phase", name=span.name, role=span.role, at_s=span.start_s)

    def tick(self, snapshot: Snapshot) -> None:
        """Half a second has passed."""
        lanes = {name: asdict(lane) for name, lane in snapshot.lanes.items()}
        self._tell(event="tick", at_s=round(snapshot.at_s, 3), phase=snapshot.phase, lanes=lanes)

    def told(self, line: str) -> None:
        """Something that a person has to know."""
        self._tell(event="told", line=line)

    def ended(self, results: Results, code: int) -> None:
        """All is judged and written."""
        for row in results.rows:
            self._tell(event="judged", row=row.id, verdict=row.verdict.value)
        self._tell(event="ended", exit_code=code)

    def _tell(self, **event: Any) -> None:
        self._stream.write(json.dumps(event) + "\n")
        self._stream.flush()


def errors_text(errors: Mapping[str, int]) -> str:
    """What goes wrong and how often, the most frequent first."""
    ordered = sorted(errors.items(), key=lambda one: (-one[1], one[0]))
    shown = [f"{kind} {count}" for kind, count in ordered[:ERRORS_SHOWN]]
    further = len(ordered) - len(shown)
    return ", ".join([*shown, *([f"{further} more kinds"] if further else [])])


def _sentence(name: str, lane: LaneSnapshot) -> str:
    wrong = errors_text(lane.errors)
    return (
        f"{name}: {lane.offered_per_s:.1f} offered, {lane.attempts_per_s:.1f} requests, "
        f"{lane.goodput_per_s:.1f} answered a second; p95 {_delay(lane.p95_s)}, "
        f"queue {lane.queue}, running {lane.running}{'; ' if wrong else ''}{wrong}"
    )


def _delay(delay_s: float | None) -> str:
    return "none" if delay_s is None else seconds(delay_s)


def _text(text: str) -> Text:
    return Text(" ".join(visible(text).split("\n")))

"""What the traffic side tells: one JSON object a line, appended to the plan's events file.

All moments are seconds since the start of the run (``t0``); only :class:`Started` holds the
machine's monotonic clock. The world reads the file as it grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson


@dataclass(frozen=True, slots=True)
class Started:
    """The clock starts at ``t0_monotonic_s`` (``time.monotonic()`` of the machine ``machine``).

    It is told before that moment. ``workers`` make the calls; ``clients`` says of each lane's
    client what its hello did (None: it has no hello).
    """

    event: ClassVar[str] = "started"
    t0_monotonic_s: float
    machine: str
    workers: int
    clients: dict[str, dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class CallEnded:
    """One call of one lane, over.

    ``outcome`` is ``ok``, an error kind of the client protocol, ``crashed``, ``hung``, or
    ``running`` for one that had not ended when the run did (``ended_s`` is then None). ``sent_s``
    is when the harness asked the client, ``scheduled_s`` when it should have, ``first_s`` and
    ``last_s`` when the first and the last piece of text reached the user. The rest is what the
    client told; None where it told nothing.
    """

    event: ClassVar[str] = "call"
    lane: str
    index: int
    scheduled_s: float
    sent_s: float
    ended_s: float | None
    outcome: str
    first_s: float | None = None
    last_s: float | None = None
    pieces: int = 0
    characters: int = 0
    attempts: int | None = None
    source: str | None = None
    degraded: bool | None = None
    status: int | None = None
    request_id: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    vectors: int | None = None
    failed_vectors: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ClientProcess:
    """The processes of one lane's client at a moment, summed over them and their children."""

    event: ClassVar[str] = "process"
    lane: str
    worker: int
    at_s: float
    rss_bytes: int
    open_files: int
    threads: int
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The counters of one lane's client at the end, summed over its instances in a worker."""

    event: ClassVar[str] = "telemetry"
    lane: str
    worker: int
    counters: dict[str, float]


@dataclass(frozen=True, slots=True)
class WorkerLost:
    """A worker is gone with its share of the schedule."""

    event: ClassVar[str] = "worker_lost"
    worker: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """The traffic could not be made: ``wrong_input`` tells a wrong client from our own failure."""

    event: ClassVar[str] = "failed"
    message: str
    wrong_input: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more will be told. ``cut_short``: somebody ended it before the schedule was over."""

    event: ClassVar[str] = "ended"
    at_s: float
    cut_short: bool


Event = Started | CallEnded | ClientProcess | Telemetry | WorkerLost | Failed | Ended

_KINDS: dict[str, type[Any]] = {
    kind.event: kind
    for kind in (Started, CallEnded, ClientProcess, Telemetry, WorkerLost, Failed, Ended)
}


def to_line(event: Event) -> bytes:
    """One line, with its end."""
    fields = orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)
    return b'{"event":"%s",%s' % (event.event.encode(), fields[1:])


def from_line(line: bytes) -> Event:
    """The event of a line. Raises ValueError for anything that :func:`to_line` did not write."""
    told = orjson.loads(line)
    kind = _KINDS.get(told.pop("event", None))
    if kind is None:
        raise ValueError(f"no event: {line[:80]!r}")
    event: Event = kind(**told)
    return event

"""What was seen, as judgement gets it: plain records, all moments in seconds since the start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadtests.events import CallEnded, ClientProcess
    from mockserver.records import Exchange


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request on the wire, as a lane's server saw it.

    ``server`` is ``primary`` or ``backup``; ``arrived_s`` is its first byte; ``first_text_s`` when
    the first text left (of a stream: its first chunk with text), ``last_out_s`` when the last byte
    did. ``in_flight`` counts those open on that server at its arrival. ``exchange`` is the whole
    record, kept for some only.
    """

    server: str
    seq: int
    arrived_s: float
    first_out_s: float | None
    first_text_s: float | None
    last_out_s: float | None
    ended_s: float | None
    tokens: tuple[str, ...]
    path: str
    key_id: str | None
    status: int | None
    ending: str
    rule: str | None
    faults: tuple[str, ...]
    executed: bool
    items: int
    tokens_in: int
    tokens_out: int
    cost_micro: int
    in_flight: int
    queued_s: float
    connection: int
    request_id: str
    stream: bool
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class ServerSample:
    """One lane's server at a moment. ``workers`` and ``load`` are None without a capacity."""

    at_s: float
    server: str
    in_flight: int
    queued: int
    at_work: int
    workers: int | None
    connections: int
    spent_micro: int


@dataclass(slots=True)
class LaneSeen:
    """Everything about one lane.

    ``ledger_micro`` is what the servers' ledgers say was spent at the end; ``open_connections``
    counts those still open after the drain; ``attempts_lost`` those that the journal dropped.
    ``instances`` is how many clients with limits of their own share the calls: one for each tenant
    in each adapter process of each worker.
    """

    name: str
    spec: str
    calls: list[CallEnded] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    server: list[ServerSample] = field(default_factory=list)
    processes: list[ClientProcess] = field(default_factory=list)
    telemetry: dict[str, float] = field(default_factory=dict)
    manifest: Mapping[str, object] | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    ledger_micro: int = 0
    open_connections: int = 0
    attempts_lost: int = 0
    instances: int = 1


@dataclass(slots=True)
class Seen:
    """Everything about a run. ``control`` is None when it was switched off."""

    client: LaneSeen
    control: LaneSeen | None
    cut_short: bool = False
    cut_at_s: float | None = None
    workers_lost: Sequence[str] = ()
    noise_p99_s: float = 0.0
    phase_starts_s: Sequence[float] = ()
    """When the world really entered each phase."""

    @property
    def lanes(self) -> tuple[LaneSeen, ...]:
        """The lanes that ran."""
        return (self.client,) if self.control is None else (self.client, self.control)

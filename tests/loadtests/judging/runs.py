"""Runs written by hand: a schedule, what users got, and what arrived at the servers.

A :class:`Run` has the real schedule of a small profile (constant arrivals, so that call 0 of ten a
second is due at 0.05 s). Its lanes are filled call by call::

    run = Run(("steady", 5.0), ("fault", 2.0), ("recovery", 5.0), rate=10.0)
    for arrival in run.due("steady", "recovery"):
        run.client.call(arrival)                                    # one attempt, answered
    for arrival in run.due("fault"):
        run.client.call(arrival, "server_error", tries=3)           # three attempts, all 503
    case = run.case()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loadtests.events import CallEnded, ClientProcess
from loadtests.judging.case import Case
from loadtests.plan import CLIENT, CONTROL
from loadtests.profile_file import profile_of
from loadtests.traffic.schedule import Arrival, schedule_of
from loadtests.world.seen import Attempt, LaneSeen, Seen, ServerSample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.judging.case import LaneCase
    from loadtests.profile import Role
    from loadtests.traffic.schedule import Schedule

PATHS = {"chat": "/v1/chat/request", "stream": "/v1/chat/request", "embed": "/v1/vectors/embedding"}

COST_MICRO = 250
"""What each answered attempt costs here."""

FULL_SPEED_S = 0.1
"""How long a call takes, if nothing else is said; its last attempt takes half of it."""


class LaneRun:
    """One lane, filled by hand."""

    def __init__(self, name: str, schedule: Schedule) -> None:
        self.schedule = schedule
        self.seen = LaneSeen(name, "reference", manifest={"claims": [], "limits": {}})

    def call(
        self,
        arrival: Arrival,
        outcome: str = "ok",
        *,
        tries: int = 1,
        took_s: float = FULL_SPEED_S,
        status: int = 503,
        late_s: float = 0.0,
        attempt: dict[str, Any] | None = None,
        **told: Any,
    ) -> CallEnded:
        """A call with its attempts on the wire, evenly spread over ``took_s``.

        All of them get ``status`` but the last of a call that ends ``ok``. ``late_s`` is the lag
        behind the schedule; ``attempt`` and ``told`` change fields of the last attempt and of what
        is told. A call that costs something is told as its answer costs it.
        """
        sent_s = arrival.at_s + late_s
        each_s = took_s / max(tries, 1)
        made: list[Attempt] = []
        for number in range(tries):
            last = number == tries - 1
            changes: dict[str, Any] = {"status": 200 if last and outcome == "ok" else status}
            changes |= (attempt or {}) if last else {}
            made.append(
                self.attempt(arrival, sent_s + number * each_s, took_s=each_s / 2, **changes)
            )
        if outcome == "ok" and made:
            answer = made[-1]
            told = {"request_id": answer.request_id, "cost": answer.cost_micro / 1e6} | told
        return self.told(arrival, outcome, took_s=took_s, late_s=late_s, attempts=tries, **told)

    def told(
        self,
        arrival: Arrival,
        outcome: str = "ok",
        *,
        took_s: float = FULL_SPEED_S,
        late_s: float = 0.0,
        attempts: int | None = None,
        **told: Any,
    ) -> CallEnded:
        """What the traffic side tells of a call, and nothing on the wire."""
        sent_s = arrival.at_s + late_s
        fields: dict[str, Any] = {
            "lane": self.seen.name,
            "index": arrival.index,
            "scheduled_s": arrival.at_s,
            "sent_s": sent_s,
            "ended_s": None if outcome == "running" else sent_s + took_s,
            "outcome": outcome,
            "attempts": attempts,
            "source": "live" if outcome == "ok" else None,
            "degraded": False if outcome == "ok" else None,
        }
        if arrival.kind == "stream" and outcome == "ok":
            fields |= {"first_s": sent_s + took_s / 2, "last_s": sent_s + took_s, "pieces": 5}
        ended = CallEnded(**(fields | told))
        self.seen.calls.append(ended)
        return ended

    def attempt(
        self,
        asked: Arrival | Sequence[Arrival] | None,
        at_s: float,
        *,
        took_s: float = FULL_SPEED_S / 2,
        status: int | None = 200,
        **changes: Any,
    ) -> Attempt:
        """A request on the wire for a call, for several (a batch), or for none that is known."""
        arrivals: list[Arrival] = (
            [] if asked is None else [asked] if isinstance(asked, Arrival) else list(asked)
        )
        kind = arrivals[0].kind if arrivals else "chat"
        seq = len(self.seen.attempts) + 1
        good = status == 200
        fields: dict[str, Any] = {
            "server": "primary",
            "seq": seq,
            "arrived_s": at_s,
            "first_out_s": at_s + took_s,
            "first_text_s": at_s + took_s if good else None,
            "last_out_s": at_s + took_s,
            "ended_s": at_s + took_s,
            "tokens": tuple(dict.fromkeys(arrival.token for arrival in arrivals)),
            "path": PATHS[kind],
            "key_id": None if not arrivals else arrivals[0].tenant,
            "status": status,
            "ending": "complete",
            "rule": None if good else "broken",
            "faults": () if good else ("status",),
            "executed": good,
            "items": 4 * len(arrivals) if kind == "embed" else 0,
            "tokens_in": 20 if good else 0,
            "tokens_out": 5 if good and kind != "embed" else 0,
            "cost_micro": COST_MICRO if good else 0,
            "in_flight": 1,
            "queued_s": 0.0,
            "connection": 1,
            "request_id": f"req-{self.seen.name}-{seq}",
            "stream": kind == "stream",
        }
        made = Attempt(**(fields | changes))
        self.seen.attempts.append(made)
        self.seen.ledger_micro += made.cost_micro
        return made

    def sample(self, at_s: float, **changes: Any) -> ServerSample:
        """One lane's primary at a moment, idle but for ``changes``."""
        fields: dict[str, Any] = {
            "at_s": at_s,
            "server": "primary",
            "in_flight": 0,
            "queued": 0,
            "at_work": 0,
            "workers": None,
            "connections": 0,
            "spent_micro": 0,
        }
        made = ServerSample(**(fields | changes))
        self.seen.server.append(made)
        return made

    def process(
        self, at_s: float, *, rss_mb: float = 50.0, open_files: int = 10, worker: int = 0
    ) -> ClientProcess:
        """The client's processes at a moment."""
        made = ClientProcess(
            lane=self.seen.name,
            worker=worker,
            at_s=at_s,
            rss_bytes=round(rss_mb * 1e6),
            open_files=open_files,
            threads=2,
            cpu_s=at_s / 10,
        )
        self.seen.processes.append(made)
        return made

    def claims(self, *claims: str, **limits: float) -> None:
        """What the client says that it does, and its declared numbers."""
        self.seen.manifest = {
            "name": "made by hand",
            "version": "1",
            "language": "python",
            "claims": sorted(claims),
            "limits": limits,
        }


class Run:
    """One run: a profile of phases (role, seconds[, changes of the phase]), and its lanes."""

    def __init__(
        self,
        *phases: tuple[Role, float] | tuple[Role, float, dict[str, Any]],
        rate: float = 10.0,
        control: bool = False,
        seed: int = 1,
        profile: dict[str, Any] | None = None,
        **traffic: Any,
    ) -> None:
        written = [
            {"name": f"{role}-{number}", "role": role, "length_s": length_s, **dict(*changes)}
            for number, (role, length_s, *changes) in enumerate(phases or (("steady", 5.0),))
        ]
        table = {
            "name": "mine",
            "note": "",
            "traffic": {"arrivals": "constant", "rate_per_s": rate, **traffic},
            "phases": written,
            **(profile or {}),
        }
        self.profile = profile_of(table, "mine.toml")
        self.schedule = schedule_of(self.profile, quick=False, seed=seed)
        self.client = LaneRun(CLIENT, self.schedule)
        self.control = LaneRun(CONTROL, self.schedule)
        self.seen = Seen(self.client.seen, self.control.seen if control else None)

    @property
    def lanes(self) -> tuple[LaneRun, ...]:
        """The lanes that ran."""
        return (self.client,) if self.seen.control is None else (self.client, self.control)

    def due(self, *roles: Role) -> tuple[Arrival, ...]:
        """The calls due in phases of these roles; all of them without a role."""
        numbers = {span.number for span in self.schedule.of_role(*roles)}
        return tuple(one for one in self.schedule.arrivals if not roles or one.phase in numbers)

    def all_well(self) -> Run:
        """Every call of every lane is answered at once by its only attempt."""
        for lane in self.lanes:
            for arrival in self.schedule.arrivals:
                lane.call(arrival)
        return self

    def case(self, *, quick: bool = False) -> Case:
        """The run as judgement looks at it. Fill it before: what is looked up is remembered."""
        return Case(self.profile, self.schedule, self.seen, quick=quick)

    def lane_case(self) -> LaneCase:
        """The client's lane of it."""
        return self.case().client

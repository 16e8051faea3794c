"""What the world hands to those who make the traffic: one JSON document, and where to tell.

The world (the process with the mock) writes it when it is ready; ``PAWA_LOAD_PLAN`` in Locust's
environment names the file. A master hands the document to its workers, which need no file. It holds
the throw-away keys of the run's own mock, so it lives in a private folder and goes with it.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from loadtests.errors import WorldError
from loadtests.profile import Profile
from loadtests.traffic.schedule import Schedule, schedule_of

VARIABLE = "PAWA_LOAD_PLAN"
CLIENT, CONTROL = "client", "control"
"""The lanes: the client under test, and the same schedule with one that never retries."""

RAW = "raw"
"""The spec of Locust's own client: one attempt for each call."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One client instance of a lane: whose it is, and what it is opened with."""

    tenant: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lane:
    """One client that goes through the whole schedule.

    ``spec`` is that of ``--client`` (or ``raw``); ``processes`` adapter processes share its calls
    in each worker.
    """

    name: str
    spec: str
    instances: tuple[Instance, ...]
    processes: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the traffic side needs to know.

    ``events`` is the file that it appends to (:mod:`loadtests.events`); ``patience_s`` is how long
    a call may take before it counts as hung; ``drain_s`` how long calls may go on after the end of
    the schedule.
    """

    profile: Profile
    quick: bool
    seed: int
    lanes: tuple[Lane, ...]
    events: str
    patience_s: float
    drain_s: float

    def schedule(self) -> Schedule:
        """The arrivals, the same in every process."""
        return schedule_of(self.profile, quick=self.quick, seed=self.seed)

    def to_json(self) -> bytes:
        """The document."""
        told = {name: getattr(self, name) for name in ("quick", "seed", "events", "patience_s")}
        told["drain_s"] = self.drain_s
        told["lanes"] = [asdict(lane) for lane in self.lanes]
        told["profile"] = self.profile.model_dump(mode="json", exclude_unset=True)
        return orjson.dumps(told)

    @classmethod
    def from_json(cls, data: bytes | str) -> Plan:
        """The plan in a document."""
        told = orjson.loads(data)
        lanes = tuple(
            Lane(**{**lane, "instances": tuple(Instance(**one) for one in lane["instances"])})
            for lane in told.pop("lanes")
        )
        return cls(profile=Profile.model_validate(told.pop("profile")), lanes=lanes, **told)

    def write(self, path: Path) -> None:
        """Write it whole, for its owner alone."""
        unfinished = path.with_suffix(".part")
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(self.to_json())
        unfinished.replace(path)


def plan_of_environment() -> Plan | None:
    """The plan that ``PAWA_LOAD_PLAN`` names; None without one. Raises WorldError."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    try:
        return Plan.from_json(Path(named).read_bytes())
    except (OSError, ValueError) as error:
        raise WorldError(f"{VARIABLE}={named}: cannot be read ({error})") from None

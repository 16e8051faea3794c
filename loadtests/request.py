"""What a person asked for: one load test, checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from loadtests.profile import Profile, Target


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """One run of one client through one profile.

    ``spec`` is a client of the harness or ``raw``. ``targets`` are those of the person's own file
    (binding), beside those of the profile. ``control`` runs the schedule with a client that never
    retries as well. ``processes`` is the number of Locust's worker processes (1: no master),
    ``adapters`` that of adapter processes of each lane in each of them. ``host`` is where the mock
    listens; ``mock_port`` is the one port that an application (``http://…``) knows, every other
    client is told a free one.
    """

    profile: Profile
    spec: str
    seed: int
    quick: bool = False
    control: bool = True
    targets: Mapping[str, Target] = field(default_factory=dict)
    out_dir: Path | None = None
    processes: int = 1
    adapters: int = 1
    host: str = "127.0.0.1"
    mock_port: int = 8080

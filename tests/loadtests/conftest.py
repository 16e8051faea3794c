"""What all load tests share: one load at a time, and a profile that is over in a moment."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BRIEF = """
name = "brief"
note = "Over in a moment; a third of the answers is a 503 for a while."
client = { max_attempts = 3, backoff_base_s = 0.05, backoff_cap_s = 0.2, timeout_s = 2.0 }
traffic = { rate_per_s = 15, arrivals = "constant" }
drain_s = 3.0

[[phases]]
name = "well"
length_s = 0.7

[[phases]]
name = "ill"
role = "fault"
length_s = 0.7
note = "a third fails"
[[phases.server.rules]]
id = "third"
when = { probability = 0.33 }
fault = { kind = "status", status = 503 }
"""


@pytest.fixture
def load_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nobody else makes a load meanwhile: the tests of all workers wait for each other here."""
    place = tmp_path_factory.getbasetemp().parent / "pawa-load.lock"
    with place.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    """The file of a profile of two seconds."""
    path = tmp_path / "brief.toml"
    path.write_text(BRIEF, "utf-8")
    return path

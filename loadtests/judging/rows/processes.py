"""The client's processes over time, all workers together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.events import ClientProcess

MB = 1e6


@dataclass(frozen=True, slots=True)
class Total:
    """All processes of a lane's client at a moment."""

    at_s: float
    rss_mb: float
    open_files: int


def totals(samples: Sequence[ClientProcess]) -> list[Total]:
    """A total at each sample, from the latest word of every worker; none before all have spoken."""
    workers = {one.worker for one in samples}
    latest: dict[int, ClientProcess] = {}
    found = []
    for one in sorted(samples, key=lambda sample: sample.at_s):
        latest[one.worker] = one
        if latest.keys() == workers:
            rss = sum(each.rss_bytes for each in latest.values())
            files = sum(each.open_files for each in latest.values())
            found.append(Total(one.at_s, rss / MB, files))
    return found

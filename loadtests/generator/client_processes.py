"""What a client's processes hold: memory, open files, threads and work, with their children."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERY_S = 0.5
"""How often it is looked at."""

CHILDREN_EVERY = 10
"""Each how many looks the children are searched anew: that reads every process of the machine."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Summed over a client's processes; ``cpu_s`` is the work of those that still run."""

    rss_bytes: int
    open_files: int
    threads: int
    cpu_s: float


class ClientProcesses:
    """The processes of one lane's client."""

    def __init__(self) -> None:
        self._known: dict[int, psutil.Process] = {}
        self._looks = 0

    def look(self, pids: Iterable[int]) -> Holding | None:
        """What they hold now; None when none of them runs."""
        roots = {pid: process for pid in pids if (process := self._process(pid)) is not None}
        if self._looks % CHILDREN_EVERY == 0 or not roots.keys() <= self._known.keys():
            self._known = roots | _children(roots.values())
        self._looks += 1
        found = [one for process in self._known.values() if (one := _holding(process)) is not None]
        if not found:
            return None
        return Holding(
            rss_bytes=sum(one.rss_bytes for one in found),
            open_files=sum(one.open_files for one in found),
            threads=sum(one.threads for one in found),
            cpu_s=sum(one.cpu_s for one in found),
        )

    def _process(self, pid: int) -> psutil.Process | None:
        known = self._known.get(pid)
        if known is not None:
            return known
        try:
            return psutil.Process(pid)
        except psutil.Error:
            return None


def _children(processes: Iterable[psutil.Process]) -> dict[int, psutil.Process]:
    found: dict[int, psutil.Process] = {}
    for process in processes:
        try:
            found |= {child.pid: child for child in process.children(recursive=True)}
        except psutil.Error:
            continue
    return found


def _holding(process: psutil.Process) -> Holding | None:
    try:
        with process.oneshot():
            times = process.cpu_times()
            return Holding(
                rss_bytes=process.memory_info().rss,
                open_files=process.num_fds(),
                threads=process.num_threads(),
                cpu_s=times.user + times.system,
            )
    except psutil.Error:
        return None

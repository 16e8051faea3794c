"""Whether a process is still there: a worker on this machine, or the one that started this one."""

from __future__ import annotations

import os

import psutil


def is_running(pid: int) -> bool:
    """Whether the process runs; one that is over and not yet waited for does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


class Parent:
    """The process that started or forked this one, as of now."""

    def __init__(self) -> None:
        self._pid = os.getppid()

    @property
    def gone(self) -> bool:
        """Whether it has ended: somebody else has taken over its children."""
        return os.getppid() != self._pid


def kill_children() -> None:
    """End all children of this process and theirs, at once."""
    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.Error:
            continue

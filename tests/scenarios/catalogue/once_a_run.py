"""Work that is done once in a test run, though several workers ask for it.

Each worker of pytest-xdist makes a module's fixtures anew for the tests of it that it gets. What
takes long and keeps a core busy is done by the first that asks; the others wait for it and read it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

FOLDERS = "pawa-tests-"
OLD_S = 3600.0


def once_a_run(work: Callable[[], T], *key: Any) -> T:
    """What `work` gives, made by one worker of the run for all; `key` tells one work from another.

    Whatever it gives has to be fit for :mod:`pickle`. Without workers it is simply done.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return work()
    name = hashlib.sha256(repr(key).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"{FOLDERS}{run}"
    folder.mkdir(exist_ok=True)
    clear_away(folder)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = folder / name
        if not kept.exists():
            kept.write_bytes(pickle.dumps(work()))
        done: T = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this very run
    return done


def clear_away(mine: Path) -> None:
    """Remove what runs of more than an hour ago have left beside `mine`."""
    for folder in mine.parent.glob(f"{FOLDERS}*"):
        with suppress(FileNotFoundError):  # another worker was quicker
            if folder != mine and time.time() - folder.stat().st_mtime > OLD_S:
                shutil.rmtree(folder)

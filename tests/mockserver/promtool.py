"""Prometheus' own checker, where ``make setup`` could install it."""

from __future__ import annotations

import asyncio
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

FOUND = shutil.which("promtool", path=str(Path(sys.executable).parent)) or shutil.which("promtool")
"""Where it is; None where it is not."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What it said of a file or a page."""

    code: int
    said: str


async def promtool(*words: str, given: bytes = b"") -> Verdict:
    """Run it; the test is skipped where it is not installed."""
    if FOUND is None:
        pytest.skip("promtool is not installed (make setup does it for root on Debian)")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        FOUND, *words, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate(given)
    return Verdict(process.returncode or 0, said.decode())

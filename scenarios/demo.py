"""``pawa-scenarios demo``: several clients judged at the same time, each in a process of its own.

Each process is the ordinary ``pawa-scenarios run``; what it tells as JSON Lines moves its bar here.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from reports.document import ReportError, read_results
from reports.terminal import console_for, print_summary
from reports.writing import write_matrix
from scenarios.errors import InputError
from scenarios.judging import SEED_BITS, refuse_unwritable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.progress import TaskID

CLIENTS = ("reference", "pawa-sdk", "pawa-sdk-async")
"""Whom the demo judges."""

ROWS: tuple[str, ...] = ()
"""Options that choose rows; none: all of them."""

FINDINGS = (0, 1)
"""Exit codes of a run that went well, whatever it found."""

APART_S = 2.0
"""Between the starts of two clients: starting is what keeps the cores busiest."""

HARNESS_FAILED = 3
ENDING_S = 5.0


@dataclass(frozen=True, slots=True)
class Finished:
    """One client's run, over: its exit code and what it wrote to stderr."""

    spec: str
    exit_code: int
    complaints: str


def run_demo(out: str, *, seed: int | None = None, clients: Sequence[str] = CLIENTS) -> int:
    """Judge the clients side by side and write ``out/<client>/`` and ``out/index.html``.

    Returns the command's exit code: 0, or 3 when the harness failed for one of them.

    Raises:
        InputError: The folder cannot be written.
    """
    folder = Path(out)
    refuse_unwritable(folder)
    shown = console_for(sys.stderr)
    seed = secrets.randbits(SEED_BITS) if seed is None else seed
    finished = asyncio.run(_judge_all(clients, folder, seed, shown))
    broken = [run for run in finished if run.exit_code not in FINDINGS]
    for run in broken:
        shown.print(f"{run.spec}: the run failed (exit {run.exit_code})", markup=False)
        shown.print(run.complaints.strip(), markup=False, soft_wrap=True)
    try:
        judged = [
            (spec, read_results(folder / spec / "results.json"))
            for spec in clients
            if (folder / spec / "results.json").exists()
        ]
        page = write_matrix(judged, folder)
    except ReportError as error:
        raise InputError(str(error)) from None
    print_summary(judged, console_for(sys.stdout), page)
    spoilt = len(judged) < len(clients) or any(results.harness_failed for _, results in judged)
    return HARNESS_FAILED if broken or spoilt else 0


async def _judge_all(
    clients: Sequence[str], folder: Path, seed: int, console: Console
) -> list[Finished]:
    for spec in clients:
        # What an earlier demo wrote must not pass for this one's.
        with suppress(OSError):
            (folder / spec / "results.json").unlink()
    with Progress(
        TextColumn("{task.description:16}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as bars:
        runs = [
            _judge(spec, folder / spec, seed, bars, console, after_s=number * APART_S)
            for number, spec in enumerate(clients)
        ]
        return list(await asyncio.gather(*runs))


async def _judge(
    spec: str, out: Path, seed: int, bars: Progress, console: Console, *, after_s: float
) -> Finished:
    """One client's run, begun `after_s` from now, its bar moved by what the process tells."""
    task = bars.add_task(spec, total=None)
    await asyncio.sleep(after_s)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "scenarios", "run", "--json"),
        *("--client", spec, "--out", str(out), "--seed", str(seed)),
        *ROWS,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    if process.stdout is None or process.stderr is None:
        raise RuntimeError("a process was started without its pipes")
    complaints = asyncio.create_task(process.stderr.read())
    try:
        async for line in process.stdout:
            _follow(json.loads(line), spec, task, bars, console)
        return Finished(spec, await process.wait(), (await complaints).decode("utf-8", "replace"))
    finally:
        await _end(process)


def _follow(
    event: dict[str, object], spec: str, task: TaskID, bars: Progress, console: Console
) -> None:
    match event:
        case {"event": "started", "rows": int(rows)}:
            bars.update(task, total=rows)
            console.print(f"judging {spec}: {rows} rows", markup=False, highlight=False)
        case {"event": "judged", "row": row, "verdict": str(verdict)}:
            bars.advance(task)
            if not console.is_terminal:
                console.print(f"{spec}: {verdict.replace('_', ' ')} {row}", markup=False)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a run that is still going (Ctrl-C, or an error here): it ends its clients itself."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(ENDING_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()

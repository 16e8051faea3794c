"""The long proofs, behind ``make prove``: stability of the reference client and of the zoo.

Judges the reference client ``--runs`` times, every second one with a busy loop on each core beside
it, then runs the zoo ``--zoo`` times. Prints a table; exits 1 when anything but a pass was seen.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reports.document import read_results
from reports.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.results import Results

BUSY_LOOP = "import time\nend = time.monotonic() + 300\nwhile time.monotonic() < end: pass"
"""Keeps a core busy, five minutes at most should nobody end it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One run of the reference client."""

    number: int
    busy: bool
    duration_s: float
    results: Results

    @property
    def other_than_pass(self) -> list[str]:
        """The rows that did not pass, with their verdict and reason."""
        return [
            f"{row.id} {row.verdict.value}: {row.reason}"
            for row in self.results.rows
            if row.verdict is not Verdict.PASS
        ]

    @property
    def broken(self) -> bool:
        """Whether a row failed or could not be judged; an advisory is no failure."""
        good = {Verdict.PASS, Verdict.ADVISORY}
        return any(row.verdict not in good for row in self.results.rows)


@contextmanager
def busy_cores() -> Iterator[None]:
    """A busy loop on each core, for as long as the block runs."""
    loops = [
        subprocess.Popen([sys.executable, "-c", BUSY_LOOP])  # noqa: S603 - our own words
        for _ in range(os.cpu_count() or 1)
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def judge(number: int, spec: str, *, busy: bool) -> Proof:
    """Judge a client once, in a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "scenarios", "run", "--json", "--client", spec]
        started_s = time.monotonic()
        with busy_cores() if busy else _nothing():
            subprocess.run([*command, "--out", out], stdout=subprocess.DEVNULL, check=False)  # noqa: S603
        duration_s = time.monotonic() - started_s
        return Proof(number, busy, duration_s, read_results(Path(out) / "results.json"))


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def tell(proof: Proof) -> None:
    """One line for a run, and one for each row that did not pass."""
    counts = proof.results.counts
    noise = proof.results.run.noise.get("during", {})
    late = noise.get("p99_s") if isinstance(noise, dict) else None
    print(  # noqa: T201 - a script
        f"run {proof.number:2}  {'busy' if proof.busy else 'idle'}  {proof.duration_s:5.1f} s  "
        f"pass {counts[Verdict.PASS]}  advisory {counts[Verdict.ADVISORY]}  "
        f"fail {counts[Verdict.FAIL]}  harness fault {counts[Verdict.HARNESS_FAULT]}  "
        f"not testable {counts[Verdict.NOT_TESTABLE]}  noise p99 {late} s",
        flush=True,
    )
    for line in proof.other_than_pass:
        print(f"        {line}", flush=True)  # noqa: T201


def main() -> int:
    """Run the proofs; 1 when one of them did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--client", default="reference", help="whom to judge")
    parser.add_argument("--runs", type=int, default=20, help="runs of the client")
    parser.add_argument("--zoo", type=int, default=5, help="runs of the zoo (0: none)")
    asked = parser.parse_args()
    proofs = []
    for number in range(1, asked.runs + 1):
        proofs.append(judge(number, asked.client, busy=number % 2 == 0))
        tell(proofs[-1])
    if proofs:
        median = statistics.median(proof.duration_s for proof in proofs)
        print(f"{len(proofs)} runs, median {median:.1f} s")  # noqa: T201
    zoo = 0
    if asked.zoo:
        command = [sys.executable, "-m", "scenarios", "zoo", "--repeat", str(asked.zoo)]
        zoo = subprocess.run(command, check=False).returncode  # noqa: S603 - our own words
    return 1 if zoo or any(proof.broken for proof in proofs) else 0


if __name__ == "__main__":
    sys.exit(main())

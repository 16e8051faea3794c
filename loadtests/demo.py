"""``pawa-load demo``: one outage, two clients: the reference, and one that retries without bound.

One after the other, since loads that share a machine would judge each other.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from loadtests.asking import read_request
from loadtests.running import run_to_the_end
from reports.results import Verdict
from reports.terminal import console_for, print_summary
from scenarios.catches import all_defects

if TYPE_CHECKING:
    from reports.results import Results

PROFILE = "outage"
CARELESS = "M19"
"""The defect of the zoo that has no retry budget, no breaker and no deadline."""

HARNESS_FAILED = 3


def clients() -> dict[str, str]:
    """Whom the demo puts under load: the name of each folder, and the client."""
    return {"reference": "reference", "without-budget": all_defects()[CARELESS].spec}


def run_demo(out: str, *, seed: int | None = None) -> int:
    """Run the outage for each client and write ``out/<client>/``.

    Returns 0, or 3 when the harness failed for one of them: a demo shows findings.

    Raises:
        InputError: The folder cannot be written.
        WorldError: The harness failed.
    """
    folder = Path(out)
    request = read_request(profile=PROFILE, spec="reference", quick=True, seed=seed, out=out)
    judged: list[tuple[str, Results]] = []
    for name, spec in clients().items():
        asked = replace(request, spec=spec, out_dir=folder / name)
        judged.append((name, run_to_the_end(asked)))
    print_summary(judged, console_for(sys.stdout), folder / "reference" / "index.html")
    spoilt = any(_spoilt(results) for _, results in judged)
    return HARNESS_FAILED if spoilt else 0


def _spoilt(results: Results) -> bool:
    return not results.run.complete or results.counts[Verdict.HARNESS_FAULT] > 0

"""The highest rates that a load test can offer on this machine: ``python -m scripts.load_rates``.

For each client and kind of call the rate climbs by a third until the generator lags, or the
client or the mock can no longer answer everything in time. Prints a Markdown table; a part of
``make prove``.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadtests.hunt import run_quietly
from loadtests.profile_file import profile_of
from loadtests.request import LoadRequest
from reports.results import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadtests.profile import Profile
    from reports.results import Results

FIRST_PER_S = {"raw": 1000, "reference": 600, "pawa-sdk": 250, "pawa-sdk-async": 150}
KINDS = {"chat": 1.0, "stream": 0.5}
"""The first rate of a kind, as a share of the client's."""

STEP = 4 / 3
LENGTH_S = 6.0
ANSWERED = 0.99
LATE_S = 0.25
"""A rate is held when this share of its calls is answered, and 95 % of them within so long: a
client that falls behind answers everything as well, but later and later."""


@dataclass(frozen=True, slots=True)
class Held:
    """The highest rate that was held, and why the next one was not."""

    client: str
    kind: str
    per_s: int | None
    why: str


def profile(kind: str, per_s: int) -> Profile:
    """One phase at a constant rate, with a client that is allowed everything."""
    return profile_of(
        {
            "name": "rates",
            "note": "One constant rate.",
            "client": {"timeout_s": 10.0, "max_attempts": 1, "max_concurrency": 100_000},
            "traffic": {"arrivals": "constant", "rate_per_s": float(per_s), "mix": {kind: 1.0}},
            "phases": [{"name": "constant", "length_s": LENGTH_S}],
        },
        "rates",
    )


def highest(client: str, kind: str, processes: int) -> Held:
    """Climb until a rate is not held."""
    held: int | None = None
    per_s = round(FIRST_PER_S[client] * KINDS[kind])
    while True:
        made = profile(kind, per_s)
        request = LoadRequest(made, client, seed=1, control=False, processes=processes)
        why = not_held(run_quietly(request))
        sys.stderr.write(f"{client} {kind} {per_s}/s: {why or 'held'}\n")
        if why:
            return Held(client, kind, held, why)
        held, per_s = per_s, round(per_s * STEP)


def not_held(results: Results) -> str:
    """Why a rate was not held; empty when it was."""
    spoilt = [row.reason for row in results.rows if row.verdict is Verdict.HARNESS_FAULT]
    if spoilt:
        return spoilt[0]
    answered, delay = _figure(results, "success_share"), _figure(results, "delay_p95_s")
    if answered < ANSWERED:
        return f"{answered:.1%} of the calls were answered"
    return f"answers took {delay:.2g} s at p95" if delay > LATE_S else ""


def _figure(results: Results, name: str) -> float:
    figure = results.load.figure(name) if results.load else None
    return math.nan if figure is None or figure.value is None else figure.value


def table(every: list[Held]) -> Iterator[str]:
    """The rows of a Markdown table."""
    yield "| client | calls | highest rate held | the next was not held because |"
    yield "|---|---|---|---|"
    for one in every:
        yield f"| {one.client} | {one.kind} | {one.per_s or 'none'}/s | {one.why} |"


def main() -> int:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", default=",".join(FIRST_PER_S))
    parser.add_argument("--processes", type=int, default=1)
    asked = parser.parse_args()
    every = [
        highest(client, kind, asked.processes)
        for client in asked.clients.split(",")
        for kind in KINDS
    ]
    sys.stdout.write("\n".join(table(every)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

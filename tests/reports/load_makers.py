"""Makers of a load test's results: an outage of ten seconds, drawn from a seed."""

from __future__ import annotations

import random
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from reports.load import Figure, Load, Series, Span
from reports.results import Results, Verdict
from tests.reports.makers import make_check, make_client, make_results, make_row, make_run

if TYPE_CHECKING:
    from collections.abc import Callable

STEP_S = 0.5
SPANS = (
    Span("warm", "warm", 0, 5),
    Span("before", "steady", 5, 15),
    Span("gone", "fault", 15, 25, "every answer is 503"),
    Span("back", "recovery", 25, 60),
)
TIMES_S = tuple(index * STEP_S for index in range(120))
RATE = 40.0

Values = list[float | None]


def make_load(seed: int = 7, **changes: Any) -> Load:
    """An outage: the client under test tries again and comes back late, the control does not."""
    fields: dict[str, Any] = {
        "profile": "outage",
        "note": "The service is gone for ten seconds, then back.",
        "quick": False,
        "step_s": STEP_S,
        "times_s": TIMES_S,
        "spans": SPANS,
        "series": [*_client_series(random.Random(seed)), *_control_series(random.Random(seed + 1))],
        "figures": make_figures(),
        "counts": {
            "scheduled": 2400,
            "finished": 2391,
            "running": 9,
            "attempts": 3910,
            "control.scheduled": 2400,
            "control.finished": 2400,
            "control.attempts": 2400,
        },
        "files": {"Locust's report": "locust.html", "requests": "locust_stats.csv"},
    }
    return Load(**fields | changes)


def make_figure(name: str = "success_share", **changes: Any) -> Figure:
    """A figure of the client, with these changes."""
    fields: dict[str, Any] = {
        "label": "Success share",
        "lane": "client",
        "value": 0.871,
        "unit": "share",
        "better": "higher",
        "low": 0.852,
        "high": 0.889,
        "n": 2400,
        "detail": "",
    }
    return Figure(name, **fields | changes)


def make_figures() -> list[Figure]:
    """Figures of both lanes: shares, rates, times, memory, money, and one of nothing."""
    return [
        make_figure(),
        make_figure(lane="control", value=0.829, low=0.808, high=0.849),
        Figure("amplification", "Amplification", "client", 1.63, "requests/call", "lower"),
        Figure("amplification", "Amplification", "control", 1.0, "requests/call", "lower"),
        Figure("time_to_recover_s", "Time to recover", "client", 18.5, "s", "lower"),
        Figure("time_to_recover_s", "Time to recover", "control", 0.5, "s", "lower"),
        Figure("delay_p95_s", "Delay p95", "client", 6.2, "s", "lower", 5.6, 6.9, 2091),
        Figure("delay_p95_s", "Delay p95", "control", 0.21, "s", "lower", 0.19, 0.24, 1990),
        Figure("cache_hit_share", "Cache hit share", "client", None, "share", "higher"),
        Figure("rss_peak_mb", "Memory at its peak", "client", 91.3, "MB", "lower"),
        Figure("spend_units", "Spend", "client", 41_730, "units", "lower", n=2091),
        Figure("spend_units", "Spend", "control", 31_020, "units", "lower", n=1990),
    ]


def make_load_results(seed: int = 7, **changes: Any) -> Results:
    """A whole run of the outage: one row broken, one advisory, targets met and missed."""
    rows = (
        make_row(
            id="LOAD-004",
            group="LOAD",
            verdict=Verdict.FAIL,
            reason="Goodput was back after 18.5 s; the client that never retries took 0.5 s.",
            right="When the fault is over, goodput comes back within 5 s.",
            checks=[
                make_check(name="time to recover", measured=18.5, target=5.0, unit="s"),
                make_check(name="the control suffered", measured=0.83, target=0.9, unit=""),
            ],
            scenario="loadtests.judging.rows.recovery",
        ),
        make_row(
            id="LOAD-001",
            group="LOAD",
            verdict=Verdict.ADVISORY,
            severity="should",
            reason="The first second after the outage saw 2.1 times the offered calls.",
            right="Calls do not come back all at once.",
        ),
        make_row(id="RUN-001", group="RUN", right="Counts close.", calls=[]),
        make_row(
            id="TARGET-success_share",
            group="TARGET",
            verdict=Verdict.FAIL,
            severity="should",
            reason="87.1 % of calls were answered well, 95 % were to be.",
            right="At least 95 % of calls are answered well.",
            calls=[],
            checks=[make_check(name="success_share", measured=0.871, target=0.95, unit="share")],
        ),
    )
    base = make_results(*rows, run=make_run(duration_s=72.4), client=make_client())
    return Results(base.run, base.client, base.rows, make_load(seed, **changes))


def _series(lane: str, lines: dict[str, tuple[str, str, Values]]) -> list[Series]:
    return [Series(name, label, unit, lane, vals) for name, (label, unit, vals) in lines.items()]


def _phase(at_s: float) -> str:
    return next(span.name for span in SPANS if span.start_s <= at_s < span.end_s)


def _shape(draw: random.Random, level: Callable[[float], float | None], noise: float) -> Values:
    values: Values = []
    for at_s in TIMES_S:
        value = level(at_s)
        values.append(None if value is None else max(0.0, value * draw.gauss(1, noise)))
    return values


def _backlog(at_s: float) -> float:
    """From 0 to 1 and back: how much of the outage the client still has to work off."""
    if _phase(at_s) == "gone":
        return (at_s - 15) / 10
    return max(0.0, 1 - (at_s - 25) / 18.5) if at_s >= 25 else 0.0


def _client_series(draw: random.Random) -> list[Series]:
    def gone(at_s: float) -> bool:
        return _phase(at_s) == "gone"

    goodput = _shape(
        draw, lambda at: 0 if gone(at) else RATE * (1 - 0.8 * _backlog(at) * (at >= 25)), 0.1
    )
    spent = accumulate(20 * STEP_S * (value or 0) for value in goodput)
    return _series(
        "client",
        {
            "offered": ("Calls due", "calls/s", _shape(draw, lambda at: RATE, 0.12)),
            "attempts": (
                "Requests on the wire",
                "requests/s",
                _shape(draw, lambda at: RATE * (1 + 2.2 * _backlog(at)), 0.1),
            ),
            "goodput": ("Calls answered", "calls/s", goodput),
            "error.unavailable": (
                "Ended as unavailable",
                "calls/s",
                _shape(draw, lambda at: 30 * _backlog(at) if at < 30 else 0, 0.2),
            ),
            "error.timeout": (
                "Ended as timeout",
                "calls/s",
                _shape(draw, lambda at: 9 * _backlog(at) if at > 20 else 0, 0.3),
            ),
            "error.rate_limited": (
                "Ended as rate_limited",
                "calls/s",
                _shape(draw, lambda at: 6 * _backlog(at) if at > 25 else 0, 0.3),
            ),
            "delay.p50": ("Delay p50", "s", _delays(draw, 0.08)),
            "delay.p95": ("Delay p95", "s", _delays(draw, 0.2)),
            "delay.p99": ("Delay p99", "s", _delays(draw, 0.31)),
            "first_token.p95": ("Time to first token p95", "s", _delays(draw, 0.06)),
            "in_flight": (
                "Requests in flight",
                "requests",
                _shape(draw, lambda at: 6 + 90 * _backlog(at), 0.1),
            ),
            "queue": (
                "Requests in the queue",
                "requests",
                _shape(draw, lambda at: 60 * _backlog(at) * (at > 25), 0.1),
            ),
            "at_work": (
                "Workers at work",
                "workers",
                _shape(draw, lambda at: 0 if gone(at) else 8, 0.05),
            ),
            "spend": ("Spent so far", "units", list(spent)),
            "client.rss": (
                "Memory of the client",
                "MB",
                _shape(draw, lambda at: 70 + 20 * _backlog(at), 0.003),
            ),
            "client.open_files": (
                "Open files of the client",
                "files",
                _shape(draw, lambda at: round(30 + 90 * _backlog(at)), 0),
            ),
        },
    )


def _delays(draw: random.Random, usual_s: float) -> Values:
    """Delays, none while nothing is answered."""
    return _shape(
        draw,
        lambda at: None if 17 <= at < 25 else usual_s * (1 + 40 * _backlog(at)),
        0.15,
    )


def _control_series(draw: random.Random) -> list[Series]:
    goodput = _shape(draw, lambda at: 0 if _phase(at) == "gone" else RATE, 0.1)
    spent = accumulate(20 * STEP_S * (value or 0) for value in goodput)
    return _series(
        "control",
        {
            "attempts": ("Requests on the wire", "requests/s", _shape(draw, lambda at: RATE, 0.12)),
            "goodput": ("Calls answered", "calls/s", goodput),
            "error.unavailable": (
                "Ended as unavailable",
                "calls/s",
                _shape(draw, lambda at: RATE if _phase(at) == "gone" else 0, 0.12),
            ),
            "delay.p95": (
                "Delay p95",
                "s",
                _shape(draw, lambda at: None if _phase(at) == "gone" else 0.2, 0.15),
            ),
            "in_flight": ("Requests in flight", "requests", _shape(draw, lambda at: 6, 0.2)),
            "spend": ("Spent so far", "units", list(spent)),
        },
    )

"""A run as the document that reports are made of: its rows, figures, lines and counts.

Nothing secret is in what was seen; whoever writes the document masks it all the same.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from loadtests.errors import InputError
from loadtests.judging import bookkeeping, first_token, pace
from loadtests.judging.case import Case
from loadtests.judging.counts import counts_of, named
from loadtests.judging.figures import figures_of
from loadtests.judging.row import Promise
from loadtests.judging.rows import ROWS
from loadtests.judging.series import buckets_of, series_of
from loadtests.judging.targets import judge_targets
from reports.load import Load, Span
from reports.results import Client, Results, Row, Run, Verdict
from scenarios.catalogue.rows import load_rows
from scenarios.results import machine, own_version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from loadtests.judging.row import RowJudged
    from loadtests.request import LoadRequest
    from loadtests.traffic.schedule import Schedule
    from loadtests.world.seen import Seen


def judge(
    request: LoadRequest,
    schedule: Schedule,
    seen: Seen,
    *,
    started_at: datetime,
    duration_s: float,
) -> Results:
    """The results of a run that has ended, or was cut short (``run.complete`` is then False).

    ``duration_s`` is how long it took in all. Raises InputError for a row that nobody judges.
    """
    case = Case(request.profile, schedule, seen, quick=request.quick)
    return Results(
        run=Run(
            id=_run_id(request, started_at),
            started_at=started_at.isoformat(timespec="seconds"),
            duration_s=round(duration_s, 3),
            seed=request.seed,
            version=own_version(),
            targets=_targets(request),
            machine=machine(),
            noise={"p99_s": round(seen.noise_p99_s, 6), "limit_p99_s": pace.LIMIT_MS / 1000},
            complete=not seen.cut_short,
        ),
        client=_client(request, seen),
        rows=rows_of(case, request),
        load=load_of(case),
    )


def rows_of(case: Case, request: LoadRequest) -> tuple[Row, ...]:
    """Every row: the profile's own, the targets, and those about the run itself.

    When something spoilt the run each is a fault of the harness, whatever it seems to show.
    """
    why = pace.spoilt(case, pace.pace_of(case))
    judged = [*_catalogued(case), *judge_targets(case, request.targets), *_about_the_run(case)]
    if why is not None:
        judged = [(promise, _spoilt(found, why)) for promise, found in judged]
    return tuple(_row(promise, found, case, request) for promise, found in judged)


def load_of(case: Case) -> Load:
    """What only a load test has. The files beside it are named by whoever writes them."""
    buckets = buckets_of(case, quick=case.quick)
    counts: dict[str, int] = {}
    for name, lane in case.lanes.items():
        prefix = "" if lane is case.client else f"{name}."
        found = named(counts_of(case, lane))
        counts |= {f"{prefix}{key}": count for key, count in found.items()}
    notes = {phase.name: phase.note for phase in case.profile.phases}
    return Load(
        profile=case.profile.name,
        note=case.profile.note,
        quick=case.quick,
        step_s=buckets.step_s,
        times_s=buckets.times_s,
        spans=[
            Span(one.name, one.role, one.start_s, one.end_s, notes.get(one.name, ""))
            for one in case.schedule.spans
        ],
        series=series_of(case, buckets),
        figures=figures_of(case),
        counts=counts,
    )


def _catalogued(case: Case) -> Iterator[tuple[Promise, RowJudged]]:
    for row_id in dict.fromkeys(case.profile.rows):
        if row_id not in ROWS:
            raise InputError(
                f"profile {case.profile.name}: rows: no row {row_id!r} is judged under load; they "
                f"are {', '.join(ROWS)}"
            )
        row = load_rows()[row_id]
        promise = Promise(row.id, row.right, row.severity, row.group, row.tier)
        yield promise, ROWS[row_id].judge(case)


def _about_the_run(case: Case) -> Iterator[tuple[Promise, RowJudged]]:
    yield bookkeeping.PROMISE, bookkeeping.judge(case)
    yield pace.PROMISE, pace.judge(case)
    if first_token.has_streams(case):
        yield first_token.PROMISE, first_token.judge(case)


def _spoilt(found: RowJudged, why: str) -> RowJudged:
    if found.verdict in (Verdict.NOT_CLAIMED, Verdict.HARNESS_FAULT):
        return found
    reason = f"The harness failed, not the client: {why}."
    return replace(found, verdict=Verdict.HARNESS_FAULT, reason=reason)


def _row(promise: Promise, found: RowJudged, case: Case, request: LoadRequest) -> Row:
    return Row(
        id=promise.id,
        verdict=found.verdict,
        reason=found.reason,
        severity=promise.severity,
        tier=promise.tier,
        group=promise.group,
        right=promise.right,
        checks=found.checks,
        calls=found.calls,
        duration_s=round(case.schedule.end_s, 3),
        scenario=f"load profile {case.profile.name}",
        seed=request.seed,
    )


def _client(request: LoadRequest, seen: Seen) -> Client:
    told: Any = seen.client.manifest or {}
    return Client(
        spec=request.spec,
        name=told.get("name") or "",
        version=told.get("version") or "",
        language=told.get("language") or "",
        claims=tuple(told.get("claims") or ()),
        limits=told.get("limits") or {},
    )


def _targets(request: LoadRequest) -> dict[str, Any]:
    """The bounds in force, a person's own over the profile's."""
    every = {**request.profile.targets, **request.targets}
    return {
        name: {
            word: bound
            for word, bound in (("at_least", target.at_least), ("at_most", target.at_most))
            if bound is not None
        }
        for name, target in every.items()
    }


def _run_id(request: LoadRequest, started_at: datetime) -> str:
    words = (request.profile.name, request.spec, str(request.seed), started_at.isoformat())
    return blake2b("\n".join(words).encode(), digest_size=6).hexdigest()

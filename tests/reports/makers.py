"""Makers of results for the tests: each gives a whole, plausible record, changed as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.results import (
    Attempt,
    Call,
    Check,
    Client,
    Event,
    Results,
    Row,
    Run,
    Verdict,
)

if TYPE_CHECKING:
    from reports.load import Load


def make_check(**changes: Any) -> Check:
    """A check that was met, with these changes."""
    fields: dict[str, Any] = {
        "name": "attempts on the wire",
        "measured": 3,
        "target": 3,
        "unit": "",
        "verdict": Verdict.PASS,
    }
    return Check(**fields | changes)


def make_attempt(number: int = 1, **changes: Any) -> Attempt:
    """The nth attempt of a call: one every 0.5 s, each answered 503 within 30 ms."""
    start = (number - 1) * 0.5
    fields: dict[str, Any] = {
        "number": number,
        "start_s": start,
        "first_byte_out_s": start + 0.01,
        "end_s": start + 0.03,
        "status": 503,
        "gap_s": None if number == 1 else 0.47,
        "ending": "complete",
        "connection": 7,
        "rule": "rule-1",
        "faults": ["status"],
        "request_id": f"req_{number:04}",
        "target": "primary",
        "request_excerpt": "POST /v1/chat/request HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n{}",
        "response_excerpt": 'HTTP/1.1 503 Service Unavailable\r\n\r\n{"success": false}',
        "chunks": [],
    }
    return Attempt(**fields | changes)


def make_call(tries: int = 3, **changes: Any) -> Call:
    """A call whose last attempt is answered well."""
    made = [make_attempt(number) for number in range(1, tries)]
    made.append(make_attempt(tries, status=200, rule=None, faults=[], chunks=[1.011, 1.02]))
    fields: dict[str, Any] = {
        "token": "call-0123456789ab",
        "label": "",
        "start_s": 0.0,
        "end_s": 1.05,
        "outcome": "ok",
        "attempts": made,
        "events": [Event(0.0, "started"), Event(1.02, "delta"), Event(1.05, "ok", "text")],
    }
    return Call(**fields | changes)


def make_row(**changes: Any) -> Row:
    """A row that passed, with these changes; the group follows from the id."""
    row_id = changes.get("id", "RETRY-001")
    fields: dict[str, Any] = {
        "id": row_id,
        "verdict": Verdict.PASS,
        "reason": "",
        "severity": "must*",
        "tier": 1,
        "group": row_id.split("-")[0],
        "right": "A call that meets 503 is tried again.",
        "checks": [make_check()],
        "calls": [make_call()],
        "log": "",
        "duration_s": 1.2,
        "scenario": "retry.transient_server_errors_are_retried",
        "seed": 7,
    }
    return Row(**fields | changes)


def make_run(**changes: Any) -> Run:
    """A complete run, with these changes."""
    fields: dict[str, Any] = {
        "id": "20260801-120000-reference-7",
        "started_at": "2026-08-01T12:00:00+00:00",
        "duration_s": 41.5,
        "seed": 7,
        "version": "0.1.0",
        "targets": {"retry": {"max_attempts": 3}},
        "machine": {"cpus": 2, "python": "3.11.2"},
        "noise": {"before": {"p99_ms": 1.2}},
    }
    return Run(**fields | changes)


def make_client(**changes: Any) -> Client:
    """The reference client, with these changes."""
    fields: dict[str, Any] = {
        "spec": "reference",
        "name": "reference",
        "version": "0.1.0",
        "language": "python",
        "claims": ["retry", "streaming"],
        "limits": {"max_attempts": 3},
    }
    return Client(**fields | changes)


def make_results(
    *rows: Row, run: Run | None = None, client: Client | None = None, load: Load | None = None
) -> Results:
    """The results of one run with these rows; with ``load`` of a load test."""
    return Results(run or make_run(), client or make_client(), rows, load)


def one_of_each() -> Results:
    """A run with one row of every verdict and of every severity that can fail."""
    return make_results(
        *(
            make_row(id=f"RETRY-{index:03}", verdict=verdict, reason=f"reason of {verdict.value}")
            for index, verdict in enumerate(Verdict, start=1)
        ),
        *(
            make_row(id=f"SSE-{index:03}", verdict=Verdict.FAIL, severity=severity)
            for index, severity in enumerate(("must", "should", "may"), start=1)
        ),
    )

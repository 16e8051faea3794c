"""LOAD-005: whether a common hint brings all who were told it back together."""

from __future__ import annotations

from typing import Any

import pytest

from reports.results import Verdict
from tests.loadtests.judging.exchanges import exchange
from tests.loadtests.judging.rows.told import advised, judge, missed, proves_nothing
from tests.loadtests.judging.runs import Run

HINT_S = 2.0


def crowd(
    spread_s: float,
    *,
    callers: int = 60,
    after_s: float = HINT_S,
    hint: str | None = "2",
    retry: bool = True,
) -> Run:
    """All ask at 1 s and are told to wait; they come back evenly over ``spread_s``."""
    phase: dict[str, Any] = {"traffic": {"crowd": callers, "rate_per_s": 0}}
    run = Run(("steady", 1.0), ("fault", 6.0, phase))
    run.client.claims("retry", "retry_after")
    head = "" if hint is None else f"Retry-After: {hint}\r\n"
    told = exchange(f"HTTP/1.1 429 Too Many Requests\r\n{head}\r\n{{}}".encode())
    for arrival in run.due("steady"):
        run.client.call(arrival)
    for number, arrival in enumerate(run.due("fault")):
        run.client.attempt(arrival, 1.0, took_s=0.1, status=429, exchange=told)
        pause_s = after_s + spread_s * number / max(1, callers - 1)
        if retry:
            run.client.attempt(arrival, 1.1 + pause_s)
        run.client.told(arrival, "ok" if retry else "rate_limited", took_s=pause_s)
    return run


def test_callers_that_spread_out_pass() -> None:
    """Evenly over a second: a fifth in any window of a tenth of the hint."""
    judged = judge(crowd(1.0), "LOAD-005")

    assert judged.verdict is Verdict.PASS
    assert judged.checks[0].measured == pytest.approx(0.2, abs=0.02)
    assert judged.checks[0].name == "largest share within a window of 0.2 s"


def test_all_at_once_fail() -> None:
    """Everyone takes the hint for an appointment."""
    judged = judge(crowd(0.05), "LOAD-005")

    assert missed(judged) == {"largest share within a window of 0.2 s"}
    assert len(judged.calls) == 8
    assert "Retry-After: 2" in judged.calls[0].attempts[0].response_excerpt


def test_narrow_jitter_is_an_advisory() -> None:
    """Over 0.27 s: three quarters in one window."""
    judged = judge(crowd(0.27), "LOAD-005")

    assert judged.verdict is Verdict.ADVISORY
    assert advised(judged) == {"share that pulls a herd apart, within a window of 0.2 s"}


def test_before_the_hint_nobody_may_come() -> None:
    """Spread out over a second, of which the first half lies before the hint."""
    judged = judge(crowd(1.0, after_s=1.5), "LOAD-005")

    assert missed(judged) == {"shortest wait after the hint"}


def test_a_few_retries_prove_nothing() -> None:
    """As of a client whose retry budget is small."""
    assert proves_nothing(judge(crowd(1.0, callers=10), "LOAD-005"), "Only 10 calls")
    assert proves_nothing(judge(crowd(1.0, retry=False), "LOAD-005"), "Only 0 calls")


@pytest.mark.parametrize("hint", [None, "soon"])
def test_without_a_hint_nothing_is_proved(hint: str | None) -> None:
    """None was seen on the wire, or none of whole seconds."""
    assert proves_nothing(judge(crowd(1.0, hint=hint), "LOAD-005"), "Retry-After")


def test_fewer_than_fifty_callers_are_judged_with_a_word() -> None:
    """The numbers are those of fifty."""
    assert "numbers are those of 50" in judge(crowd(0.05, callers=30), "LOAD-005").reason


def test_who_reads_no_hints_is_not_judged() -> None:
    """Nothing was promised."""
    run = crowd(0.05)
    run.client.claims("retry")

    assert judge(run, "LOAD-005").verdict is Verdict.NOT_CLAIMED

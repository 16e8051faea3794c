"""Checks on how a call ended, and that no client that does nothing passes a row of these groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reports.results import Verdict
from scenarios.call import make_call
from scenarios.catalogue.outcomes import (
    all_answered,
    all_typed,
    answered,
    counted,
    spared,
    told,
    typed_error,
)
from scenarios.evidence import Attempt, group_attempts
from scenarios.registry import discover
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed
from tests.scenarios.catalogue.miniature import Canned, NeverCalls, Null, Refuses
from tests.scenarios.makers import make_exchange, make_failure, make_outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUPS = ("RETRY", "BACK", "RATE", "TIME", "CONN", "ERR")
ROWS = tuple(row.id for row in discover().rows() if row.id.partition("-")[0] in GROUPS)
CALL = make_call("call-0123456789ab", label="a call")


class Seen:
    """Stands for a lab that has seen so many attempts of every call."""

    def __init__(self, attempts: int) -> None:
        exchanges = [make_exchange(n, at_ms=n * 100) for n in range(1, attempts + 1)]
        self._attempts = group_attempts(exchanges).get(CALL.token, ())

    def attempts(self, _: Any) -> tuple[Attempt, ...]:
        return self._attempts


def given(checks: Sequence[Any]) -> list[Verdict]:
    return [check.verdict for check in checks]


def test_a_call_is_answered_by_the_answer_to_its_last_attempt() -> None:
    """The number of attempts is right, and the text holds the canary of the last one."""
    right = make_outcome(text="answer-000000000002 Habari")

    assert given(answered(Seen(2), "x", CALL, right, attempts=2, advice="")) == [  # type: ignore[arg-type]
        Verdict.PASS,
        Verdict.PASS,
    ]


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [
        (make_outcome(text="answer-000000000001 Habari"), "ok, with another text"),
        (make_failure("timeout"), "timeout"),
        (make_outcome(ending="hung", answer=None), "hung"),
    ],
)
def test_another_answer_or_none_fails(outcome: Any, shown: str) -> None:
    """An older answer, a made-up one, an error and a hang are told apart for the reader."""
    made, handed_out = answered(Seen(2), "x", CALL, outcome, attempts=2, advice="Do better")  # type: ignore[arg-type]

    assert made.verdict is Verdict.PASS
    assert handed_out.verdict is Verdict.FAIL
    assert handed_out.measured == shown


def test_several_calls_are_told_of_in_two_checks() -> None:
    """Attempts as a list, and the calls that lack their answer by name."""
    good, bad = make_outcome(text="answer-000000000001 x"), make_failure("auth")

    made, lacking = all_answered(
        Seen(1),  # type: ignore[arg-type]
        "503",
        [CALL, CALL],
        [good, bad],
        attempts=1,
        advice="",
    )

    assert made.measured == [1, 1]
    assert lacking.measured == ["a call: auth"]


def test_a_call_that_was_spared_has_to_arrive_once() -> None:
    """The control of a row fails for a client that answers by itself."""
    assert Verdict.FAIL in given(spared(Seen(0), CALL, make_outcome(text="canned")))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (make_failure("timeout"), Verdict.PASS),
        (make_failure("connection"), Verdict.ADVISORY),
        (make_failure("internal"), Verdict.FAIL),
        (make_outcome(), Verdict.FAIL),
        (make_outcome(ending="crashed", answer=None), Verdict.FAIL),
        (make_outcome(ending="hung", answer=None), Verdict.FAIL),
    ],
)
def test_an_error_has_to_be_typed(outcome: Any, verdict: Verdict) -> None:
    """Another kind than the exact one is an advisory; what nobody can catch by name fails."""
    assert typed_error("x", outcome, exact={"timeout"}, advice="").verdict is verdict
    grouped = all_typed("x", [CALL], [outcome], exact={"timeout"}, advice="")
    assert min(given(grouped), key=[Verdict.FAIL, Verdict.ADVISORY, Verdict.PASS].index) is (
        verdict
    )


def test_any_typed_error_will_do_where_no_kind_is_wanted() -> None:
    """Then there is one check only."""
    assert given(all_typed("x", [CALL], [make_failure("auth")], advice="")) == [Verdict.PASS]


def test_a_bare_exception_is_told_with_its_class() -> None:
    """So that a reader finds it."""
    assert told(make_failure("internal")) == "internal"
    failure = make_failure("internal")
    named = failure.error.__class__("internal", "no", code="ValueError")

    assert told(make_outcome(ending="error", answer=None, error=named)) == "internal (ValueError)"


def test_equal_words_are_counted() -> None:
    """Five hung calls are one entry."""
    assert counted(["hung", "hung", "ok"]) == ["2 times hung", "ok"]


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each null client by all rows of these groups."""
    return judge_together(dict.fromkeys((NeverCalls, Refuses, Canned), ROWS))


@pytest.mark.parametrize("client", [NeverCalls, Refuses, Canned])
def test_no_client_passes_without_the_server(client: type[Null], verdicts: Verdicts) -> None:
    """Never calling, refusing everything and answering from a table fail each of these rows."""
    found = verdicts[client]

    assert {row: one.verdict for row, one in found.items()} == dict.fromkeys(ROWS, Verdict.FAIL)
    assert all(missed(one) for one in found.values())

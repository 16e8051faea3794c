"""How a scenario says what goes wrong, and what it then needs to have been delivered."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from scenarios.call import make_call
from scenarios.plans import Undelivered, fault, healthy, sequence, undelivered, with_ids

CALL = make_call("call-0123456789ab")


def test_a_fault_becomes_a_rule_of_the_mock() -> None:
    """Every narrowing has its place in match and when."""
    rule = (
        fault("status", status=503)
        .on(CALL)
        .on_attempts(1, 2)
        .path("*/chat/request")
        .model("pawa-*")
        .body("Habari")
        .streams(False)
        .times(2)
        .after(1)
        .per_call()
        .to_rule("step-1")
    )

    assert rule.id == "step-1"
    assert rule.match.token == CALL.token
    assert rule.match.attempt == (1, 2)
    assert (rule.match.path, rule.match.model) == ("*/chat/request", "pawa-*")
    assert (rule.match.body, rule.match.stream) == ("Habari", False)
    assert (rule.when.times, rule.when.after, rule.when.per) == (2, 1, "call")
    assert [fault.kind for fault in rule.all_faults] == ["status"]


def test_a_rule_can_hold_two_faults() -> None:
    """A slow first token, then a cut."""
    rule = fault("slow_first_token", seconds=0.5).also("cut_stream", after_chunks=5).to_rule("r")

    assert [fault.kind for fault in rule.all_faults] == ["slow_first_token", "cut_stream"]


def test_one_attempt_and_every_later_one() -> None:
    """`on_attempts(2)` is the second only, `from_attempt(2)` the rest."""
    assert fault("noop").on_attempts(2).to_rule("r").match.attempt == (2, 2)
    assert fault("noop").from_attempt(2).to_rule("r").match.attempt == (2, 1_000_000)


def test_a_rule_keeps_its_own_name() -> None:
    """The default is for those without."""
    assert fault("noop").named("mine").to_rule("step-1").id == "mine"


def test_narrowing_never_changes_the_rule_it_starts_from() -> None:
    """One base, several calls."""
    base = fault("status", status=500)
    base.on("call-00").times(3)

    assert (base.match, base.when) == ({}, {})


def test_an_unknown_fault_is_refused() -> None:
    """The mock's own words."""
    with pytest.raises(ValidationError):
        fault("earthquake").to_rule("r")


def test_a_sequence_has_a_rule_for_each_step_that_does_something() -> None:
    """None leaves the attempt alone, and each step has to be delivered by itself."""
    steps = sequence(CALL, [fault("status", status=500), None, fault("status", status=502)])

    assert [step.match["attempt"] for step in steps] == [[1, 1], [3, 3]]
    assert {step.match["token"] for step in steps} == {CALL.token}
    assert [step.needed for step in steps] == [1, 1]


def test_a_rule_is_needed_once_unless_told_otherwise() -> None:
    """Nothing is proved by a fault that never came."""
    assert [fault("noop").needed, fault("noop").needs(3).needed] == [1, 3]
    assert [fault("noop").optional().needed, healthy().needed] == [0, 0]


def test_ids_go_on_counting() -> None:
    """A second plan of the same row never reuses a name."""
    rules = with_ids([fault("noop"), fault("noop").named("mine")], start=4)

    assert [rule.id for rule in rules] == ["step-4", "mine"]


def test_what_was_delivered_too_seldom_is_named() -> None:
    """Also a rule that the mock never heard of."""
    short = undelivered(
        {"a": 1, "b": 2, "c": 0, "d": 1},
        {"a": (1, ("status",)), "b": (1, ("hold",))},
    )

    assert short == (Undelivered("b", ("hold",), 2, 1), Undelivered("d", (), 1, 0))
    assert str(short[0]) == "b (hold) was delivered 1 of 2 times"

"""How one call is told, to the world and to Locust."""

from __future__ import annotations

from dataclasses import fields

import pytest

from loadtests.events import CallEnded
from loadtests.generator.calls import CallFailedError, LocustRows, ended_call, running_call
from loadtests.generator.driven import Driven
from tests.loadtests.generator.arrivals import arrival, drawn

T0_S = 100.0
ARRIVAL = arrival(7, at_s=2.0, phase=1)
STREAMED = Driven(
    outcome="ok",
    ended_s=103.5,
    first_s=102.25,
    last_s=103.0,
    pieces=4,
    characters=40,
    text="a b c",
    attempts=2,
    source="primary",
    degraded=False,
    status=200,
    request_id="r",
    tokens_in=5,
    tokens_out=6,
    cost=0.5,
    vectors=1,
    failed_vectors=0,
    detail="d",
)


def test_moments_are_told_from_the_start_of_the_run() -> None:
    """The driver knows the machine's clock alone."""
    call = ended_call("client", ARRIVAL, 2.01, STREAMED, T0_S)

    assert (call.lane, call.index, call.scheduled_s, call.sent_s) == ("client", 7, 2.0, 2.01)
    assert (call.first_s, call.last_s, call.ended_s) == (2.25, 3.0, 3.5)


def test_everything_that_the_driver_says_is_told() -> None:
    """Under the same names; only the text itself stays."""
    call = ended_call("client", ARRIVAL, 2.01, STREAMED, T0_S)
    same = {one.name for one in fields(Driven)} & {one.name for one in fields(CallEnded)}
    moments = {"ended_s", "first_s", "last_s"}

    assert {one.name for one in fields(Driven)} - same == {"text"}
    assert {name: getattr(call, name) for name in same - moments} == {
        name: getattr(STREAMED, name) for name in same - moments
    }


def test_what_was_not_streamed_has_no_first_piece() -> None:
    """None stays None."""
    call = ended_call("client", ARRIVAL, 2.0, Driven("timeout", 104.0), T0_S)

    assert (call.first_s, call.last_s, call.outcome) == (None, None, "timeout")


def test_a_call_that_has_not_ended_is_running() -> None:
    """It has no end."""
    call = running_call("control", ARRIVAL, 2.0)

    assert (call.outcome, call.ended_s, call.index) == ("running", None, 7)


def test_locust_shows_lane_phase_and_the_delay_against_the_schedule() -> None:
    """A generator that is late makes nobody faster."""
    row = LocustRows("client", drawn().spans).row(
        ARRIVAL, ended_call("client", ARRIVAL, 3.0, STREAMED, T0_S)
    )

    assert row == {
        "request_type": "chat",
        "name": "client: two",
        "response_time": pytest.approx(1500.0),
        "response_length": 40,
        "exception": None,
        "context": {},
    }


def test_locust_counts_each_outcome_as_one_failure() -> None:
    """The same exception each time, so that its table has a line for each kind."""
    rows = LocustRows("client", drawn().spans)
    told = [
        rows.row(ARRIVAL, CallEnded("client", 7, 2.0, 2.0, 2.5, outcome))["exception"]
        for outcome in ("rate_limited", "rate_limited", "timeout")
    ]

    assert isinstance(told[0], CallFailedError)
    assert told[0] is told[1]
    assert [str(one) for one in told] == ["rate_limited", "rate_limited", "timeout"]

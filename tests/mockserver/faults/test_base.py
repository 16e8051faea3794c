"""What all faults have in common: settings that cannot be wrong, abilities to be asked for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from mockserver.faults import base
from mockserver.faults.answers import Status
from mockserver.faults.catalogue import FAULTS
from mockserver.faults.listener import Refuse
from mockserver.faults.noop import Noop
from mockserver.faults.timing import Hold

if TYPE_CHECKING:
    from mockserver.faults.base import Fault

ABILITIES = (
    base.Answering,
    base.AnswerShaping,
    base.ReplyShaping,
    base.StreamShaping,
    base.DeliveryShaping,
    base.ListenerClosing,
    base.AcceptSlowing,
    base.IdleEnding,
    base.ServerFreezing,
)


def fault_of(kind: str, **settings: Any) -> Fault:
    return FAULTS[kind].model_validate({"kind": kind, **settings})


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind != "noop"])
def test_every_fault_but_the_noop_can_do_something(kind: str) -> None:
    """A fault without an ability would never change a reply."""
    fault = fault_of(**FAULTS[kind].example)

    assert any(isinstance(fault, ability) for ability in ABILITIES)


def test_the_noop_can_do_nothing() -> None:
    """It is the control of every test of a fault."""
    assert not any(isinstance(Noop(), ability) for ability in ABILITIES)


def test_abilities_are_told_apart() -> None:
    """A protocol holds for the faults that have the method, and for no other."""
    assert isinstance(Status(status=500), base.Answering)
    assert not isinstance(Status(status=500), base.DeliveryShaping)
    assert isinstance(Hold(), base.DeliveryShaping)
    assert not isinstance(Hold(), base.ListenerClosing)
    assert isinstance(Refuse(), base.ListenerClosing)


@pytest.mark.parametrize("seconds", [-0.001, math.inf, math.nan, base.LONGEST_S + 1, "5", True])
def test_seconds_are_a_number_from_0_to_a_day(seconds: object) -> None:
    """Nothing is clamped and nothing is converted."""
    with pytest.raises(ValidationError):
        fault_of("hold", seconds=seconds)


@pytest.mark.parametrize("count", [-1, 10_000_001, 1.5, "3", True])
def test_counts_are_whole_numbers_within_reason(count: object) -> None:
    """Neither a negative number nor half a byte."""
    with pytest.raises(ValidationError):
        fault_of("cut_body", after_bytes=count)


def test_faults_are_immutable_and_closed() -> None:
    """A fault is shared by all requests of its rule; a misspelt setting is an error."""
    fault = fault_of("hold", seconds=1)

    with pytest.raises(ValidationError):
        fault.seconds = 2  # type: ignore[attr-defined]
    with pytest.raises(ValidationError):
        fault_of("hold", secnds=1)

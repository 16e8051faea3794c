"""Replies that wait for a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from mockserver.answer import EventStream, Gate
from mockserver.delivery import lay_out
from mockserver.faults.gates import Freeze, HoldUntilReleased

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer


def test_a_reply_waits_before_its_head(make_answer: Callable[..., Answer]) -> None:
    """At each of several gates, one after the other."""
    once = HoldUntilReleased(gate="a").shape_delivery(lay_out(make_answer()))

    twice = HoldUntilReleased(gate="b", limit_s=2).shape_delivery(once)

    assert twice.extras is not None
    assert twice.extras.gates == (Gate("a"), Gate("b", 2))


def test_a_stream_waits_after_n_chunks(make_stream: Callable[..., EventStream]) -> None:
    """Before the event that follows; where none follows, it stays."""
    stream = make_stream(3)
    fault = HoldUntilReleased(gate="a", after_chunks=2)

    held = fault.shape_stream(stream)

    assert [event.gates for event in held.events] == [(), (), (Gate("a"),)]
    assert HoldUntilReleased(after_chunks=3).shape_stream(stream) is stream
    assert HoldUntilReleased(after_chunks=4).shape_stream(stream) is stream


def test_it_holds_in_one_place(
    make_answer: Callable[..., Answer], make_stream: Callable[..., EventStream]
) -> None:
    """Either the head or the middle of a stream."""
    reply, stream = lay_out(make_answer()), make_stream(3)

    assert HoldUntilReleased(after_chunks=1).shape_delivery(reply) is reply
    assert HoldUntilReleased().shape_stream(stream) is stream


def test_a_freeze_holds_its_own_request_once(make_answer: Callable[..., Answer]) -> None:
    """At the gate at which all the others wait too."""
    fault = Freeze(seconds=3)

    held = fault.shape_delivery(lay_out(make_answer()))

    assert held.extras is not None
    assert [gate.name for gate in held.extras.gates] == ["frozen"]
    assert fault.shape_delivery(held) is held
    assert fault.freezes_s == 3


@pytest.mark.parametrize("gate", ["", "a b", "/x", "x" * 101])
def test_a_gate_has_a_name_that_fits_into_a_path(gate: str) -> None:
    """It stands in the control API's."""
    with pytest.raises(ValidationError):
        HoldUntilReleased(gate=gate)

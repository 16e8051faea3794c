"""The fault that takes the listener away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from mockserver.answer import Ending
from mockserver.faults.base import AcceptSlowing, IdleEnding, ListenerClosing
from mockserver.faults.listener import CloseIdle, Refuse, SlowAccept
from mockserver.faults.shaping import answer_now, closing, shape
from tests.mockserver.faults.conftest import FACTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.draws import Draws
    from mockserver.facts import RequestFacts


def test_the_request_that_finds_out_is_reset_without_an_answer(
    make_facts: Callable[..., RequestFacts], draws: Draws
) -> None:
    """No work is done for it, and not one byte is sent."""
    fault = Refuse()
    answer = answer_now([fault], make_facts())
    assert answer is not None

    delivery = shape([fault], answer, draws, FACTS).delivery

    assert (delivery.send_head, delivery.pieces, delivery.ending) == (False, (), Ending.RST)


@pytest.mark.parametrize("duration_s", [None, 2.5])
def test_the_server_can_ask_how_long_nobody_listens(duration_s: float | None) -> None:
    """The ability carries the duration; None is until the sandbox is reset."""
    found = closing([Refuse(duration_s=duration_s)])

    assert isinstance(found, ListenerClosing)
    assert found.duration_s == duration_s


@pytest.mark.parametrize("duration_s", [0, -1, "2"])
def test_no_time_at_all_is_no_fault(duration_s: Any) -> None:
    """A listener that is away for 0 s was never away."""
    with pytest.raises(ValidationError):
        Refuse(duration_s=duration_s)


def test_what_is_done_at_the_door_is_told_by_the_ability() -> None:
    """Delay, duration and ending come from the settings; the reply is not touched."""
    slow, idle = SlowAccept(seconds=2, duration_s=30), CloseIdle(how="rst")

    assert isinstance(slow, AcceptSlowing)
    assert (slow.accept_delay_s, slow.duration_s) == (2, 30)
    assert isinstance(idle, IdleEnding)
    assert idle.ends_idle == "rst"

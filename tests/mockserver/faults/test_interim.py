"""Interim responses before the reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from mockserver.delivery import lay_out
from mockserver.faults.interim import InterimResponses

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer


def test_they_stand_before_the_reply_each_with_its_pause(
    make_answer: Callable[..., Answer],
) -> None:
    """Two faults add up; the reply is the same."""
    reply = lay_out(make_answer())
    first = InterimResponses(statuses=(102,)).shape_delivery(reply)

    both = InterimResponses(statuses=(100, 103), interval_s=0.5).shape_delivery(first)

    assert both.extras is not None
    assert [piece.data.split(b" ")[1] for piece in both.extras.interim] == [b"102", b"100", b"103"]
    assert [piece.delay_s for piece in both.extras.interim] == [0.0, 0.5, 0.5]
    assert both.pieces == reply.pieces


@pytest.mark.parametrize("statuses", [(), (101,), (200,)])
def test_a_protocol_is_not_switched_by_the_way(statuses: tuple[int, ...]) -> None:
    """101 is no interim response to go on from, and a final one is none at all."""
    with pytest.raises(ValidationError):
        InterimResponses(statuses=statuses)  # type: ignore[arg-type]

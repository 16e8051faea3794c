"""The fault that does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.delivery import lay_out
from mockserver.faults.noop import Noop
from mockserver.faults.shaping import answer_now, shape
from tests.mockserver.faults.conftest import FACTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer
    from mockserver.draws import Draws
    from mockserver.facts import RequestFacts


def test_the_reply_is_the_healthy_one(
    make_answer: Callable[..., Answer], make_facts: Callable[..., RequestFacts], draws: Draws
) -> None:
    """It neither answers nor changes a byte, and counts as delivered: it promised nothing."""
    shaped = shape([Noop()], make_answer(), draws, FACTS)

    assert answer_now([Noop()], make_facts()) is None
    assert shaped.delivery == lay_out(make_answer())
    assert shaped.applied

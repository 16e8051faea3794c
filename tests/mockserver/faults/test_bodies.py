"""Faults in the body of a reply that the API made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from mockserver.faults.bodies import CutJson

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer, EventStream
    from mockserver.draws import Draws

BODY = b'{"a":12345}'


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({"keep_bytes": 0}, 0),
        ({"keep_bytes": 4}, 4),
        ({"share": 0.0}, 0),
        ({"share": 0.9}, 9),
        ({}, 5),
    ],
)
def test_json_stops_in_the_middle(
    make_answer: Callable[..., Answer], draws: Draws, settings: dict[str, Any], kept: int
) -> None:
    """So many bytes, or that share of them, or half; status and headers stay."""
    answer = CutJson(**settings).shape_answer(make_answer(BODY), draws)

    assert answer == make_answer(BODY[:kept])


def test_a_shorter_body_is_not_touched(make_answer: Callable[..., Answer], draws: Draws) -> None:
    """There is nothing to cut: the fault has no effect, and says so by identity."""
    answer = make_answer(BODY)

    assert CutJson(keep_bytes=len(BODY)).shape_answer(answer, draws) is answer


def test_a_stream_is_not_touched(
    make_answer: Callable[..., Answer], make_stream: Callable[..., EventStream], draws: Draws
) -> None:
    """Streams have cuts of their own."""
    answer = make_answer(make_stream())

    assert CutJson().shape_answer(answer, draws) is answer


@pytest.mark.parametrize(
    "settings", [{"keep_bytes": 1, "share": 0.5}, {"share": 1.0}, {"share": -0.1}]
)
def test_one_measure_that_cuts(settings: dict[str, Any]) -> None:
    """Two measures contradict each other; a share of 1 cuts nothing."""
    with pytest.raises(ValidationError):
        CutJson(**settings)

"""A fault counts as delivered from the moment at which a client must have met it."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.answer import Answer, Event, EventStream
from mockserver.draws import Draws
from mockserver.effect import Progress, Stage, begun_at, start_of
from mockserver.faults.rules import Rule
from tests.mockserver.faults.conftest import FACTS

JSON = Answer(200, (("Content-Type", "application/json"),), b'{"success": true}')
STREAM = Answer(200, (), EventStream(tuple(Event(b'"%d"' % number) for number in range(6))))
CHUNK = len(b'"0"\n\n')

NOT_BEGUN = Progress(Stage.BEFORE_HEAD, 0)


def head(body_sent: int = 0) -> Progress:
    return Progress(Stage.HEAD_SENT, body_sent)


def begun(faults: list[dict[str, Any]], answer: Answer, progress: Progress) -> bool:
    rule = Rule.model_validate({"faults": faults})
    if rule.all_faults[0].kind == "status":
        answer = Answer(503)
    draws = Draws(0, "rule-1", "call", 1)
    return progress.reached(begun_at(rule.all_faults, answer, draws, FACTS))


@pytest.mark.parametrize(
    ("fault", "answer", "too_early", "enough"),
    [
        ({"kind": "hold", "seconds": 5}, JSON, None, NOT_BEGUN),
        ({"kind": "hold"}, JSON, NOT_BEGUN, Progress(Stage.ENDING, 0)),
        ({"kind": "silence_after_headers", "seconds": 5}, JSON, NOT_BEGUN, head()),
        ({"kind": "drip", "interval_s": 1}, JSON, head(), head(1)),
        ({"kind": "status", "status": 503}, JSON, NOT_BEGUN, head()),
        ({"kind": "rst_before_headers"}, JSON, NOT_BEGUN, Progress(Stage.ENDING, 0)),
        ({"kind": "cut_json", "keep_bytes": 3}, JSON, NOT_BEGUN, head()),
        ({"kind": "slow_first_token", "seconds": 5}, STREAM, NOT_BEGUN, head()),
        ({"kind": "stall", "after_chunks": 2, "seconds": 5}, STREAM, head(CHUNK), head(2 * CHUNK)),
        ({"kind": "pace", "interval_s": 1}, STREAM, NOT_BEGUN, head(CHUNK)),
        (
            {"kind": "cut_stream", "after_chunks": 2, "how": "no_final_chunk"},
            STREAM,
            head(2 * CHUNK),
            Progress(Stage.ENDING, 2 * CHUNK),
        ),
        ({"kind": "error_chunk", "after_chunks": 1}, STREAM, head(CHUNK), head(CHUNK + 1)),
        ({"kind": "hold_until_released"}, JSON, None, NOT_BEGUN),
        ({"kind": "freeze", "seconds": 5}, JSON, None, NOT_BEGUN),
        ({"kind": "interim_responses"}, JSON, None, NOT_BEGUN),
        ({"kind": "slow_headers", "interval_s": 1}, JSON, NOT_BEGUN, head()),
        ({"kind": "connection_close"}, JSON, NOT_BEGUN, head()),
        (
            {"kind": "hold_until_released", "after_chunks": 2},
            STREAM,
            head(CHUNK),
            head(2 * CHUNK),
        ),
        ({"kind": "extra_bytes"}, JSON, head(5), Progress(Stage.ENDING, 5)),
        ({"kind": "blackhole"}, JSON, NOT_BEGUN, Progress(Stage.ENDING, 0)),
        ({"kind": "noop"}, JSON, head(5), Progress(Stage.ENDING, 5)),
    ],
    ids=lambda value: value.get("kind") if isinstance(value, dict) else "",
)
def test_each_fault_begins_at_its_place(
    fault: dict[str, Any], answer: Answer, too_early: Progress | None, enough: Progress
) -> None:
    """A client that left before it has not met it; one that left after that has."""
    assert too_early is None or not begun([fault], answer, too_early)
    assert begun([fault], answer, enough)


def test_of_several_faults_all_must_have_begun() -> None:
    """A client that left in the first silence has not seen the cut."""
    faults = [
        {"kind": "slow_first_token", "seconds": 5},
        {"kind": "cut_stream", "after_chunks": 2, "how": "rst"},
    ]

    assert not begun(faults, STREAM, head())
    assert begun(faults, STREAM, Progress(Stage.ENDING, 2 * CHUNK))


def test_equal_deliveries_differ_nowhere_before_the_ending() -> None:
    """What changes nothing is only seen once all is over."""
    from mockserver.delivery import lay_out

    assert start_of(lay_out(JSON), lay_out(JSON)) == Progress(Stage.ENDING, 0)

"""The drawing of a call on a time axis."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.results import Event
from reports.timeline import (
    LEFT,
    MAX_MARKS,
    MAX_OVERVIEW_CALLS,
    MIN_BAR,
    RIGHT,
    Scale,
    draw_call,
    draw_overview,
    status_kind,
)
from tests.reports.makers import make_attempt, make_call

times = st.floats(0, 1000, allow_nan=False)


def test_time_runs_from_left_to_right() -> None:
    """The first moment stands at the left edge, half the time in the middle."""
    scale = Scale(1.0, 3.0)

    assert scale.x(1.0) == LEFT
    assert scale.x(2.0) == pytest.approx((LEFT + RIGHT) / 2, abs=0.1)
    assert scale.x(99.0) == RIGHT


@given(times, st.floats(0.001, 1000))
def test_an_axis_has_a_few_round_moments(start: float, length: float) -> None:
    """Between two and twelve ticks, in order, each inside the plot."""
    ticks = Scale(start, start + length).ticks
    places = [x for x, _ in ticks]

    assert 2 <= len(ticks) <= 12
    assert places == sorted(places)
    assert len({label for _, label in ticks}) == len(ticks)


def test_a_bar_is_pale_until_the_first_byte_and_full_after_it() -> None:
    """Waiting and answering are told apart, and the pause before a bar ends where it begins."""
    call = make_call()
    first, second, _ = draw_call(call, call.attempts).lanes

    assert first.wait_width > 0
    assert first.answer_width > 0
    assert first.gap is None
    assert second.gap is not None
    assert second.gap[0] < second.gap[1] == second.x
    assert second.gap_text is not None
    assert second.gap_text.text == "470 ms"


def test_an_attempt_that_got_no_byte_is_all_waiting() -> None:
    """A held request has no full part."""
    attempt = make_attempt(first_byte_out_s=None, end_s=2.0, status=None, ending="client_left")
    (lane,) = draw_call(make_call(1), [attempt]).lanes

    assert lane.answer_width == 0
    assert lane.word == "no status, client left"


def test_an_attempt_that_never_ended_reaches_the_edge() -> None:
    """An open exchange is drawn to the end of the axis and says that it is open."""
    attempt = make_attempt(end_s=None, ending="in_progress")
    (lane,) = draw_call(make_call(1), [attempt]).lanes

    assert lane.still_open
    assert lane.took is None
    assert lane.answer_x + lane.answer_width == pytest.approx(RIGHT, abs=0.2)


def test_a_call_that_never_came_back_has_no_return() -> None:
    """The client's line of a hung call is open at its end."""
    drawing = draw_call(make_call(end_s=None, outcome="hung"), make_call().attempts)

    assert drawing.client.end_x is None
    assert not drawing.client.ok


def test_the_clients_moments_are_named_where_there_is_room() -> None:
    """Moments on top of each other keep their marks; only one keeps its label."""
    events = [Event(1.0, "timeout", "a"), Event(1.0, "error", "b"), Event(0.2, "delta")]
    client = draw_call(make_call(events=events), make_call().attempts).client

    assert [(moment.kind, bool(moment.label)) for moment in client.moments] == [
        ("timeout", True),
        ("error", False),
    ]
    assert client.deltas == 1
    assert client.marks.count("M") == 1


def test_sandboxes_are_named_where_a_call_meets_several() -> None:
    """A fallback is seen to go elsewhere; a long name gives way to the status."""
    attempts = [
        make_attempt(1, target="primary"),
        make_attempt(2, target="backup", status=200),
        make_attempt(3, target="a-very-long-name-of-a-sandbox"),
        make_attempt(4, target="far", status=None, ending="an ending that fills the line"),
    ]
    lanes = draw_call(make_call(attempts=attempts), attempts).lanes
    alone = draw_call(make_call(attempts=attempts[:1]), attempts[:1]).lanes

    assert [lane.label for lane in lanes] == ["1 primary", "2 backup", "3 a-very-long-nam…", "4"]
    assert [lane.label for lane in alone] == ["1"]


def test_very_dense_marks_are_thinned() -> None:
    """Ten thousand chunks stay a small drawing."""
    attempt = make_attempt(chunks=[n / 10_000 for n in range(10_000)], end_s=1.0)
    (lane,) = draw_call(make_call(1), [attempt]).lanes

    assert 50 < lane.marks.count("M") <= MAX_MARKS


attempts = st.builds(
    make_attempt,
    number=st.integers(1, 99),
    start_s=times,
    first_byte_out_s=st.none() | times,
    end_s=st.none() | times,
    status=st.none() | st.integers(100, 599),
    gap_s=st.none() | times,
    chunks=st.lists(times, max_size=5),
)


@given(st.lists(attempts, max_size=5), times, st.none() | times)
def test_nothing_is_drawn_outside_the_plot(
    made: list[object], start: float, end: float | None
) -> None:
    """Whatever the times say, even in the wrong order, every bar is visible and inside."""
    call = make_call(1, start_s=start, end_s=end)
    drawing = draw_call(call, made)  # type: ignore[arg-type]

    for lane in drawing.lanes:
        assert LEFT <= lane.x <= RIGHT
        assert lane.wait_width >= 0
        assert lane.answer_width >= 0
        assert lane.wait_width + lane.answer_width >= MIN_BAR - 0.2
        assert lane.answer_x + lane.answer_width <= RIGHT + 0.2
    assert len({lane.y for lane in drawing.lanes}) == len(made)
    assert drawing.height > drawing.axis_y > drawing.client.y


def test_an_overview_shows_every_call_on_one_axis() -> None:
    """Fifty calls are fifty lines, coloured by how each attempt was answered."""
    overview = draw_overview([make_call(start_s=n / 10) for n in range(50)])

    assert overview.shown == overview.total == 50
    assert overview.lines.count("M") == 50
    assert {kind: path.count("M") for kind, path in overview.bars} == {"server": 100, "ok": 50}
    assert len(set(re.findall(r" ([\d.]+)H", overview.lines))) == 50


def test_an_overview_of_very_many_calls_says_how_many_it_shows() -> None:
    """What is left out is counted."""
    overview = draw_overview([make_call() for _ in range(500)])

    assert (overview.shown, overview.total) == (MAX_OVERVIEW_CALLS, 500)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, "ok"), (429, "client"), (503, "server"), (302, "other"), (100, "other"), (None, "none")],
)
def test_a_status_has_a_kind(status: int | None, kind: str) -> None:
    """Bars are coloured by class of status; an answer without status is grey."""
    assert status_kind(status) == kind

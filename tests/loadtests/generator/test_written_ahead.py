"""Requests that are written before they are due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loadtests.generator import written_ahead
from loadtests.generator.written_ahead import WrittenAhead
from loadtests.traffic.requests import Asked, Author
from tests.loadtests.generator.arrivals import drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from loadtests.traffic.schedule import Arrival

SCHEDULE = drawn()
SHARE = SCHEDULE.share(0, 2)


class Counting(Author):
    """An author whose requests are counted."""

    def __init__(self) -> None:
        super().__init__(1)
        self.written: list[int] = []

    def asked(self, arrival: Arrival, traffic: Any, history: Sequence[Any] = ()) -> Asked:
        self.written.append(arrival.index)
        return super().asked(arrival, traffic, history)


def plain(arrival: Arrival, history: Sequence[tuple[str, str]] = ()) -> Asked:
    return Author(1).asked(arrival, SCHEDULE.spans[arrival.phase].traffic, history)


def test_what_is_written_ahead_is_what_would_be_written_then() -> None:
    """In the order in which it will be needed, each once."""
    author = Counting()
    written = WrittenAhead(author, SCHEDULE, SHARE)
    while written.write():
        pass

    assert author.written == [one.index for one in SHARE]
    assert len(written) == len(SHARE)
    assert [written.take(one) for one in SHARE] == [plain(one) for one in SHARE]
    assert author.written == [one.index for one in SHARE]
    assert len(written) == 0


def test_what_was_not_written_in_time_is_written_when_it_is_due() -> None:
    """And not again: what is past is passed over."""
    author = Counting()
    written = WrittenAhead(author, SCHEDULE, SHARE)
    assert written.write()
    for one in SHARE[:3]:
        assert written.take(one) == plain(one)
    assert written.write()

    assert author.written == [one.index for one in SHARE[:4]]
    assert len(written) == 1


def test_no_more_is_held_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long run does not fill the memory; each that is taken makes room."""
    monkeypatch.setattr(written_ahead, "AHEAD", 2)
    written = WrittenAhead(Author(1), SCHEDULE, SHARE)

    assert [written.write() for _ in range(3)] == [True, True, False]
    written.take(SHARE[0])
    assert [written.write() for _ in range(2)] == [True, False]


def test_a_later_turn_is_written_again_with_what_was_said() -> None:
    """The same question behind it."""
    one = next(one for one in SHARE if one.kind != "embed")
    written = WrittenAhead(Author(1), SCHEDULE, SHARE)
    asked = written.with_history(one, [("Swali?", "Jibu.")])

    assert asked == plain(one, [("Swali?", "Jibu.")])
    assert asked.question == written.take(one).question


def test_repeats_are_written_once() -> None:
    """They are the very same bytes."""
    schedule = drawn(mix={"chat": 1.0}, repeats={"prompts": 1})
    author = Counting()
    written = WrittenAhead(author, schedule, schedule.arrivals)
    while written.write():
        pass
    taken = [written.take(one) for one in schedule.arrivals]

    assert len(author.written) == len(schedule.spans)
    assert len({id(one) for one in taken}) == len(schedule.spans)
    assert len(taken) == 100

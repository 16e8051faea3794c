"""What was said before, for the turns to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from loadtests.generator.conversations import Conversations
from tests.loadtests.generator.arrivals import arrival, drawn

if TYPE_CHECKING:
    from loadtests.traffic.schedule import Arrival


def talk(*conversations: int, kind: str = "chat") -> list[Arrival]:
    """A question in each of these, one after the other."""
    turns: dict[int, int] = {}
    share = []
    for index, conversation in enumerate(conversations):
        turns[conversation] = turns.get(conversation, 0) + 1
        told = {"conversation": conversation, "turn": turns[conversation], "kind": kind}
        share.append(arrival(index, **told))
    return share


def test_a_later_question_carries_what_was_said() -> None:
    """Questions and answers, oldest first."""
    share = talk(1, 1, 1)
    talks = Conversations(share)

    assert talks.asks(share[0]) == ()
    talks.answered(share[0], "Habari?", "Nzuri.")
    assert talks.asks(share[1]) == (("Habari?", "Nzuri."),)
    talks.answered(share[1], "Jina?", "Asha.")
    assert talks.asks(share[2]) == (("Habari?", "Nzuri."), ("Jina?", "Asha."))


def test_nobody_waits_for_an_answer() -> None:
    """What came late, or never, is in none of the questions asked meanwhile."""
    share = talk(1, 1, 1)
    talks = Conversations(share)
    talks.asks(share[0])
    assert talks.asks(share[1]) == ()
    talks.answered(share[1], "second", "b")
    talks.answered(share[0], "first", "a")

    assert talks.asks(share[2]) == (("first", "a"), ("second", "b"))


def test_a_single_question_is_never_kept() -> None:
    """Nor is an embedding call a turn of anything."""
    share = [*talk(1), *talk(2, 2, kind="embed")]
    talks = Conversations(share)
    for one in share:
        assert talks.asks(one) == ()
        talks.answered(one, "q", "a")

    assert len(talks) == 0


@st.composite
def courses(draw: st.DrawFn) -> tuple[list[Arrival], list[tuple[bool, int]]]:
    """A share, and an order in which its turns are asked and (some of them) answered."""
    share = talk(*draw(st.lists(st.integers(0, 3), max_size=20)))
    steps: list[tuple[bool, int]] = []
    answerable: list[int] = []
    for index in range(len(share)):
        steps.append((True, index))
        answerable.append(index)
        while answerable and draw(st.booleans()):
            place = draw(st.integers(0, len(answerable) - 1))
            steps.append((False, answerable.pop(place)))
    return share, steps


@given(courses())
def test_whatever_the_order_the_history_is_what_was_answered_by_then(
    course: tuple[list[Arrival], list[tuple[bool, int]]],
) -> None:
    """Earlier turns of the same conversation alone; at the end nothing is kept."""
    share, steps = course
    talks = Conversations(share)
    answered: set[int] = set()
    for asks, index in steps:
        one = share[index]
        if asks:
            same = [share[other] for other in answered]
            earlier = sorted(
                (other.turn, other.index)
                for other in same
                if other.conversation == one.conversation
            )
            assert talks.asks(one) == tuple((f"q{place}", f"a{place}") for _, place in earlier)
        else:
            talks.answered(one, f"q{index}", f"a{index}")
            answered.add(index)

    assert len(talks) == 0


def test_a_share_may_begin_in_the_middle_of_a_schedule() -> None:
    """Two workers each know the turns of their own conversations."""
    schedule = drawn(mix={"chat": 1.0}, rate_per_s=60.0)
    for number in (0, 1):
        share = schedule.share(number, 2)
        talks = Conversations(share)
        for one in share:
            assert len(talks.asks(one)) == one.turn - 1
            talks.answered(one, "q", "a")
        assert len(talks) == 0

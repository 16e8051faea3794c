"""What was said before in each conversation of one lane, for the turns to come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadtests.traffic.schedule import Arrival


@dataclass(slots=True)
class _Talk:
    """A conversation that will go on: the turns still to come, and those answered so far."""

    to_come: int
    answered: dict[int, tuple[str, str]] = field(default_factory=dict)


class Conversations:
    """The history that a user's next question carries.

    Only turns that have ended with an answer are in it: nobody waits for an earlier one. Kept are
    conversations with turns still to come alone, so a long run holds no more than are under way.
    """

    def __init__(self, share: Iterable[Arrival]) -> None:
        turns = Counter(one.conversation for one in share if one.kind != "embed")
        self._turns = {talk: count for talk, count in turns.items() if count > 1}
        self._talks: dict[int, _Talk] = {}

    def __len__(self) -> int:
        return len(self._talks)

    def asks(self, arrival: Arrival) -> tuple[tuple[str, str], ...]:
        """The earlier questions and answers, oldest first, of a question that is asked now."""
        turns = self._turns.get(arrival.conversation)
        if turns is None:
            return ()
        talk = self._talks.setdefault(arrival.conversation, _Talk(turns))
        talk.to_come -= 1
        if talk.to_come <= 0:
            del self._talks[arrival.conversation], self._turns[arrival.conversation]
        return tuple(talk.answered[turn] for turn in sorted(talk.answered))

    def answered(self, arrival: Arrival, question: str, answer: str) -> None:
        """A turn has its answer; it is forgotten when no later turn will need it."""
        talk = self._talks.get(arrival.conversation)
        if talk is not None:
            talk.answered[arrival.turn] = (question, answer)

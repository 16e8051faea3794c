"""The two halves of an endpoint: what a request asks for, and the reply to it.

Reading a request needs neither clock nor chance, so that limits and budgets can be asked before
anything is made. Making the reply gets both passed in as a :class:`Moment`.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from mockserver.draws import Draws
from mockserver.values import value

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer


@value
class Moment:
    """What a reply is told of time, chance and load.

    ``wall_s`` is the wall clock in seconds since 1970; ``canary`` a fresh ``answer-<12 hex>``,
    used only where the settings ask for canaries; ``draws`` is keyed by the request, so that the
    same request draws the same; ``load`` is the share of the capacity that is at work, 0 to 1.
    """

    wall_s: float
    canary: str | None = None
    draws: Draws = field(default_factory=lambda: Draws(0, "reply", "", 1))
    load: float = 0.0


@value
class Reply:
    """A healthy reply, and the facts about it that the journal and the budget need.

    ``canary`` is the one that stands in the answer. ``chunk_tokens`` has one number for each
    ``CHUNK`` event of a stream, in order, so that a cut stream is charged for what was sent.
    ``latency_s`` is the silence before the head that the settings ask for.
    """

    answer: Answer
    model: str | None
    items: int
    tokens_in: int
    tokens_out: int
    max_tokens: int | None = None
    stream: bool = False
    canary: str | None = None
    chunk_tokens: tuple[int, ...] = ()
    latency_s: float = 0.0

    def tokens_sent(self, chunks: int) -> int:
        """Tokens written by the time ``chunks`` chunks of the stream have been sent."""
        return sum(self.chunk_tokens[:chunks])


@value
class Work:
    """What a valid request asks for, before any of it is done.

    ``items`` counts embedding sentences, and is 1 for other work that a model does (0 for none).
    ``tokens_out_ceiling`` is what the reply can at most write: the amount to reserve.
    """

    endpoint: str
    model: str | None
    items: int
    tokens_in: int
    tokens_out_ceiling: int
    max_tokens: int | None
    stream: bool
    make: Callable[[Moment], Reply]
    """Makes the reply. It may change what the sandbox has stored, and depends on nothing else than
    that and the moment."""

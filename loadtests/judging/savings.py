"""Figures about requests that were spared or shared: hits of a cache, sizes of batches."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from loadtests.judging.figure import NOTHING, SHARE, FigureKind, Measured, mean_of, share_of

if TYPE_CHECKING:
    from loadtests.judging.case import LaneCase
    from loadtests.world.seen import Attempt

EMBEDDINGS = "/vectors/embedding"
"""How the path of an embedding request ends, whatever the version before it."""

CACHED = frozenset({"cache", "stale_cache"})


def is_complete(attempt: Attempt) -> bool:
    """Whether the server sent a whole answer, and knows nothing of a client that left before."""
    return attempt.status is not None and attempt.status < 300 and attempt.ending == "complete"


def answers_without_arrival(lane: LaneCase) -> int:
    """How many answers users got beyond those that the servers gave: a cache had the others."""
    answered = Counter(call.arrival.token for call in lane.calls if call.ok)
    given = Counter(
        token for attempt in lane.attempts if is_complete(attempt) for token in attempt.tokens
    )
    return sum(max(0, count - given[token]) for token, count in answered.items())


def _cache_hit_share(lane: LaneCase) -> Measured:
    named = [call.ended for call in lane.answered if call.ended and call.ended.source is not None]
    if not named or not any(call.arrival.repeated for call in lane.judged):
        return NOTHING
    told = sum(ended.source in CACHED for ended in named)
    told_in_all = sum(call.ended.source in CACHED for call in lane.calls if call.ok and call.ended)
    spared = answers_without_arrival(lane)
    detail = f"{told_in_all} told, {spared} answers without a request"
    # The journal outranks the client's word.
    return share_of(max(0, told - max(0, told_in_all - spared)), len(named), detail)


def _batch_size(lane: LaneCase) -> Measured:
    sizes = [attempt.items for attempt in lane.judged_attempts if attempt.path.endswith(EMBEDDINGS)]
    return mean_of(sizes, f"{sum(sizes)} sentences in {len(sizes)} requests")


FIGURES = (
    FigureKind(
        name="cache_hit_share",
        label="Cache hit share",
        unit=SHARE,
        better="higher",
        meaning=(
            "Of the answers, the share that the client took from its cache, as it says and as far "
            "as the journal agrees: an answer for which the server gave one was no hit. Where no "
            "prompt is asked twice there is nothing to hit."
        ),
        default_why=(
            "A cache that keeps all of 50 prompts (Zipf, exponent 1.1) misses each of them once "
            "for each lifetime of an entry; the rest are hits (CACHE-001; own arithmetic)."
        ),
        measure=_cache_hit_share,
        claims=frozenset({"cache"}),
    ),
    FigureKind(
        name="batch_size",
        label="Batch size",
        unit="sentences/request",
        better="higher",
        meaning="How many sentences an embedding request carried over the wire, on average.",
        default_why=(
            "A client that gathers fills at least 70 % of its window's worth (BATCH-001); without "
            "gathering it is the sentences of one call."
        ),
        measure=_batch_size,
        claims=frozenset({"batching"}),
    ),
)

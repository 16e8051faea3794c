"""Figures about time: how long users waited, for the whole answer and for its beginning.

All delays count from the moment at which a call was due, not from that of its sending: a generator
or a client that is late does not make the service faster (no coordinated omission).
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from loadtests.judging.figure import FigureKind, Measured, percentile_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loadtests.judging.case import LaneCall, LaneCase

PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "p999": 0.999}


def streams_in(calls: Iterable[LaneCall]) -> tuple[LaneCall, ...]:
    """The streams that were answered live, with a first piece that reached the user."""
    return tuple(
        call
        for call in calls
        if call.ok and call.arrival.kind == "stream" and call.first_s is not None and is_live(call)
    )


def is_live(call: LaneCall) -> bool:
    """Whether its answer came over the wire, as far as the client says."""
    return call.ended is not None and call.ended.source in (None, "live", "fallback_model")


def tokens_per_s(call: LaneCall) -> float | None:
    """How fast a stream's text came after its first token; None if it came at once.

    Tokens are those that the client told of; of one that tells none, its pieces.
    """
    ended = call.ended
    if ended is None or ended.first_s is None or ended.last_s is None:
        return None
    tokens = ended.pieces if ended.tokens_out is None else ended.tokens_out
    took_s = ended.last_s - ended.first_s
    return (tokens - 1) / took_s if tokens > 1 and took_s > 0 else None


def _delay(share: float) -> Callable[[LaneCase], Measured]:
    def measure(lane: LaneCase) -> Measured:
        delays = [call.delay_s for call in lane.answered if call.delay_s is not None]
        return percentile_of(delays, share)

    return measure


def _outcome_delay(lane: LaneCase) -> Measured:
    delays = [inf if call.delay_s is None else call.delay_s for call in lane.judged]
    unended = sum(delay == inf for delay in delays)
    return percentile_of(delays, 0.99, f"{unended} calls never ended" if unended else "")


def _first_token(share: float) -> Callable[[LaneCase], Measured]:
    def measure(lane: LaneCase) -> Measured:
        firsts = [call.first_s for call in streams_in(lane.answered) if call.first_s is not None]
        return percentile_of(firsts, share)

    return measure


def _tokens_per_s(lane: LaneCase) -> Measured:
    paces = [tokens_per_s(call) for call in streams_in(lane.answered)]
    return percentile_of([pace for pace in paces if pace is not None], 0.5)


_DELAY_WHY = {
    "p50": "Half of all users see at most this: the service as it usually is.",
    "p95": (
        "A retried call takes one pause more than others; at 10 % errors that is what p95 shows "
        "(LOAD-001, LOAD-010; TAIL)."
    ),
    "p99": (
        "The usual bound of a service's objective: of a page that makes a hundred calls most have "
        "one as slow as this (TAIL)."
    ),
    "p999": (
        "Where timeouts and the longest pauses show; it needs a thousand calls to be more than "
        "the slowest one (TAIL)."
    ),
}
_FIRST_WHY = {
    "p50": "What a reader usually waits for the first word; the server's own share is known.",
    "p95": (
        "A client that passes text on as it comes adds less than 100 ms to what the server takes "
        "(LAT-002)."
    ),
    "p99": "Where a stalled first token and its retry show (LAT-002; TAIL).",
}


def _delay_figure(name: str) -> FigureKind:
    return FigureKind(
        name=f"delay_{name}_s",
        label=f"Delay {_spoken(name)}",
        unit="s",
        better="lower",
        meaning=(
            f"{_of_calls(name)} that got an answer had it within this time after they were due, "
            "retries, pauses and queues included."
        ),
        default_why=_DELAY_WHY[name],
        measure=_delay(PERCENTILES[name]),
    )


def _first_token_figure(name: str) -> FigureKind:
    return FigureKind(
        name=f"first_token_{name}_s",
        label=f"Time to first token {_spoken(name)}",
        unit="s",
        better="lower",
        meaning=(
            f"{_of_calls(name, 'streams')} that got an answer showed their user the first piece of "
            "text within this time after they were due."
        ),
        default_why=_FIRST_WHY[name],
        measure=_first_token(PERCENTILES[name]),
        streams=True,
    )


def _spoken(name: str) -> str:
    return "p99.9" if name == "p999" else name


def _of_calls(name: str, what: str = "calls") -> str:
    return f"{PERCENTILES[name] * 100:g} % of the {what}"


FIGURES = (
    *(_delay_figure(name) for name in ("p50", "p95", "p99", "p999")),
    FigureKind(
        name="outcome_delay_p99_s",
        label="Delay to any outcome p99",
        unit="s",
        better="lower",
        meaning=(
            "99 % of all calls, answered or not, had ended within this time after they were due; "
            "infinite when more than 1 % never ended."
        ),
        default_why=(
            "A user is told of a failure within the deadline of the call; a client that lets them "
            "wait longer has no deadline (TIME-004)."
        ),
        measure=_outcome_delay,
    ),
    *(_first_token_figure(name) for name in ("p50", "p95", "p99")),
    FigureKind(
        name="tokens_per_s",
        label="Tokens a second",
        unit="tokens/s",
        better="higher",
        meaning=(
            "How fast text reached the user after the first token: the median of all streams that "
            "were answered live."
        ),
        default_why=(
            "People read about 5 tokens a second; text that comes slower is waited for (own "
            "arithmetic: 240 words a minute, 1.3 tokens a word)."
        ),
        measure=_tokens_per_s,
        streams=True,
    ),
)

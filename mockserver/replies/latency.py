"""How long a model takes: when the first token comes, and how far apart the others are.

The times depend on the model, the tokens and the load, and scatter by draws that are keyed by the
request: the same call and attempt takes the same time, as JSON and as a stream. What the real
models take is undocumented; :data:`REALISTIC` is this mock's own choice.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from mockserver.answer import EventKind, EventStream
from mockserver.api.models import BLAZE, EMBEDDING_MODELS, EMBER, SPEECH, TRANSCRIPTION
from mockserver.settings.latency import ModelLatencySettings, SpreadSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.api.work import Reply
    from mockserver.draws import Draws
    from mockserver.settings import LatencySettings

_FIRST = SpreadSettings(shape="lognormal", deviation=0.25)
_BETWEEN = SpreadSettings(shape="normal", deviation=0.2)

_EMBEDDING = ModelLatencySettings(
    base_s=0.08, per_input_token_s=0.00005, per_item_s=0.002, first=_FIRST, load_factor=1.0
)

REALISTIC = {
    EMBER: ModelLatencySettings(
        base_s=0.2,
        per_input_token_s=0.0002,
        per_output_token_s=0.01,
        first=_FIRST,
        between=_BETWEEN,
        load_factor=1.0,
    ),
    BLAZE: ModelLatencySettings(
        base_s=0.6,
        per_input_token_s=0.0008,
        per_output_token_s=0.03,
        first=_FIRST,
        between=_BETWEEN,
        load_factor=1.5,
    ),
    SPEECH: ModelLatencySettings(
        base_s=0.3,
        per_input_token_s=0.001,
        per_output_token_s=0.06,
        first=_FIRST,
        between=_BETWEEN,
        load_factor=1.0,
    ),
    TRANSCRIPTION: ModelLatencySettings(
        base_s=0.4, per_input_token_s=0.024, per_item_s=0.1, first=_FIRST, load_factor=1.0
    ),
    **dict.fromkeys(EMBEDDING_MODELS, _EMBEDDING),
}
"""The profile "realistic": ember writes 100 tokens a second, blaze 33; reading costs little, asking
at all costs most; sound is spoken in a quarter and heard in a tenth of its length."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When the first token is there, and how much later each further one, in seconds."""

    first_token_s: float
    gaps: tuple[float, ...] = ()

    @property
    def total_s(self) -> float:
        """When the last token is there."""
        return self.first_token_s + math.fsum(self.gaps)

    def delays(self, chunk_tokens: Iterable[int]) -> list[float]:
        """The pause before each chunk of so many tokens; one without tokens follows at once."""
        gaps = iter(self.gaps)
        delays: list[float] = []
        pending = self.first_token_s
        begun = False
        for tokens in chunk_tokens:
            later = tokens if begun else max(tokens - 1, 0)
            delays.append(pending + math.fsum(islice(gaps, later)))
            pending, begun = 0.0, True
        return delays


def times_of(settings: LatencySettings, model: str | None) -> ModelLatencySettings | None:
    """What the settings say of a model: its own times, or the profile's; None where it takes none.

    Work that no model does takes none.
    """
    if model is None:
        return None
    own = settings.models.get(model)
    if own is not None or settings.profile == "instant":
        return own
    return REALISTIC.get(model)


def plan(
    times: ModelLatencySettings,
    *,
    tokens_in: int,
    tokens_out: int,
    draws: Draws,
    items: int = 1,
    load: float = 0.0,
    factor: float = 1.0,
) -> Timing:
    """The times of one reply; ``load`` is the busy share of the capacity, 0 to 1."""
    slowed = factor * (1 + times.load_factor * load)
    first_s = times.base_s + times.per_input_token_s * tokens_in + times.per_item_s * items
    chance = random.Random(int(draws.fraction("latency") * (1 << 53)))
    first = _scattered(slowed * first_s, times.first, 1, chance)[0]
    gap_s = slowed * times.per_output_token_s
    return Timing(first, _scattered(gap_s, times.between, max(tokens_out - 1, 0), chance))


def _scattered(
    mean_s: float, spread: SpreadSettings, count: int, chance: random.Random
) -> tuple[float, ...]:
    """So many times about a mean."""
    if spread.shape == "constant" or mean_s == 0:
        return (mean_s,) * count
    if spread.shape == "normal":
        deviation_s = mean_s * spread.deviation
        least, most = max(0.0, mean_s - 3 * deviation_s), mean_s + 3 * deviation_s
        return tuple(min(max(chance.gauss(mean_s, deviation_s), least), most) for _ in range(count))
    variance = math.log1p(spread.deviation**2)
    centre, width = math.log(mean_s) - variance / 2, math.sqrt(variance)
    return tuple(chance.lognormvariate(centre, width) for _ in range(count))


def timed(reply: Reply, settings: LatencySettings, draws: Draws, load: float) -> Reply:
    """The reply with the times of its model; the same object where there are none."""
    times = times_of(settings, reply.model)
    if times is None:
        return reply
    stream = reply.answer.body
    streamed = isinstance(stream, EventStream)
    timing = plan(
        times,
        tokens_in=reply.tokens_in,
        tokens_out=sum(reply.chunk_tokens) if streamed else reply.tokens_out,
        draws=draws,
        items=reply.items,
        load=load,
        factor=settings.factor,
    )
    if not isinstance(stream, EventStream):
        return replace(reply, latency_s=reply.latency_s + timing.total_s)
    slowed = _slowed(stream, timing.delays(reply.chunk_tokens))
    return replace(reply, answer=replace(reply.answer, body=slowed))


def _slowed(stream: EventStream, delays: list[float]) -> EventStream:
    """The stream with these pauses before its chunks, on top of those that it has."""
    more = iter(delays)
    events = []
    for event in stream.events:
        delay_s = next(more, 0.0) if event.kind is EventKind.CHUNK else 0.0
        events.append(replace(event, delay_s=event.delay_s + delay_s) if delay_s else event)
    return replace(stream, events=tuple(events))


def service_s(reply: Reply) -> float:
    """How long the reply takes as a whole, from the beginning of the work to the last byte."""
    stream = reply.answer.body
    if not isinstance(stream, EventStream):
        return reply.latency_s
    return reply.latency_s + math.fsum(event.delay_s for event in stream.events)

"""The parts of a client, put together. Each answers one question and can be exchanged."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scenarios.reference.attempt import Attempt
from scenarios.reference.backoff import FullJitter
from scenarios.reference.breaker import Breaker, Breakers
from scenarios.reference.budget import Budget
from scenarios.reference.cache import AnswerCache
from scenarios.reference.call import Call
from scenarios.reference.classify import Classifier
from scenarios.reference.concurrency import ConcurrencyLimit
from scenarios.reference.events import EventAssembler
from scenarios.reference.fallback import FallbackPolicy
from scenarios.reference.lines import LineSplitter
from scenarios.reference.pursuit import Pursuit
from scenarios.reference.retry import RetryPolicy
from scenarios.reference.retry_after import RetryAfterReader
from scenarios.reference.retry_budget import RetryBudget
from scenarios.reference.secrets import Scrubber
from scenarios.reference.telemetry import Telemetry
from scenarios.reference.transcript import Transcript
from scenarios.reference.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenarios.reference.settings import BreakerSettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a client is made of.

    ``pursuit`` and ``attempt`` are made once for a client, ``call`` for each call, ``lines``,
    ``events`` and ``transcript`` for each stream; ``draw`` gives the chance in pauses, in [0, 1).
    """

    scrubber: Scrubber
    transport: Transport
    retry: RetryPolicy
    retry_budget: RetryBudget | None
    breakers: Breakers | None
    fallback: FallbackPolicy
    concurrency: ConcurrencyLimit
    cache: AnswerCache | None
    budget: Budget | None
    retry_after: RetryAfterReader = field(default_factory=RetryAfterReader)
    classifier: Classifier = field(default_factory=Classifier)
    pursuit: type[Pursuit] = Pursuit
    attempt: type[Attempt] = Attempt
    call: type[Call] = Call
    lines: Callable[[], LineSplitter] = LineSplitter
    events: Callable[[], EventAssembler] = EventAssembler
    transcript: Callable[[Classifier, str], Transcript] = Transcript
    telemetry: Telemetry = field(default_factory=Telemetry)
    draw: Callable[[], float] = field(default_factory=lambda: random.Random().random)


def standard_parts(settings: Settings) -> Parts:
    """The parts that the settings ask for."""
    scrubber = Scrubber()
    cache, budget, ratio = settings.cache, settings.budget, settings.retry_budget_ratio
    return Parts(
        scrubber=scrubber,
        transport=Transport(
            scrubber, connect_timeout_s=settings.connect_timeout_s, ca_file=settings.ca_file
        ),
        retry=RetryPolicy(
            settings.max_attempts,
            FullJitter(settings.backoff_base_s, settings.backoff_cap_s),
            settings.retry_after_cap_s,
        ),
        retry_budget=None if ratio is None else RetryBudget(ratio, settings.retry_budget_burst),
        breakers=breakers_of(settings.breaker) if settings.breaker else None,
        fallback=FallbackPolicy(),
        concurrency=ConcurrencyLimit(settings.max_concurrency, settings.queue_limit),
        cache=AnswerCache(cache.ttl_s, cache.max_entries) if cache else None,
        budget=Budget(budget.limit, budget.period_s, budget.alert_share) if budget else None,
    )


def breakers_of(settings: BreakerSettings, kind: type[Breaker] = Breaker) -> Breakers:
    """The breakers that the settings ask for."""
    numbers = (settings.failures, settings.window_s, settings.open_s, settings.probes)
    return Breakers(lambda: kind(*numbers))

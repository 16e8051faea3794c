"""How a damaged part is put into the reference client: where the part that it replaces stood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scenarios.clients.reference_adapter import ReferenceFactory
from scenarios.reference import Parts, PawaClient, Settings, standard_parts
from scenarios.reference.assembly import breakers_of
from scenarios.reference.attempt import Attempt
from scenarios.reference.backoff import FullJitter
from scenarios.reference.breaker import Breaker
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
from scenarios.reference.transcript import Transcript
from scenarios.reference.transport import Reply, Transport
from scenarios.zoo.null_client import NullClient, NullFactory

if TYPE_CHECKING:
    from aiohttp import ClientResponse

    from scenarios.clients.hosted import HostedFactory
    from scenarios.reference.transport import Limits

Fit = Callable[[Any, Settings, Parts], Mapping[str, Any]]
"""Makes the parts that change out of the damaged class, the settings and the sound parts."""


def _transport(kind: type[Transport], settings: Settings, parts: Parts) -> Mapping[str, Any]:
    connect_s, ca_file = settings.connect_timeout_s, settings.ca_file
    return {"transport": kind(parts.scrubber, connect_timeout_s=connect_s, ca_file=ca_file)}


def _reply(kind: type[Reply], settings: Settings, parts: Parts) -> Mapping[str, Any]:
    class Receiving(Transport):
        def new_reply(self, response: ClientResponse, limits: Limits) -> Reply:
            return kind(response, self, limits)

    return _transport(Receiving, settings, parts)


def _scrubber(kind: type[Scrubber], settings: Settings, parts: Parts) -> Mapping[str, Any]:
    scrubber = kind()
    return {
        "scrubber": scrubber,
        **_transport(Transport, settings, replace(parts, scrubber=scrubber)),
    }


def _backoff(kind: type[FullJitter], settings: Settings, parts: Parts) -> Mapping[str, Any]:
    backoff = kind(settings.backoff_base_s, settings.backoff_cap_s)
    return {"retry": replace(parts.retry, backoff=backoff)}


def _retry(kind: type[RetryPolicy], _: Settings, parts: Parts) -> Mapping[str, Any]:
    sound = parts.retry
    return {"retry": kind(sound.max_attempts, sound.backoff, sound.retry_after_cap_s)}


def _retry_budget(kind: type[RetryBudget], settings: Settings, _: Parts) -> Mapping[str, Any]:
    ratio = settings.retry_budget_ratio
    fitted = None if ratio is None else kind(ratio, settings.retry_budget_burst)
    return {"retry_budget": fitted}


def _breaker(kind: type[Breaker], settings: Settings, _: Parts) -> Mapping[str, Any]:
    return {"breakers": breakers_of(settings.breaker, kind) if settings.breaker else None}


def _concurrency(kind: type[ConcurrencyLimit], settings: Settings, _: Parts) -> Mapping[str, Any]:
    return {"concurrency": kind(settings.max_concurrency, settings.queue_limit)}


def _cache(kind: type[AnswerCache], settings: Settings, _: Parts) -> Mapping[str, Any]:
    cache = settings.cache
    return {"cache": kind(cache.ttl_s, cache.max_entries) if cache else None}


def _budget(kind: type[Budget], settings: Settings, _: Parts) -> Mapping[str, Any]:
    budget = settings.budget
    fitted = kind(budget.limit, budget.period_s, budget.alert_share) if budget else None
    return {"budget": fitted}


FITS: Mapping[type, Fit] = {
    AnswerCache: _cache,
    Attempt: lambda kind, _, __: {"attempt": kind},
    Breaker: _breaker,
    Budget: _budget,
    Call: lambda kind, _, __: {"call": kind},
    Classifier: lambda kind, _, __: {"classifier": kind()},
    ConcurrencyLimit: _concurrency,
    EventAssembler: lambda kind, _, __: {"events": kind},
    FallbackPolicy: lambda kind, _, __: {"fallback": kind()},
    FullJitter: _backoff,
    LineSplitter: lambda kind, _, __: {"lines": kind},
    Pursuit: lambda kind, _, __: {"pursuit": kind},
    Reply: _reply,
    RetryAfterReader: lambda kind, _, __: {"retry_after": kind()},
    RetryBudget: _retry_budget,
    RetryPolicy: _retry,
    Scrubber: _scrubber,
    Transcript: lambda kind, _, __: {"transcript": kind},
    Transport: _transport,
}
"""Which fields of :class:`Parts` a damaged class changes, by the class that it inherits from."""


def fitted(kind: type, settings: Settings) -> PawaClient:
    """The reference client with ``kind`` in the place of the class that it inherits from.

    Raises:
        TypeError: It inherits from no part of the reference client.
    """
    if issubclass(kind, PawaClient):
        return kind(settings)
    for base, fit in FITS.items():
        if issubclass(kind, base):
            sound = standard_parts(settings)
            return PawaClient(settings, replace(sound, **fit(kind, settings, sound)))
    raise TypeError(f"{kind.__name__} inherits from no part of the reference client")


def factory_for(kind: type, *, name: str, without: Sequence[str] = ()) -> HostedFactory:
    """What the host loads: the damaged client, which claims and declares what the sound one does.

    ``name`` is the defect's id; ``without`` are the settings that it never has.
    """
    if issubclass(kind, NullClient):
        return NullFactory(kind, name=name)

    left_out: dict[str, Any] = dict.fromkeys(without)

    def build(settings: Settings) -> PawaClient:
        return fitted(kind, replace(settings, **left_out))

    return ReferenceFactory(build, name=f"reference with {name}")

"""Everything a user of the client can set, with units and defaults. Checked once, when made."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scenarios.reference.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE_URL = "https://api.pawa-ai.com/v1"
CHAT_MODEL = "pawa-v1-ember-20240924"
EMBEDDING_MODEL = "pawa-embeddings-v1-20241001"


@dataclass(frozen=True, slots=True)
class FallbackTarget:
    """Another address that may answer; what is None is the primary's."""

    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    model: str | None = None


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """Answers are repeated for ``ttl_s`` seconds; the oldest of ``max_entries`` makes room."""

    ttl_s: float
    max_entries: int = 1024

    def __post_init__(self) -> None:
        _positive("cache.ttl_s", self.ttl_s)
        _at_least("cache.max_entries", self.max_entries, 1)


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """Sentences of several ``embed`` calls share a request.

    A request leaves when it has ``max_items`` sentences or ``max_bytes`` bytes of text, or
    ``linger_s`` seconds after its first sentence came.
    """

    max_items: int = 64
    max_bytes: int = 256 * 1024
    linger_s: float = 0.01

    def __post_init__(self) -> None:
        _at_least("batching.max_items", self.max_items, 1)
        _at_least("batching.max_bytes", self.max_bytes, 1)
        _not_negative("batching.linger_s", self.linger_s)


@dataclass(frozen=True, slots=True)
class Price:
    """What 1,000 tokens read and 1,000 written cost, in units of the budget.

    Pawa AI publishes no prices to programs: put in those of your contract.
    """

    in_per_1k: float = 1.0
    out_per_1k: float = 2.0

    def __post_init__(self) -> None:
        _not_negative("price.in_per_1k", self.in_per_1k)
        _not_negative("price.out_per_1k", self.out_per_1k)


@dataclass(frozen=True, slots=True)
class BudgetSettings:
    """What may be spent in each period, in the unit of the prices.

    An alert is noted once per period when ``alert_share`` of ``limit`` is spent; ``period_s`` None
    is one period for ever.
    """

    limit: float
    period_s: float | None = None
    alert_share: float = 0.8

    def __post_init__(self) -> None:
        _not_negative("budget.limit", self.limit)
        _positive("budget.period_s", self.period_s)
        if not 0 < self.alert_share <= 1:
            raise ConfigError(f"budget.alert_share is {self.alert_share}; it lies in (0, 1]")


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """A target that keeps failing is left alone.

    ``failures`` within ``window_s`` seconds open its breaker for ``open_s`` seconds; then at most
    ``probes`` attempts at a time try it, and as many must succeed. What is counted are attempts
    that the server or the way there failed, not shares: choose ``failures`` above what a healthy
    hour of your traffic shows in ``window_s``.
    """

    failures: int = 10
    window_s: float = 10.0
    open_s: float = 5.0
    probes: int = 1

    def __post_init__(self) -> None:
        _at_least("breaker.failures", self.failures, 1)
        _positive("breaker.window_s", self.window_s)
        _positive("breaker.open_s", self.open_s)
        _at_least("breaker.probes", self.probes, 1)


@dataclass(frozen=True, slots=True)
class Settings:
    """One client: where it calls, with which key, and how long it keeps trying.

    ``timeout_s`` bounds one attempt: for a JSON answer all of it, for a stream the time to its
    head. ``idle_timeout_s`` bounds each silence inside a body, ``stream_timeout_s`` a whole stream.
    ``max_attempts`` counts the first try; 1 never retries. A server that asks for a longer wait
    than ``retry_after_cap_s`` ends the call at once. ``max_elapsed_s`` is the deadline of calls
    that bring none. ``retry_budget_ratio`` is how many retries all calls together may make for each
    first attempt, beyond a reserve of ``retry_budget_burst``; None does not bound them. ``breaker``
    is off unless given: the right numbers depend on the traffic.
    """

    api_key: str = field(repr=False)
    base_url: str = BASE_URL
    model: str = CHAT_MODEL
    embedding_model: str = EMBEDDING_MODEL
    fallback_models: tuple[str, ...] = ()
    fallbacks: tuple[FallbackTarget, ...] = ()
    timeout_s: float = 60.0
    connect_timeout_s: float = 5.0
    idle_timeout_s: float = 30.0
    stream_timeout_s: float = 600.0
    max_attempts: int = 3
    backoff_base_s: float = 0.5
    backoff_cap_s: float = 8.0
    retry_after_cap_s: float = 60.0
    max_elapsed_s: float | None = None
    retry_budget_ratio: float | None = 0.2
    retry_budget_burst: int = 20
    breaker: BreakerSettings | None = None
    max_concurrency: int = 100
    queue_limit: int | None = None
    cache: CacheSettings | None = None
    batching: BatchSettings | None = None
    budget: BudgetSettings | None = None
    price: Price = field(default_factory=Price)
    prices: Mapping[str, Price] = field(default_factory=dict)
    ca_file: str | None = None

    def __post_init__(self) -> None:
        check_url("base_url", self.base_url)
        for place, target in enumerate(self.fallbacks):
            if target.base_url is not None:
                check_url(f"fallbacks[{place}].base_url", target.base_url)
        for name in (
            "timeout_s",
            "connect_timeout_s",
            "idle_timeout_s",
            "stream_timeout_s",
            "backoff_base_s",
            "backoff_cap_s",
            "retry_after_cap_s",
            "max_elapsed_s",
        ):
            _positive(name, getattr(self, name))
        _at_least("max_attempts", self.max_attempts, 1)
        _at_least("max_concurrency", self.max_concurrency, 1)
        _at_least("retry_budget_burst", self.retry_budget_burst, 1)
        if self.retry_budget_ratio is not None:
            _not_negative("retry_budget_ratio", self.retry_budget_ratio)
        if self.queue_limit is not None:
            _at_least("queue_limit", self.queue_limit, 0)

    def price_of(self, model: str) -> Price:
        """The price of a model."""
        return self.prices.get(model, self.price)


def check_url(setting: str, url: str) -> None:
    """Raises ConfigError for an address that is not plain ``http(s)://host…``."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(f"{setting} is no http or https address; it looks like {BASE_URL}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigError(f"{setting} holds credentials, a query or a fragment; leave them out")


def _positive(name: str, value: float | None) -> None:
    if value is not None and not (value > 0 and math.isfinite(value)):
        raise ConfigError(f"{name} is {value}; it is a number above 0")


def _not_negative(name: str, value: float) -> None:
    if not (value >= 0 and math.isfinite(value)):
        raise ConfigError(f"{name} is {value}; it is a number from 0 up")


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ConfigError(f"{name} is {value}; it is a whole number from {least} up")

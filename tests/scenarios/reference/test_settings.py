"""Settings are refused with a sentence that names the setting."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.reference import (
    BatchSettings,
    BreakerSettings,
    BudgetSettings,
    CacheSettings,
    FallbackTarget,
    Price,
    Settings,
)
from scenarios.reference.errors import ConfigError
from tests.scenarios.reference.makers import KEY, make_settings


def test_defaults() -> None:
    """Only the key has to be given."""
    settings = Settings(KEY)

    assert settings.max_attempts == 3
    assert (settings.timeout_s, settings.connect_timeout_s, settings.idle_timeout_s) == (60, 5, 30)
    assert (settings.backoff_base_s, settings.backoff_cap_s) == (0.5, 8)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", "ftp://example.org"),
        ("base_url", "example.org"),
        ("base_url", "http://"),
        ("base_url", "http://host:no"),
        ("base_url", "http://me:word@host/v1"),
        ("base_url", "http://host/v1?key=1"),
        ("timeout_s", 0),
        ("timeout_s", float("nan")),
        ("timeout_s", float("inf")),
        ("connect_timeout_s", -1),
        ("idle_timeout_s", 0),
        ("stream_timeout_s", 0),
        ("backoff_base_s", 0),
        ("backoff_cap_s", 0),
        ("retry_after_cap_s", 0),
        ("max_elapsed_s", 0),
        ("max_attempts", 0),
        ("max_concurrency", 0),
        ("queue_limit", -1),
        ("retry_budget_ratio", -0.1),
        ("retry_budget_ratio", float("inf")),
        ("retry_budget_burst", 0),
        ("fallbacks", (FallbackTarget(base_url="nowhere"),)),
    ],
)
def test_refused(name: str, value: Any) -> None:
    """A setting that cannot work is refused by its name."""
    with pytest.raises(ConfigError, match=name):
        make_settings(**{name: value})


@pytest.mark.parametrize(
    ("kind", "changes", "name"),
    [
        (CacheSettings, {"ttl_s": 0}, "cache.ttl_s"),
        (CacheSettings, {"ttl_s": 1, "max_entries": 0}, "cache.max_entries"),
        (BatchSettings, {"max_items": 0}, "batching.max_items"),
        (BatchSettings, {"max_bytes": 0}, "batching.max_bytes"),
        (BatchSettings, {"linger_s": -1}, "batching.linger_s"),
        (BreakerSettings, {"failures": 0}, "breaker.failures"),
        (BreakerSettings, {"window_s": 0}, "breaker.window_s"),
        (BreakerSettings, {"open_s": 0}, "breaker.open_s"),
        (BreakerSettings, {"probes": 0}, "breaker.probes"),
        (BudgetSettings, {"limit": -1}, "budget.limit"),
        (BudgetSettings, {"limit": 1, "period_s": 0}, "budget.period_s"),
        (BudgetSettings, {"limit": 1, "alert_share": 0}, "budget.alert_share"),
        (Price, {"in_per_1k": -1}, "price.in_per_1k"),
        (Price, {"out_per_1k": float("nan")}, "price.out_per_1k"),
    ],
)
def test_refused_parts(kind: Any, changes: dict[str, Any], name: str) -> None:
    """The groups of settings are checked in the same way."""
    with pytest.raises(ConfigError, match=name):
        kind(**changes)


def test_keys_do_not_show() -> None:
    """The repr of settings holds no key."""
    settings = make_settings(fallbacks=(FallbackTarget(api_key="other-key-123"),))

    assert KEY not in repr(settings)
    assert "other-key-123" not in repr(settings)


def test_prices() -> None:
    """A model without a price of its own costs the general one."""
    settings = make_settings(price=Price(1, 1), prices={"dear": Price(9, 9)})

    assert settings.price_of("dear") == Price(9, 9)
    assert settings.price_of("other") == Price(1, 1)

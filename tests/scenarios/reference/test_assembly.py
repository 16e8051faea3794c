"""The parts follow the settings, and can be exchanged."""

from __future__ import annotations

from dataclasses import replace

from scenarios.reference import (
    BreakerSettings,
    BudgetSettings,
    CacheSettings,
    PawaClient,
    standard_parts,
)
from scenarios.reference.classify import Classifier
from tests.scenarios.reference.makers import make_settings, make_target


def test_only_what_is_asked_for() -> None:
    """Cache and budget are there when the settings ask for them."""
    bare = standard_parts(make_settings())
    full = standard_parts(make_settings(cache=CacheSettings(1), budget=BudgetSettings(5)))

    assert (bare.cache, bare.budget) == (None, None)
    assert full.cache is not None
    assert full.budget is not None
    assert full.budget.limit == 5


def test_retries_are_bounded_unless_told_otherwise() -> None:
    """The retry budget is on, breakers are off; the settings turn both."""
    bare = standard_parts(make_settings())
    other = standard_parts(
        make_settings(retry_budget_ratio=None, breaker=BreakerSettings(failures=4, probes=2))
    )

    assert bare.retry_budget is not None
    assert (bare.retry_budget.ratio, bare.retry_budget.capacity) == (0.2, 20)
    assert (bare.breakers, other.retry_budget) == (None, None)
    assert other.breakers is not None
    breaker = other.breakers.of(make_target())
    assert (breaker.failures, breaker.window_s, breaker.open_s, breaker.probes) == (4, 10, 5, 2)


def test_draws_differ() -> None:
    """Two clients do not draw the same pauses."""
    first, second = standard_parts(make_settings()), standard_parts(make_settings())

    assert [first.draw() for _ in range(4)] != [second.draw() for _ in range(4)]


def test_exchange() -> None:
    """A client takes any part in place of the standard one."""

    class Mine(Classifier):
        """A classifier of one's own."""

    settings = make_settings()

    client = PawaClient(settings, replace(standard_parts(settings), classifier=Mine()))

    assert isinstance(client.parts.classifier, Mine)

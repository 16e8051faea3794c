"""The parts follow the settings, and can be exchanged."""

from __future__ import annotations

from dataclasses import replace

from scenarios.reference import BudgetSettings, CacheSettings, PawaClient, standard_parts
from scenarios.reference.classify import Classifier
from tests.scenarios.reference.makers import make_settings


def test_only_what_is_asked_for() -> None:
    """Cache and budget are there when the settings ask for them."""
    bare = standard_parts(make_settings())
    full = standard_parts(make_settings(cache=CacheSettings(1), budget=BudgetSettings(5)))

    assert (bare.cache, bare.budget) == (None, None)
    assert full.cache is not None
    assert full.budget is not None
    assert full.budget.limit == 5


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

"""What work costs, in whole micro-units."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.admission.prices import FREE, PRICES_REMEMBERED, Price, micro_units, tariff_of
from mockserver.settings import SandboxSettings

TABLE: dict[str, Any] = {
    "price": {"in_per_1k": 1, "out_per_1k": 2},
    "prices": {
        "pawa-v1-*": {"in_per_1k": 10, "out_per_1k": 20},
        "pawa-v1-blaze": {"in_per_1k": 100, "out_per_1k": 200},
        "*": {"in_per_1k": 3, "out_per_1k": 3},
    },
    "kinds": {"agents.create": {"in_per_1k": 0, "out_per_1k": 0, "per_request": 0.5}},
}


@pytest.mark.parametrize(("units", "micro"), [(0, 0), (0.1, 100_000), (1.15, 1_150_000), (3, 3e6)])
def test_units_become_whole_micro_units(units: float, micro: int) -> None:
    """Exactly, for what a person writes in decimals."""
    assert micro_units(units) == micro


def test_a_price_is_for_a_thousand_tokens_a_request_and_an_item() -> None:
    """They add up."""
    price = Price(in_per_1k=1_000_000, out_per_1k=2_000_000, per_request=7, per_item=30)

    assert price.cost(1000, 1000, 2) == 3_000_000 + 7 + 60
    assert FREE.cost(10, 10, 10) == 0


def test_a_fraction_of_a_micro_unit_costs_a_whole_one() -> None:
    """Rounded up, so that no work is free by rounding."""
    assert Price(in_per_1k=1).cost(1, 0, 0) == 1
    assert Price(in_per_1k=1).cost(1001, 0, 0) == 2


@given(*[st.integers(0, 10_000)] * 6)
def test_less_work_never_costs_more(  # noqa: PLR0917 - three amounts, and three more
    read: int, written: int, items: int, more: int, longer: int, further: int
) -> None:
    """So what is used never passes what was reserved for it."""
    price = Price(in_per_1k=3, out_per_1k=7, per_request=1, per_item=2)

    assert price.cost(read, written, items) <= price.cost(
        read + more, written + longer, items + further
    )


@pytest.mark.parametrize(
    ("model", "kind", "cost"),
    [
        ("pawa-v1-blaze", "chat", 1_000_000),
        ("pawa-v1-ember", "chat", 100_000),
        ("other", "agents.create", 30_000),
        (None, "agents.create", 500_000),
        (None, "agents.list", 0),
    ],
)
def test_the_nearest_price_is_that_of_the_model(model: str | None, kind: str, cost: int) -> None:
    """An exact model, then the first glob, then the kind; work without a model is free."""
    tariff = tariff_of(SandboxSettings.model_validate({"pricing": TABLE}))

    assert tariff.price(model, kind).cost(10, 0, 1) == cost


def test_kinds_are_for_models_that_no_price_fits() -> None:
    """An endpoint by its name or a glob; the usual price for the rest."""
    kinds = {"embeddings": {"in_per_1k": 5}, "agents.*": {"in_per_1k": 6}}
    tariff = tariff_of(SandboxSettings.model_validate({"pricing": {"kinds": kinds}}))

    costs = [
        tariff.price("m", kind).cost(1000, 0, 1) for kind in ("embeddings", "agents.chat", "chat")
    ]
    assert costs == [5_000_000, 6_000_000, 1_000_000]


def test_the_short_form_has_prices_too() -> None:
    """Those of the budget, where the sandbox has no table of its own."""
    budget = {"limit_units": 1, "prices": {"m": {"in_per_1k": 9}}}
    tariff = tariff_of(SandboxSettings.model_validate({"budget": budget}))

    assert tariff.price("m", "chat").cost(1000, 0, 1) == 9_000_000
    assert tariff.price("n", "chat").cost(1000, 0, 1) == 1_000_000


def test_what_is_remembered_of_prices_is_bounded() -> None:
    """However many models are asked for."""
    tariff = tariff_of(SandboxSettings())
    prices = {tariff.price(f"m{number}", "chat") for number in range(2_000)}

    assert len(prices) == 1
    assert len(tariff._known) == PRICES_REMEMBERED

"""Money: what work costs, and a ledger that never passes its limit."""

from __future__ import annotations

from typing import Literal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from mockserver.admission.budget import (
    BudgetLedger,
    Reservation,
    cost_of,
    micro_units,
    refusal,
)
from mockserver.settings import BudgetSettings, PriceSettings

BUDGET = BudgetSettings(
    limit_units=10,
    price=PriceSettings(in_per_1k=1, out_per_1k=2),
    prices={"dear": PriceSettings(in_per_1k=100, out_per_1k=200)},
)


@pytest.mark.parametrize(("units", "micro"), [(0, 0), (0.1, 100_000), (1.15, 1_150_000), (3, 3e6)])
def test_units_become_whole_micro_units(units: float, micro: int) -> None:
    """Exactly, for what a person writes in decimals."""
    assert micro_units(units) == micro


def test_a_price_is_for_a_thousand_tokens() -> None:
    """A model's own price, or the common one; nothing where no model works."""
    assert cost_of(BUDGET, "any", 1000, 1000) == 3_000_000
    assert cost_of(BUDGET, "dear", 1000, 0) == 100_000_000
    assert cost_of(BUDGET, None, 1000, 1000) == 0


def test_a_fraction_of_a_micro_unit_costs_a_whole_one() -> None:
    """Rounded up, so that no work is free by rounding."""
    tiny = BudgetSettings(limit_units=1, price=PriceSettings(in_per_1k=0.000001, out_per_1k=0))

    assert cost_of(tiny, "m", 1, 0) == 1
    assert cost_of(tiny, "m", 1001, 0) == 2


@given(*[st.integers(0, 10_000)] * 4)
def test_less_work_never_costs_more(read: int, written: int, more: int, longer: int) -> None:
    """So what is used never passes what was reserved for it."""
    assert cost_of(BUDGET, "m", read, written) <= cost_of(
        BUDGET, "m", read + more, written + longer
    )


def test_what_is_not_used_is_free_again() -> None:
    """Reserve by the most it can cost, settle with what it did."""
    ledger = BudgetLedger()
    first = ledger.reserve(100, 80)
    assert first is not None
    assert ledger.reserve(100, 21) is None

    ledger.settle(first, 30)

    assert (ledger.spent_micro, ledger.reserved_micro) == (30, 0)
    assert ledger.reserve(100, 70) is not None
    assert ledger.reserve(100, 1) is None


def test_a_raised_limit_and_a_new_period_let_work_in() -> None:
    """The limit is asked at each reservation; a reset spares what is open."""
    ledger = BudgetLedger()
    spent, still_open = ledger.reserve(100, 60), ledger.reserve(100, 40)
    assert spent is not None
    assert still_open is not None
    ledger.settle(spent, 60)
    assert ledger.reserve(100, 1) is None
    assert ledger.reserve(101, 1) is not None

    ledger.reset()
    ledger.settle(still_open, 40)

    assert ledger.spent_micro == 40


def test_a_mistake_of_the_caller_is_loud() -> None:
    """Settled twice, over the reservation, or negative."""
    ledger = BudgetLedger()
    reservation = ledger.reserve(100, 10)
    assert reservation is not None

    with pytest.raises(ValueError, match="used 11 of a reservation of 10"):
        ledger.settle(reservation, 11)
    with pytest.raises(ValueError, match="negative"):
        ledger.reserve(100, -1)
    ledger.settle(reservation, 10)
    with pytest.raises(ValueError, match="settled already"):
        ledger.settle(reservation, 10)


@pytest.mark.parametrize("spelling", [402, 403, 429])
def test_a_refusal_is_spelled_as_told(spelling: Literal[402, 403, 429]) -> None:
    """Three spellings, one message, no promise of when to come back."""
    answer = refusal(BudgetSettings(limit_units=0, spelling=spelling))

    assert isinstance(answer.body, bytes)
    assert answer.status == spelling
    assert orjson.loads(answer.body)["message"] == "Budget limit exceeded"
    assert "Retry-After" not in dict(answer.headers)


class LedgerAgainstModel(RuleBasedStateMachine):
    """Any order of reserving, settling and resetting, against two plain numbers."""

    LIMIT = 1000
    reservations: Bundle[Reservation] = Bundle("reservations")

    def __init__(self) -> None:
        super().__init__()
        self.ledger = BudgetLedger()
        self.spent = 0
        self.open: dict[int, int] = {}

    @rule(target=reservations, amount=st.integers(0, 1200))
    def reserve(self, amount: int) -> object:
        """Granted exactly when it fits."""
        fits = self.spent + sum(self.open.values()) + amount <= self.LIMIT
        reservation = self.ledger.reserve(self.LIMIT, amount)
        assert (reservation is not None) is fits
        if reservation is None:
            return Reservation(-1, 0)
        self.open[reservation.number] = amount
        return reservation

    @rule(reservation=consumes(reservations), share=st.floats(0, 1))
    def settle(self, reservation: Reservation, share: float) -> None:
        """Any part of what was reserved is spent."""
        if reservation.number in self.open:
            used = int(self.open.pop(reservation.number) * share)
            self.ledger.settle(reservation, used)
            self.spent += used

    @rule()
    def reset(self) -> None:
        """A new period."""
        self.ledger.reset()
        self.spent = 0

    @invariant()
    def agrees(self) -> None:
        """Never over the limit by one micro-unit."""
        assert self.ledger.spent_micro == self.spent
        assert self.ledger.reserved_micro == sum(self.open.values())
        assert self.spent + self.ledger.reserved_micro <= self.LIMIT


TestLedgerAgainstModel = LedgerAgainstModel.TestCase

"""The budget: nothing is spent that is not there, and nothing stays set aside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference.budget import Budget, Reservation
from scenarios.reference.errors import BudgetExhaustedError


class Hands:
    """A clock that stands where a test puts it."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def make_budget(limit: float = 100, period_s: float | None = None) -> tuple[Budget, Hands]:
    hands = Hands()
    return Budget(limit, period_s, 0.8, hands, lambda: 1_700_000_000.0), hands


def test_reserve_and_settle() -> None:
    """What is set aside is not left; what was spent replaces it."""
    budget, _ = make_budget()
    reservation = budget.reserve(1, 30)
    assert (budget.left, budget.spent) == (70, 0)

    budget.settle(reservation, 10)
    budget.settle(reservation, 10)

    assert (budget.left, budget.spent) == (90, 10)


def test_refusal() -> None:
    """A call that not even its least is left for is refused with the numbers."""
    budget, _ = make_budget(10)
    budget.settle(budget.reserve(1, 5), 9.5)

    with pytest.raises(BudgetExhaustedError, match=r"9\.5 of 10 spent") as caught:
        budget.reserve(1, 5)

    assert caught.value.code == "local_budget"


def test_nothing_left() -> None:
    """When all is set aside or the limit is zero, even a free call is refused."""
    budget, _ = make_budget(10)
    budget.reserve(1, 50)
    for empty in (budget, make_budget(0)[0]):
        with pytest.raises(BudgetExhaustedError):
            empty.reserve(0, 0)


@given(
    st.lists(
        st.tuples(st.floats(0, 20), st.floats(0, 50), st.floats(0, 1), st.booleans()), max_size=60
    )
)
def test_the_limit_holds(calls: list[tuple[float, float, float, bool]]) -> None:
    """Whatever is reserved and settled in whatever order, all reservations fit the limit."""
    budget, _ = make_budget(100)
    held: list[tuple[Reservation, float]] = []
    for least, more, share, settles in calls:
        try:
            reservation = budget.reserve(least, least + more)
        except BudgetExhaustedError:
            continue
        held.append((reservation, reservation.amount * share))
        if settles:
            budget.settle(*held.pop(0))
        assert budget.spent + sum(each.amount for each, _ in held) <= 100 + 1e-9
    for reservation, cost in held:
        budget.settle(reservation, cost)

    assert budget.left == pytest.approx(100 - budget.spent)


def test_periods() -> None:
    """With a new period everything is there again; what the old one set aside is forgotten."""
    budget, hands = make_budget(10, period_s=60)
    budget.settle(budget.reserve(1, 10), 10)
    hands.now_s = 61
    old = budget.reserve(1, 4)
    hands.now_s = 121

    assert budget.left == 10
    budget.settle(old, 3)
    assert (budget.left, budget.spent) == (7, 3)


def test_alerts() -> None:
    """Crossing the share raises one alert in each period, and none below it."""
    budget, hands = make_budget(100, period_s=60)
    for _ in range(15):
        budget.settle(budget.reserve(1, 5), 5)
    assert budget.alerts == []

    for _ in range(3):
        budget.settle(budget.reserve(1, 5), 5)
    assert [alert.detail for alert in budget.alerts] == ["80 of 100 spent"]

    hands.now_s = 60
    budget.settle(budget.reserve(1, 90), 90)
    assert len(budget.alerts) == 2
    assert (budget.alerts[0].kind, budget.alerts[0].at) == ("budget", 1_700_000_000.0)

"""A ledger that never passes a limit and never loses a unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver.admission.ledger import PERIODS_KEPT, Account, Budget, Ledger, Pot, Reservation
from mockserver.settings.budget import MAIN, AllowanceSettings, Scope

if TYPE_CHECKING:
    from mockserver.admission.alerts import Alert

DAY_S = 86_400.0


def budget(
    name: str = MAIN, scope: Scope = "sandbox", *, only: tuple[str, ...] = (), **terms: Any
) -> Budget:
    """A budget; its money is given in micro-units."""
    if "micro" in terms:
        terms["limit_units"] = terms.pop("micro") / 1_000_000
    return Budget(name, scope, AllowanceSettings(**terms), only)


def ledger_of(*budgets: Budget, alerts: list[Alert] | None = None) -> Ledger:
    ledger = Ledger(None if alerts is None else alerts.append)
    ledger.adopt(budgets, 0.0)
    return ledger


def reserve(
    ledger: Ledger, micro: int, tokens: int = 0, *, key: str = "k", at_s: float = 0.0
) -> Reservation:
    """What is set aside for a key; it must be let in."""
    found = try_to_reserve(ledger, micro, tokens, key=key, at_s=at_s)
    assert isinstance(found, Reservation)
    return found


def try_to_reserve(
    ledger: Ledger, micro: int, tokens: int = 0, *, key: str = "k", at_s: float = 0.0
) -> Reservation | Account:
    return ledger.reserve(ledger.applying(key, "p", at_s), micro, tokens, at_s)


def refused(ledger: Ledger, micro: int, tokens: int = 0, **more: Any) -> str:
    """The id of the budget that refuses."""
    found = try_to_reserve(ledger, micro, tokens, **more)
    assert isinstance(found, Account)
    return found.budget.id


def sums(pot: Pot) -> tuple[int, int]:
    return pot.spent, pot.reserved


class TestOneBudget:
    def test_what_is_not_used_is_free_again(self) -> None:
        """Reserve by the most it can cost, settle with what it did."""
        ledger = ledger_of(budget(micro=100))
        first = reserve(ledger, 80)
        assert refused(ledger, 21) == MAIN

        ledger.settle(first, 30, 0)

        assert (ledger.spent_micro, ledger.reserved_micro) == (30, 0)
        reserve(ledger, 70)
        assert refused(ledger, 1) == MAIN

    def test_what_costs_nothing_is_never_refused(self) -> None:
        """Also where nothing is left, or less than that."""
        ledger = ledger_of(budget(micro=0, limit_tokens=0))

        reserve(ledger, 0)
        assert refused(ledger, 1) == MAIN
        assert refused(ledger, 0, 1) == MAIN

    def test_tokens_are_a_limit_of_their_own(self) -> None:
        """Whichever is reached first refuses."""
        ledger = ledger_of(budget(micro=100, limit_tokens=10))
        ledger.settle(reserve(ledger, 5, 8), 5, 6)

        assert refused(ledger, 5, 5) == MAIN
        assert refused(ledger, 96, 1) == MAIN
        reserve(ledger, 95, 4)

    def test_a_mistake_of_the_caller_is_loud(self) -> None:
        """Settled twice, over the reservation, or negative; none of them changes anything."""
        ledger = ledger_of(budget(micro=100))
        reservation = reserve(ledger, 10, 3)

        for used in ((11, 0), (-1, 0), (0, 4)):
            with pytest.raises(ValueError, match="of a reservation of 10 and 3"):
                ledger.settle(reservation, *used)
        with pytest.raises(ValueError, match="negative"):
            try_to_reserve(ledger, -1)
        ledger.settle(reservation, 10, 3)
        with pytest.raises(ValueError, match="settled already"):
            ledger.settle(reservation, 10, 3)
        assert (ledger.spent_micro, ledger.reserved_micro) == (10, 0)

    def test_a_soft_budget_only_counts(self) -> None:
        """It never refuses."""
        ledger = ledger_of(budget(micro=10, mode="soft"))
        ledger.settle(reserve(ledger, 50), 50, 0)

        assert ledger.spent_micro == 50

    def test_grace_is_a_share_on_top(self) -> None:
        """Ten of a hundred, and not one more."""
        ledger = ledger_of(budget(micro=100, grace=0.1))
        reserve(ledger, 110)

        assert refused(ledger, 1) == MAIN


class TestSeveralBudgets:
    def test_all_of_them_must_let_a_request_in(self) -> None:
        """One that is refused takes nothing from the others."""
        ledger = ledger_of(
            budget(micro=100), budget("mine", "key", micro=10), budget("ours", "project", micro=50)
        )

        assert refused(ledger, 11) == "mine"
        assert [account.period.units.reserved for account in ledger.accounts(0.0)] == [0, 0, 0]
        ledger.settle(reserve(ledger, 10), 7, 0)
        assert [account.period.units.spent for account in ledger.accounts(0.0)] == [7, 7, 7]
        assert [account.refused for account in ledger.accounts(0.0)] == [0, 1, 0]

    def test_each_key_has_its_own_account(self) -> None:
        """Of the same size."""
        ledger = ledger_of(budget("mine", "key", micro=10))
        reserve(ledger, 10, key="a")

        assert refused(ledger, 1, key="a") == "mine"
        reserve(ledger, 10, key="b")

    def test_a_budget_may_be_for_some_only(self) -> None:
        """The others do not fall under it."""
        ledger = ledger_of(budget("mine", "key", only=("a",), micro=10))
        reserve(ledger, 10, key="a")

        assert refused(ledger, 1, key="a") == "mine"
        reserve(ledger, 1_000, key="b")
        assert [account.subject for account in ledger.accounts(0.0)] == ["a"]


class TestPeriods:
    def test_a_new_period_begins_with_nothing_spent(self) -> None:
        """And the old one is kept."""
        ledger = ledger_of(budget(micro=10, period="daily"))
        ledger.settle(reserve(ledger, 10), 9, 0)
        assert refused(ledger, 2, at_s=DAY_S - 1) == MAIN

        reserve(ledger, 10, at_s=DAY_S)

        (account,) = ledger.accounts(DAY_S)
        (old,) = account.history
        assert (sums(old.units), old.refused, old.ended_s) == ((9, 0), 1, DAY_S)
        assert sums(account.period.units) == (0, 10)

    def test_a_request_belongs_to_the_period_that_let_it_in(self) -> None:
        """It takes nothing from the next one."""
        ledger = ledger_of(budget(micro=10, period="daily"))
        still_open = reserve(ledger, 10)
        reserve(ledger, 10, at_s=DAY_S)

        ledger.settle(still_open, 4, 0)

        (account,) = ledger.accounts(DAY_S)
        assert sums(account.history[0].units) == (4, 0)
        assert sums(account.period.units) == (0, 10)

    def test_a_clock_that_is_set_back_brings_no_money_back(self) -> None:
        """The period goes on until its end has passed."""
        ledger = ledger_of(budget(micro=10, period="daily"))
        reserve(ledger, 10, at_s=3 * DAY_S)

        assert refused(ledger, 1, at_s=DAY_S) == MAIN

    def test_a_restart_begins_a_period_now(self) -> None:
        """It ends when the present one would have."""
        ledger = ledger_of(budget(micro=10, period="daily"))
        ledger.settle(reserve(ledger, 10), 10, 0)
        (account,) = ledger.accounts(5.0)

        account.restart(5.0)

        assert (account.period.start_s, account.period.end_s) == (5.0, DAY_S)
        assert account.history[0].ended_s == 5.0
        reserve(ledger, 10, at_s=5.0)

    def test_a_top_up_is_for_this_period_only(self) -> None:
        """A raise is for all that follow."""
        ledger = ledger_of(budget(micro=10, period="daily"))
        (account,) = ledger.accounts(0.0)
        account.top_up(5, 0, 0.0)

        reserve(ledger, 15)
        assert refused(ledger, 1) == MAIN
        assert refused(ledger, 11, at_s=DAY_S) == MAIN
        ledger.adopt([budget(micro=15, period="daily")], DAY_S)
        reserve(ledger, 15, at_s=DAY_S)

    def test_periods_are_kept_to_a_number(self) -> None:
        """The oldest give way."""
        ledger = ledger_of(budget(micro=10, period="daily"))
        for day in range(PERIODS_KEPT + 5):
            reserve(ledger, 1, at_s=day * DAY_S)

        assert len(ledger.accounts(0.0)[0].history) == PERIODS_KEPT


class TestChanges:
    def test_a_changed_limit_counts_from_now_on(self) -> None:
        """What is spent stays spent; less than that refuses whatever costs something."""
        ledger = ledger_of(budget(micro=10))
        ledger.settle(reserve(ledger, 10), 10, 0)
        ledger.adopt([budget(micro=12)], 0.0)
        reserve(ledger, 2)

        ledger.adopt([budget(micro=5)], 0.0)

        assert refused(ledger, 1) == MAIN
        reserve(ledger, 0)

    def test_a_budget_that_comes_back_still_knows(self) -> None:
        """Meanwhile nothing is counted, and requests that are open are settled all the same."""
        ledger = ledger_of(budget(micro=10))
        still_open = reserve(ledger, 6)
        ledger.adopt([], 0.0)
        reserve(ledger, 1_000)
        assert ledger.accounts(0.0) == ()
        ledger.settle(still_open, 6, 0)

        ledger.adopt([budget(micro=10)], 0.0)

        assert refused(ledger, 5) == MAIN

    def test_a_budget_of_another_scope_is_another_one(self) -> None:
        """Its accounts begin anew."""
        ledger = ledger_of(budget("one", "key", micro=10))
        reserve(ledger, 10)
        ledger.adopt([budget("one", "project", micro=10)], 0.0)

        assert ledger.accounts(0.0) == ()
        reserve(ledger, 10)

    def test_a_budget_that_is_for_fewer_shows_no_others(self) -> None:
        """Their accounts are kept, should it be for them again."""
        ledger = ledger_of(budget("mine", "key", only=("a", "b"), micro=10))
        for key in ("a", "b"):
            reserve(ledger, 10, key=key)
        ledger.adopt([budget("mine", "key", only=("a",), micro=10)], 0.0)
        reserve(ledger, 1_000, key="b")

        assert [account.subject for account in ledger.accounts(0.0)] == ["a"]
        ledger.adopt([budget("mine", "key", micro=10)], 0.0)
        assert refused(ledger, 1, key="b") == "mine"

    def test_a_changed_period_keeps_what_was_spent(self) -> None:
        """Until the new kind of period ends."""
        ledger = ledger_of(budget(micro=10))
        reserve(ledger, 10)
        ledger.adopt([budget(micro=10, period="daily")], 5.0)

        assert refused(ledger, 1, at_s=DAY_S - 1) == MAIN
        reserve(ledger, 10, at_s=DAY_S)

    def test_a_cleared_ledger_forgets_also_what_is_open(self) -> None:
        """A request that ends later is settled with what was forgotten."""
        ledger = ledger_of(budget(micro=10))
        still_open = reserve(ledger, 10)
        ledger.clear(0.0)
        ledger.settle(still_open, 10, 0)

        assert (ledger.spent_micro, ledger.reserved_micro) == (0, 0)


class TestAlerts:
    def test_each_share_is_told_once_in_a_period(self) -> None:
        """When what is spent reaches it, not when it is set aside."""
        alerts: list[Alert] = []
        ledger = ledger_of(budget(micro=10, period="daily"), alerts=alerts)
        for at_s in (0.0, DAY_S):
            reserved = [reserve(ledger, 1, at_s=at_s) for _ in range(10)]
            assert len(alerts) in {0, 2}
            for one in reserved:
                ledger.settle(one, 1, 0)

        told = [(alert.share, alert.spent, alert.start_s) for alert in alerts]
        assert told == [(0.8, 8, 0.0), (1.0, 10, 0.0), (0.8, 8, DAY_S), (1.0, 10, DAY_S)]
        assert ledger.accounts(DAY_S)[0].alerts == 4

    def test_one_large_request_may_reach_several_shares(self) -> None:
        """Of money and of tokens; each is told."""
        alerts: list[Alert] = []
        terms = budget("mine", "key", micro=10, limit_tokens=10, alerts=(1.0, 0.5))
        ledger = ledger_of(terms, alerts=alerts)
        ledger.settle(reserve(ledger, 10, 10), 10, 6)

        told = [(one.measure, one.share, one.spent, one.subject) for one in alerts]
        assert told == [
            ("units", 0.5, 10, "k"),
            ("units", 1.0, 10, "k"),
            ("tokens", 0.5, 6, "k"),
        ]

    def test_a_raised_limit_moves_what_was_not_told(self) -> None:
        """And does not tell the rest again."""
        alerts: list[Alert] = []
        ledger = ledger_of(budget(micro=10), alerts=alerts)
        ledger.settle(reserve(ledger, 8), 8, 0)
        ledger.adopt([budget(micro=20)], 0.0)
        ledger.settle(reserve(ledger, 8), 8, 0)
        assert [alert.share for alert in alerts] == [0.8]
        ledger.settle(reserve(ledger, 4), 4, 0)

        assert [(alert.share, alert.limit) for alert in alerts] == [(0.8, 10), (1.0, 20)]


@dataclass
class Written:
    """One period of an account in the plain model."""

    limit: int
    spent: int = 0
    open: int = 0


@dataclass
class Held:
    """A request that is open: what the ledger gave, and where the model wrote it down."""

    reservation: Reservation
    micro: int
    periods: list[Written] = field(default_factory=list)


class LedgerAgainstModel(RuleBasedStateMachine):
    """Any order of requests, cancels, raises, top-ups, resets and days, against plain numbers.

    Two keys share the sandbox's budget for all of time, and each has one for the day.
    """

    KEYS = ("a", "b")

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.all, self.daily = 1_000, 400
        self.ledger = ledger_of(*self.budgets())
        self.closed: list[Written] = []
        self.open: list[Held] = []
        self.paid = 0
        self.written = {"": Written(self.all), "a": Written(self.daily), "b": Written(self.daily)}
        for key in self.KEYS:
            self.ledger.applying(key, "p", self.now_s)

    def budgets(self) -> tuple[Budget, ...]:
        return (
            budget(micro=self.all),
            budget("daily", "key", micro=self.daily, period="daily"),
        )

    @rule(key=st.sampled_from(KEYS), micro=st.integers(0, 500))
    def ask(self, key: str, micro: int) -> None:
        """Let in exactly when it fits into both."""
        places = [self.written[""], self.written[key]]
        fits = all(not micro or one.spent + one.open + micro <= one.limit for one in places)
        found = try_to_reserve(self.ledger, micro, micro, key=key, at_s=self.now_s)

        assert isinstance(found, Reservation) is fits
        if isinstance(found, Reservation):
            for one in places:
                one.open += micro
            self.open.append(Held(found, micro, places))

    @precondition(lambda self: self.open)
    @rule(data=st.data(), share=st.one_of(st.just(0.0), st.just(1.0), st.floats(0, 1)))
    def end(self, data: st.DataObject, share: float) -> None:
        """A request ends (0: cancelled before any work; else whole or cut), in any order."""
        held = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        used = int(held.micro * share)
        self.ledger.settle(held.reservation, used, used)
        self.paid += used
        for one in held.periods:
            one.open -= held.micro
            one.spent += used

    @rule(all_=st.integers(0, 1_500), daily=st.integers(0, 800))
    def change_limits(self, all_: int, daily: int) -> None:
        """Up or down; a top-up of this period is gone."""
        credit = {key: one.limit - self.base(key) for key, one in self.written.items()}
        self.all, self.daily = all_, daily
        self.ledger.adopt(self.budgets(), self.now_s)
        for key, one in self.written.items():
            one.limit = self.base(key) + credit[key]

    @rule(key=st.sampled_from(("", *KEYS)), micro=st.integers(1, 300))
    def top_up(self, key: str, micro: int) -> None:
        """More for this period."""
        self.account(key).top_up(micro, 0, self.now_s)
        self.written[key].limit += micro

    @rule(key=st.sampled_from(("", *KEYS)))
    def restart(self, key: str) -> None:
        """A new period by hand."""
        self.account(key).restart(self.now_s)
        self.begin(key)

    @rule()
    def next_day(self) -> None:
        """Of the keys, with whatever is open."""
        self.now_s += DAY_S
        for key in self.KEYS:
            self.begin(key)

    def begin(self, key: str) -> None:
        self.closed.append(self.written[key])
        self.written[key] = Written(self.base(key))

    def base(self, key: str) -> int:
        return self.daily if key else self.all

    def account(self, key: str) -> Account:
        return next(one for one in self.ledger.accounts(self.now_s) if one.subject == key)

    @invariant()
    def agrees(self) -> None:
        """To the unit, money and tokens."""
        for account in self.ledger.accounts(self.now_s):
            one = self.written[account.subject]
            assert sums(account.period.units) == (one.spent, one.open)
            assert sums(account.period.tokens) == (one.spent, one.open)
            assert account.period.units.limit == one.limit

    @invariant()
    def loses_nothing(self) -> None:
        """Every unit that was paid is in exactly one period of the sandbox and of a key."""
        for scope in ("sandbox", "key"):
            found = [one for one in self.ledger.accounts(self.now_s) if one.budget.scope == scope]
            periods = [period for one in found for period in (one.period, *one.history)]
            assert sum(period.units.spent for period in periods) == self.paid
            held = sum(period.units.reserved for period in periods)
            assert held == sum(one.micro for one in self.open)


TestLedgerAgainstModel = LedgerAgainstModel.TestCase
# Fewer steps than an account keeps periods, so that the sums are over all of them.
TestLedgerAgainstModel.settings = settings(stateful_step_count=PERIODS_KEPT - 6)

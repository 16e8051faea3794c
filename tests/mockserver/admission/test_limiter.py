"""All limits of a sandbox together."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as running
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver.admission.limit_slots import Ask
from mockserver.admission.limiter import LET_IN, Limiter, lines_of
from mockserver.admission.windows import NEVER
from mockserver.settings import SandboxSettings
from tests.mockserver.admission.pacing import gaps, times

if TYPE_CHECKING:
    from mockserver.admission.limiter import Verdict

S = 1_000_000_000
MINUTE = 60 * S


def limiter_of(*limits: dict[str, Any], **others: Any) -> Limiter:
    return Limiter(settings_of(*limits, **others))


def settings_of(*limits: dict[str, Any], **others: Any) -> SandboxSettings:
    return SandboxSettings.model_validate({"rate_limits": limits, **others})


def ask(limiter: Limiter, now: int, key: str = "a", **fields: Any) -> Verdict:
    """One request, refused for good when it is refused."""
    parts = limiter.parts(Ask(key, fields.pop("project", "default"), **fields))
    verdict = limiter.admit(parts, now)
    if not verdict.allowed:
        limiter.refuse(parts, now)
    return verdict


def wait_of(limiter: Limiter, now: int, key: str = "a") -> int:
    """What a refused request is told, in nanoseconds."""
    parts = limiter.parts(Ask(key, "default"))
    assert not limiter.admit(parts, now).allowed
    return limiter.refuse(parts, now)


def test_without_limits_there_is_nothing_to_ask() -> None:
    """The step looks at one flag."""
    assert not limiter_of().on
    assert limiter_of(rate_limit={"requests_per_minute": 1}).on
    assert limiter_of(projects=[{"id": "p", "rate_limits": [{"limit": 1}]}]).on


def test_a_request_that_one_limit_refuses_uses_none() -> None:
    """Ten a day are still ten after a minute of refusals."""
    limiter = limiter_of({"limit": 2}, {"limit": 10, "window_s": 86_400.0})
    allowed = [ask(limiter, number).allowed for number in range(20)]

    assert allowed == [True, True] + [False] * 18
    assert [each.remaining for each in limiter.all_standings(20)] == [0, 8]


def test_what_counts_refused_requests_counts_them_whoever_refused() -> None:
    """And the wait that is told is true with that counted in."""
    limiter = limiter_of(
        {"limit": 1, "window_s": 5.0}, {"limit": 2, "window_s": 60.0, "count_refused": True}
    )
    assert ask(limiter, 0).allowed
    assert wait_of(limiter, 1) == MINUTE - 1

    assert not ask(limiter, 5 * S).allowed


def test_requests_with_nothing_to_give_back_cost_nothing_to_let_in() -> None:
    """They share one verdict."""
    assert ask(limiter_of({"limit": 9}, {"limit": 9, "dimension": "slope"}), 0) is LET_IN


def test_tokens_are_settled_with_what_was_used() -> None:
    """All that was set aside and not used comes back."""
    limiter = limiter_of(
        {"limit": 100, "dimension": "tokens"}, {"limit": 50, "dimension": "tokens_out"}
    )
    first = ask(limiter, 0, tokens_in=10, tokens_out=40)
    assert first.allowed
    assert not ask(limiter, 1, tokens_in=10, tokens_out=40).allowed
    limiter.end(first.holds, 10, 5)

    assert [each.remaining for each in limiter.all_standings(2)] == [85, 45]
    assert ask(limiter, 2, tokens_in=10, tokens_out=40).allowed


def test_a_request_larger_than_a_limit_never_gets_in() -> None:
    """No time helps, so it is not told one, and it does not wait in line."""
    limiter = limiter_of({"limit": 10, "dimension": "tokens", "queue_s": 5.0})
    parts = limiter.parts(Ask("a", "default", tokens_in=11))
    verdict = limiter.admit(parts, 0)

    assert (verdict.allowed, verdict.queue_ns) == (False, 0)
    assert limiter.refuse(parts, 0) == NEVER


def test_a_project_with_limits_of_its_own_has_no_others() -> None:
    """An empty list is no limit at all."""
    limiter = limiter_of(
        {"limit": 1},
        projects=[
            {"id": "big", "rate_limits": [{"limit": 3}]},
            {"id": "free", "rate_limits": []},
            {"id": "plain"},
        ],
    )
    let_in = {
        project: sum(ask(limiter, 0, project, project=project).allowed for _ in range(5))
        for project in ("big", "free", "plain", "unknown")
    }

    assert let_in == {"big": 3, "free": 5, "plain": 1, "unknown": 1}


def test_a_change_keeps_what_was_used_of_the_limits_that_stay() -> None:
    """Those that go are forgotten, new ones begin with nothing used."""
    limiter = limiter_of({"id": "a", "limit": 5}, {"id": "b", "limit": 5})
    for _ in range(3):
        ask(limiter, 0)
    limiter.follow(settings_of({"id": "a", "limit": 4}, {"id": "c", "limit": 5}), 1)
    ask(limiter, 1)

    left = {each.name: each.remaining for each in limiter.all_standings(1)}
    assert left == {"a": 0, "c": 4}


def test_a_reset_forgets() -> None:
    """As if nobody had come."""
    limiter = limiter_of({"limit": 1})
    assert [ask(limiter, 0).allowed, ask(limiter, 0).allowed] == [True, False]
    limiter.reset()

    assert ask(limiter, 1).allowed


@pytest.mark.parametrize("queues", [(0.0, 5.0), (5.0, 2.0), (3.0, 9.0)])
def test_all_limits_that_refuse_must_let_it_wait(queues: tuple[float, float]) -> None:
    """For as long as the shortest of them."""
    limiter = limiter_of(*({"limit": 1, "window_s": 60.0, "queue_s": s} for s in queues))
    ask(limiter, 0)

    assert ask(limiter, 1).queue_ns == min(queues) * S


several = st.lists(
    st.sampled_from(
        [
            {"limit": 2, "window_s": 10.0},
            {"limit": 3, "count_refused": True},
            {"limit": 4, "algorithm": "fixed"},
            {"limit": 5, "algorithm": "gcra", "burst": 2, "count_refused": True},
            {"limit": 2, "window_s": 30.0, "algorithm": "token_bucket"},
            {"limit": 1, "window_s": 20.0, "dimension": "slope", "growth": 1.5},
        ]
    ),
    min_size=1,
    max_size=4,
)


@given(several, gaps)
def test_of_several_limits_the_wait_is_true_too(
    limits: list[dict[str, Any]], gaps: list[int]
) -> None:
    """Who waits so long alone is let in by all of them, and a nanosecond earlier is not."""
    limiter = limiter_of(*limits)
    for now in times(gaps):
        parts = limiter.parts(Ask("a", "default"))
        if limiter.admit(parts, now).allowed:
            continue
        wait = limiter.refuse(parts, now)
        early, late = copy.deepcopy(parts), copy.deepcopy(parts)
        assert not limiter.admit(early, now + wait - 1).allowed
        assert limiter.admit(late, now + wait).allowed


class TestLine:
    def test_first_come_first_served(self) -> None:
        """A newcomer stands behind those who wait, even if there is room just now."""
        limiter = limiter_of({"limit": 1, "dimension": "concurrency", "queue_s": 5.0})
        served = ask(limiter, 0)
        parts, woken = limiter.parts(Ask("a", "default")), list[str]()
        first = limiter.line_up(parts, lambda: woken.append("first"))
        second = limiter.line_up(parts, lambda: woken.append("second"))
        limiter.end(served.holds, 0, 0)

        assert woken == ["first"]
        assert not limiter.admit(parts, 1).allowed
        assert not limiter.admit(parts, 1, second).allowed
        assert limiter.next_look_ns(limiter.admit(parts, 1, second), second, 1) == NEVER
        assert limiter.admit(parts, 1, first).allowed
        limiter.leave(first)
        limiter.leave(first)
        assert woken == ["first", "second"]

    def test_who_is_first_looks_again_when_its_time_comes(self) -> None:
        """No sooner; and only the limits with a line have one."""
        limiter = limiter_of({"limit": 1, "queue_s": 90.0}, {"limit": 9, "window_s": 3600.0})
        ask(limiter, 0)
        parts = limiter.parts(Ask("a", "default"))
        place = limiter.line_up(parts, lambda: None)
        verdict = limiter.admit(parts, S, place)

        assert len(place.meters) == len(lines_of(parts)) == 1
        assert limiter.next_look_ns(verdict, place, S) == MINUTE
        assert limiter.admit(parts, MINUTE, place).allowed

    def test_a_reset_and_a_change_wake_all_who_wait(self) -> None:
        """They look at what holds now."""
        limiter = limiter_of({"limit": 1, "dimension": "concurrency", "queue_s": 5.0})
        ask(limiter, 0)
        woken: list[int] = []
        parts = limiter.parts(Ask("a", "default"))
        for number in range(2):
            limiter.line_up(parts, lambda number=number: woken.append(number))  # type: ignore[misc]
        limiter.follow(settings_of(), 1)
        assert woken == [0, 1]
        limiter.reset()

        assert not limiter.on


class Interleavings(RuleBasedStateMachine):
    """Requests of two keys begin and end in any order, under several limits at once."""

    MINUTE_LIMIT, OPEN, TOKENS, BURST = 6, 3, 100, 4

    def __init__(self) -> None:
        super().__init__()
        self.limiter = limiter_of(
            {"id": "minute", "limit": self.MINUTE_LIMIT},
            {"id": "open", "limit": self.OPEN, "dimension": "concurrency", "scope": "sandbox"},
            {"id": "tokens", "limit": self.TOKENS, "dimension": "tokens", "scope": "sandbox"},
            {"id": "pace", "limit": 4, "window_s": 10.0, "algorithm": "token_bucket"},
        )
        self.now = 0
        self.let_in: list[tuple[str, int, list[int]]] = []
        self.open: list[tuple[Verdict, list[int]]] = []

    @rule(key=st.sampled_from("ab"), tokens=st.integers(0, 60), gap=st.integers(0, 15 * S))
    def begin(self, key: str, tokens: int, gap: int) -> None:
        """A request comes, some time after the one before."""
        self.now += gap
        before = {each: self._left(each) for each in "ab"}
        verdict = ask(self.limiter, self.now, key, tokens_in=tokens)
        if verdict.allowed:
            used = [tokens]
            self.let_in.append((key, self.now, used))
            self.open.append((verdict, used))
        else:
            assert {each: self._left(each) for each in "ab"} == before

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """One of those that are open ends, and used at most what it had set aside."""
        verdict, used = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        used[0] = data.draw(st.integers(0, used[0]))
        self.limiter.end(verdict.holds, used[0], 0)

    def _left(self, key: str) -> list[int]:
        parts = self.limiter.parts(Ask(key, "default"))
        return [each.remaining for each in self.limiter.standings(parts, self.now)]

    @invariant()
    def no_limit_is_ever_passed(self) -> None:
        """Nor is anything kept back that is free."""
        live = [one for one in self.let_in if one[1] > self.now - MINUTE]
        assert len(self.open) <= self.OPEN
        assert sum(used[0] for _, _, used in live) <= self.TOKENS
        for key in "ab":
            mine = [at for each, at, _ in live if each == key]
            assert len(mine) <= self.MINUTE_LIMIT
            left = dict(zip(("minute", "open", "tokens", "pace"), self._left(key), strict=True))
            assert left["minute"] == self.MINUTE_LIMIT - len(mine)
            assert left["open"] == self.OPEN - len(self.open)
            assert left["tokens"] == self.TOKENS - sum(used[0] for _, _, used in live)


Interleavings.TestCase.settings = running(max_examples=40, stateful_step_count=30)
TestInterleavings = Interleavings.TestCase

"""Chance that replays."""

from __future__ import annotations

from statistics import fmean

from hypothesis import given
from hypothesis import strategies as st

from mockserver.draws import Draws, draw

tokens = st.text(min_size=1, max_size=20)


@given(st.integers(), tokens, tokens, st.integers(1, 1000))
def test_a_draw_depends_on_its_key_alone(seed: int, rule: str, token: str, attempt: int) -> None:
    """Asked again, at any time, it is the same number in [0, 1)."""
    first = draw(seed, rule, token, attempt)

    assert 0 <= first < 1
    assert draw(seed, rule, token, attempt) == first


def test_each_part_of_the_key_matters() -> None:
    """Another seed, rule, token or attempt is another draw."""
    keys = [
        (1, "r", "t", 1),
        (2, "r", "t", 1),
        (1, "s", "t", 1),
        (1, "r", "u", 1),
        (1, "r", "t", 2),
    ]

    assert len({draw(*key) for key in keys}) == len(keys)


def test_draws_are_spread_evenly() -> None:
    """Over 4,000 tokens the mean is near a half and every tenth of [0, 1) gets its share."""
    drawn = [draw(7, "rule-1", f"call-{number:012x}", 1) for number in range(4000)]

    assert abs(fmean(drawn) - 0.5) < 0.02
    assert all(330 < sum(k <= 10 * x < k + 1 for x in drawn) < 470 for k in range(10))


@given(st.integers(), st.integers(0, 30))
def test_an_order_is_a_permutation_that_replays(seed: int, length: int) -> None:
    """The same draws give the same order for the same purpose."""
    chance = Draws(seed, "rule-1", "call-0123456789ab", 1)

    order = list(chance.order("items", length))

    assert sorted(order) == list(range(length))
    assert order == list(Draws(seed, "rule-1", "call-0123456789ab", 1).order("items", length))


def test_purposes_do_not_share_their_chance() -> None:
    """A fault that draws twice draws two numbers."""
    chance = Draws(7, "rule-1", "call-0123456789ab", 1)

    assert chance.fraction("a") != chance.fraction("b")
    assert chance.fraction("a") != draw(7, "rule-1", "call-0123456789ab", 1)

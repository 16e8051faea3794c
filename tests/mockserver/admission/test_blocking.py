"""Blocks of keys."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockserver.admission.blocking import Blocks
from mockserver.settings import KeyBlockSettings
from tests.mockserver.admission.pacing import SECOND_NS, gaps, times


def test_a_block_ends_by_itself_or_by_hand() -> None:
    """To the nanosecond."""
    blocks = Blocks()
    blocks.block("a", 100, 50)
    blocks.block("b", 100, 50)
    blocks.unblock("b")

    assert [blocks.left_ns("a", at) for at in (100, 149, 150)] == [50, 1, 0]
    assert blocks.left_ns("b", 100) == 0
    assert blocks.left_ns("c", 100) == 0


@given(gaps, st.integers(1, 5), st.sampled_from([1.0, 60.0, 600.0]))
def test_so_many_refusals_in_a_time_block_a_key(
    gaps: list[int], after: int, within_s: float
) -> None:
    """Exactly when the last `after` since the block before lie within it."""
    settings = KeyBlockSettings(after_refusals=after, within_s=within_s, block_s=5.0)
    blocks, counted = Blocks(), list[int]()
    for now in times(gaps):
        counted.append(now)
        recent = [time for time in counted if time > now - within_s * SECOND_NS]
        expected = len(recent) >= after

        assert blocks.refused(settings, "a", now) == (5 * SECOND_NS if expected else 0)
        assert (blocks.left_ns("a", now) > 0) >= expected
        if expected:
            counted.clear()


def test_nothing_blocks_unless_it_is_asked_for() -> None:
    """By default a key can be refused for ever."""
    blocks = Blocks()

    assert not any(blocks.refused(KeyBlockSettings(), "a", 0) for _ in range(1000))


def test_keys_are_counted_apart_and_can_be_forgotten() -> None:
    """One key's refusals are not the other's."""
    settings = KeyBlockSettings(after_refusals=2)
    blocks = Blocks()
    assert [blocks.refused(settings, key, 0) > 0 for key in "aba"] == [False, False, True]
    blocks.clear()

    assert blocks.left_ns("a", 0) == 0
    assert blocks.refused(settings, "b", 0) == 0

"""The adapter's clock, told in the harness's time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.clients.clock import AdapterClock

seconds = st.floats(0, 1e6)
delays = st.lists(st.tuples(seconds, st.floats(0, 5)), min_size=1)


@given(st.floats(-1e6, 1e6), delays)
def test_a_converted_moment_is_late_by_the_smallest_delay_and_never_more(
    origin: float, lines: list[tuple[float, float]]
) -> None:
    """Whatever the two origins are: the least delayed line gives the offset."""
    clock = AdapterClock()
    for moment, delay in lines:
        clock.observe(moment - origin, moment + delay)

    least = min(delay for _, delay in lines)
    for moment, delay in lines:
        converted = clock.to_harness(moment - origin)
        assert converted == pytest.approx(moment + least, abs=1e-6)
        assert converted <= moment + delay + 1e-6


def test_nothing_can_be_converted_before_a_line_was_seen() -> None:
    """There is no offset yet."""
    with pytest.raises(ValueError, match="no stamped line"):
        AdapterClock().to_harness(1.0)

"""What the tests of limits share: times that only go on, and how plain models read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.admission.windows import Window

SECOND_NS = 1_000_000_000
SPAN_NS = 60 * SECOND_NS

gaps = st.lists(
    st.one_of(
        st.integers(0, 40 * SECOND_NS),
        # Whole seconds and whole windows meet the borders, where mistakes live.
        st.sampled_from([0, SECOND_NS, 10 * SECOND_NS, SPAN_NS - 1, SPAN_NS, SPAN_NS + 1]),
    ),
    max_size=60,
)
"""Nanoseconds between one arrival and the next."""

limits = st.integers(1, 8)


def times(gaps: list[int]) -> Iterator[int]:
    """The arrivals."""
    now = 0
    for gap in gaps:
        now += gap
        yield now


def admit(window: Window, now: int, amount: int = 1) -> bool:
    """Take it where there is room."""
    if window.wait(now, amount):
        return False
    window.take(now, amount)
    return True

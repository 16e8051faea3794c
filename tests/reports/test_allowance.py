"""How much of a run fits on one page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reports.allowance import allow, share, text_size
from reports.results import Verdict
from tests.reports.makers import make_call, make_results, make_row


@given(st.lists(st.integers(0, 1000), max_size=30), st.integers(0, 5000))
def test_a_share_fits_and_wastes_little(sizes: list[int], total: int) -> None:
    """Sizes cut to the cap fit together, and a cap one higher would not."""
    cap = share(sizes, total)

    assert sum(min(size, cap) for size in sizes) <= total
    if sum(sizes) <= total:
        assert cap == max(sizes, default=0)
    else:
        assert sum(min(size, cap + 1) for size in sizes) > total


def test_a_small_run_is_shown_whole() -> None:
    """Nothing is left out where there is room."""
    row = make_row()
    allowance = allow(make_results(row)).of(row)

    assert allowance.attempts >= 3
    assert allowance.checks >= 1
    assert allowance.excerpt_of("short").missing == 0


def test_rows_that_have_to_convince_are_served_first() -> None:
    """A failed row keeps its excerpts while passed ones are cut."""
    big = [make_call(3, label=str(n)) for n in range(50)]
    failed = make_row(id="SSE-001", verdict=Verdict.FAIL, calls=big, log="x" * 9000)
    passed = [make_row(id=f"RETRY-{n:03}", calls=big, log="y" * 50_000) for n in range(60)]
    allowance = allow(make_results(failed, *passed))

    assert allowance.of(failed).excerpt_of(failed.log).missing == 0
    assert allowance.of(passed[0]).excerpt_of(passed[0].log).missing > 0
    assert allowance.of(failed).attempts > allowance.of(passed[0]).attempts >= 1


def test_a_text_is_measured_as_it_will_be_written() -> None:
    """Signs that are escaped take more room than they seem to."""
    assert text_size("abc") == 3
    assert text_size("é") == 2
    assert text_size("<b>") == 11

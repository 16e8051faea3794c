"""How far a time may be off (behaviours/reading.md section 0.8)."""

from __future__ import annotations

import pytest

from scenarios.tolerances import early_tolerance_s, late_tolerance_s, widened_s


@pytest.mark.parametrize(("span_s", "tolerance_s"), [(0.0, 0.05), (2.0, 0.05), (10.0, 0.2)])
def test_early_is_the_larger_of_50_ms_and_2_percent(span_s: float, tolerance_s: float) -> None:
    """Short waits are judged to 50 ms, long ones to 2 %."""
    assert early_tolerance_s(span_s) == pytest.approx(tolerance_s)


@pytest.mark.parametrize(("span_s", "tolerance_s"), [(0.0, 0.2), (1.0, 0.2), (10.0, 2.0)])
def test_late_is_the_larger_of_200_ms_and_20_percent(span_s: float, tolerance_s: float) -> None:
    """Short waits are judged to 200 ms, long ones to 20 %."""
    assert late_tolerance_s(span_s) == pytest.approx(tolerance_s)


def test_a_quiet_machine_changes_no_constant() -> None:
    """Noise below a fifth of the constant does not matter."""
    assert widened_s(0.25, 0.01) == 0.25


def test_a_noisy_machine_widens_a_constant_to_five_times_its_noise() -> None:
    """The factor is that of reading.md."""
    assert widened_s(0.25, 0.1) == pytest.approx(0.5)

"""The machine's lateness, and its figures."""

from __future__ import annotations

import asyncio
import time

from scenarios.noise import Noise, figures


def test_figures_of_nothing_are_zero() -> None:
    """No sample, no noise."""
    assert figures([]).samples == 0
    assert figures([]).p999_s == 0.0


def test_figures_of_a_known_list() -> None:
    """One to a thousand milliseconds."""
    found = figures([n / 1000 for n in range(1, 1001)])

    assert (found.p50_s, found.p99_s, found.p999_s, found.max_s) == (0.501, 0.991, 1.0, 1.0)
    assert found.samples == 1000


def test_a_span_knows_only_its_own_samples() -> None:
    """Noise before a scenario does not excuse it."""
    noise = Noise()
    for at_s, late_s in [(1.0, 0.5), (2.0, 0.001), (3.0, 0.002), (4.0, 0.5)]:
        noise.note(at_s, late_s)

    assert noise.between(1.5, 3.5).max_s == 0.002
    assert noise.whole.max_s == 0.5


async def test_a_blocked_loop_is_noise() -> None:
    """What blocks the loop makes every time of the harness late."""
    noise = Noise(interval_s=0.001)
    noise.start()
    await asyncio.sleep(0.01)
    time.sleep(0.05)  # noqa: ASYNC251 - the block is what is measured
    await asyncio.sleep(0.01)
    await noise.stop()

    assert noise.whole.max_s >= 0.04
    assert noise.whole.samples > 3


async def test_stopping_what_never_started_does_nothing() -> None:
    """A run that failed early."""
    await Noise().stop()

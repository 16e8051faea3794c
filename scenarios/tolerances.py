"""How far a measured time may lie from the wanted one (behaviours/reading.md section 0.8).

Early is a failure, late alone is an advisory: a busy machine makes a client late, nothing but the
client makes it early. Floors are therefore never widened by noise; ceilings are.
"""

from __future__ import annotations

EARLY_FLOOR_S = 0.05
EARLY_SHARE = 0.02
LATE_FLOOR_S = 0.2
LATE_SHARE = 0.2
NOISE_FACTOR = 5.0


def early_tolerance_s(span_s: float) -> float:
    """Seconds by which a wait of `span_s` may be short: the larger of 50 ms and 2 %."""
    return max(EARLY_FLOOR_S, EARLY_SHARE * span_s)


def late_tolerance_s(span_s: float) -> float:
    """Seconds by which a wait of `span_s` may be long: the larger of 200 ms and 20 %."""
    return max(LATE_FLOOR_S, LATE_SHARE * span_s)


def widened_s(constant_s: float, noise_p999_s: float) -> float:
    """A ceiling's constant on this machine: never less than five times the noise (p99.9)."""
    return max(constant_s, NOISE_FACTOR * noise_p999_s)

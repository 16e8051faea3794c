"""The adapter's clock, told in the harness's time."""

from __future__ import annotations


class AdapterClock:
    """Converts an adapter's monotonic seconds to the harness's.

    The two clocks have unknown origins, and each line reaches the harness some time after its
    stamp. The smallest (received - stamped) seen is the closest to the true offset: it holds the
    least delay of a pipe. A converted time is therefore never later than the line's arrival.
    """

    def __init__(self) -> None:
        self._offset_s: float | None = None

    def observe(self, stamped_s: float, received_s: float) -> None:
        """Takes in one stamped line."""
        offset = received_s - stamped_s
        if self._offset_s is None or offset < self._offset_s:
            self._offset_s = offset

    def to_harness(self, stamped_s: float) -> float:
        """The moment on the harness's clock; raises ``ValueError`` before the first observation."""
        if self._offset_s is None:
            raise ValueError("no stamped line has been seen yet")
        return stamped_s + self._offset_s

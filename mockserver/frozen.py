"""A sandbox that stands still for a while: nobody's reply is begun, whoever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.answer import Gate
from mockserver.delivery import NO_EXTRAS

if TYPE_CHECKING:
    from mockserver.clock import Clock, Timer
    from mockserver.delivery import Delivery
    from mockserver.holds import Holds

FROZEN = Gate("frozen")
"""The gate at which all replies wait; its name is among the others'."""


class Freeze:
    """Whether a sandbox is frozen, by its own clock. Replies that have begun go on."""

    def __init__(self, holds: Holds, clock: Clock) -> None:
        self.active = False
        self._holds = holds
        self._clock = clock
        self._end: Timer | None = None

    def begin(self, seconds: float) -> None:
        """Stand still from now on for so long, whatever was said before."""
        if self._end is not None:
            self._end.cancel()
        self.active = True
        self._end = self._clock.call_later(seconds, self.stop)

    def stop(self) -> None:
        """Go on: all that waits is let go at once."""
        if self._end is not None:
            self._end.cancel()
            self._end = None
        if self.active:
            self.active = False
            self._holds.release(FROZEN.name)


def held(delivery: Delivery) -> Delivery:
    """A delivery that waits for the end of the freeze before its head, once."""
    gates = (delivery.extras or NO_EXTRAS).gates
    return delivery if FROZEN in gates else delivery.with_extras(gates=(*gates, FROZEN))

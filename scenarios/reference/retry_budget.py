"""How many retries all calls of a client may make together: a share of its traffic.

Backoff spreads retries, and max_attempts bounds those of one call; neither bounds what a client
adds to a server in trouble. A token bucket does: every first attempt puts ``ratio`` tokens in,
every retry takes one out. In the long run retries are ``ratio`` of the traffic, whatever fails
(Finagle's RetryBudget, 20 %; M. Brooker, "Fixing retries with token buckets and circuit breakers";
Site Reliability Engineering, "Handling Overload", 10 %).
"""

from __future__ import annotations

ROUNDING = 1e-9
"""Ten deposits of 0.1 are one token, though not in binary fractions."""


class RetryBudget:
    """A pot of tokens, full at first.

    It holds ``burst`` tokens at most (or what ``burst`` first attempts put in, where ``ratio`` is
    above 1), so that a few calls retry freely and a long calm saves up no storm.
    """

    def __init__(self, ratio: float, burst: int) -> None:
        self.ratio = ratio
        self.capacity = burst * max(1.0, ratio)
        self._tokens = self.capacity

    @property
    def tokens(self) -> float:
        """How many retries are left, with fractions."""
        return self._tokens

    def deposit(self) -> None:
        """A first attempt goes out; that is never refused."""
        self._tokens = min(self.capacity, self._tokens + self.ratio)

    def withdraw(self) -> bool:
        """Takes the token of a retry; False, and nothing taken, when there is none."""
        if self._tokens < 1 - ROUNDING:
            return False
        self._tokens = max(0.0, self._tokens - 1)
        return True

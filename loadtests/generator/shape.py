"""As many of Locust's users as there are workers, until the run is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locust import LoadTestShape

if TYPE_CHECKING:
    from loadtests.generator.chair import Chair

ANSWER_WITHIN_S = 1.0
"""How long an answer is held back."""


class UntilTheRunIsOver(LoadTestShape):
    """Locust asks each second, and sleeps for what the answer has left of that second.

    While a run is on, an answer is therefore held back until it is over, for a second at most. The
    number stays what it was at the start, whoever is lost: Locust would spawn users anew for each
    change, and the schedule has been dealt.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # Locust has no types here
        self.chair: Chair | None = None
        self._users = 0

    def tick(self) -> tuple[int, float] | None:
        """Users and how many to spawn a second: all in one go, one on each worker."""
        if self.chair is not None:
            self.chair.wait_until_over(ANSWER_WITHIN_S)
        if self.chair is None or self.chair.over:
            self._users = 0
            return None
        if not self.chair.busy or not self._users:
            self._users = max(1, len(self.chair.workers()))
        return self._users, min(100.0, float(self._users))

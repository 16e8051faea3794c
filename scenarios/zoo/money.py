"""Defects in keeping a budget, and in hearing that one is spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.reference.budget import Budget, Reservation
from scenarios.reference.classify import Classifier
from scenarios.reference.errors import BudgetExhaustedError
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    from scenarios.reference.complaint import Complaint


@defect(
    "M12",
    seen="llxprt-code#3140; gemini-cli#10925; cognee#4321; cognee#4679",
    caught_by={"COST-007": "429: attempts on the wire"},
)
class TakesAQuotaForARateLimit(Classifier):
    """A 429 that says that the budget is spent is treated as transient."""

    def is_about_money(self, status: int, complaint: Complaint) -> bool:
        """A 429 is a 429."""
        del status, complaint
        return False


@defect(
    "M88",
    seen="librefang#3616; litellm#26672",
    caught_by={"COST-002": "calls over budget that arrived"},
)
class CountsAfterwards(Budget):
    """The budget is only checked after the call."""

    def admits(self, least: float, left: float) -> bool:
        """Every call goes out."""
        del least, left
        return True

    def settle(self, reservation: Reservation, cost: float) -> None:
        """Then it is seen that there was no money for it."""
        super().settle(reservation, cost)
        if self.spent > self.limit:
            raise BudgetExhaustedError(f"the budget of {self.limit:g} is used up")

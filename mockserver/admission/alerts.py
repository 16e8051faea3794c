"""When a budget speaks up: shares of its limit, each told once in a period."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from mockserver.admission.prices import MICRO
from mockserver.moments import iso_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.records import JsonPlain


@dataclass(frozen=True, slots=True)
class Alert:
    """What has been spent of a budget has reached a share of its limit.

    ``subject`` is the project or key id whose account it is ("" for the sandbox's own). ``measure``
    is ``units``, with ``spent`` and ``limit`` in micro-units, or ``tokens``. ``start_s`` and
    ``end_s`` are the bounds of the period.
    """

    budget: str
    scope: str
    subject: str
    measure: str
    share: float
    spent: int
    limit: int
    start_s: float
    end_s: float | None

    def told(self) -> dict[str, JsonPlain]:
        """The alert in plain values, for the journal and for a message."""
        money = self.measure == "units"
        return {
            "budget": self.budget,
            "scope": self.scope,
            "subject": self.subject,
            "measure": self.measure,
            "share": self.share,
            "spent": self.spent / MICRO if money else self.spent,
            "limit": self.limit / MICRO if money else self.limit,
            "period_start": iso_time(self.start_s, "seconds"),
            "period_end": None if self.end_s is None else iso_time(self.end_s, "seconds"),
        }


def threshold(limit: int, share: float) -> int:
    """The least whole amount that is at least that share of the limit."""
    return int((Decimal(str(share)) * limit).to_integral_value(ROUND_CEILING))


def next_threshold(limit: int | None, shares: Iterable[float], told: Iterable[float]) -> int | None:
    """The amount at which the next share is reached that was not told yet; None where none is left.

    Nothing can be a share of a limit of 0.
    """
    if not limit:
        return None
    left = set(shares) - set(told)
    return threshold(limit, min(left)) if left else None

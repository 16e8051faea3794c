"""The fault of the listener: nobody is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from mockserver.answer import Answer, Ending
from mockserver.faults.base import Fault, SomeSeconds
from mockserver.faults.connection import UNSENT, unanswered

if TYPE_CHECKING:
    from mockserver.delivery import Delivery
    from mockserver.facts import RequestFacts


class Refuse(Fault):
    """The server goes away: the request that finds out is reset, connections after it are refused.

    A rule can only see a request, so the first one is let in; it is not answered.
    """

    summary: ClassVar[str] = "This request gets RST, and further connections are refused."
    example: ClassVar[dict[str, Any]] = {"kind": "refuse", "duration_s": 2}
    closes_listener: ClassVar[Literal[True]] = True

    kind: Literal["refuse"] = "refuse"
    duration_s: SomeSeconds | None = Field(
        default=None, description="how long; without it, until the sandbox is reset"
    )

    def answer(self, facts: RequestFacts) -> Answer:  # noqa: ARG002 - the same for each request
        """Nothing of this is sent."""
        return UNSENT

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Nothing, then RST."""
        return unanswered(delivery, Ending.RST)

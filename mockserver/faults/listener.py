"""Faults of the listener: nobody is there, or nobody hurries, or nobody keeps you."""

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


class SlowAccept(Fault):
    """A backlog that nobody empties: connections stand, and nothing is read from them.

    A rule can only see a request, so the one that finds out is answered as usual.
    """

    summary: ClassVar[str] = "Connections that come after this request wait; it is answered."
    example: ClassVar[dict[str, Any]] = {"kind": "slow_accept", "seconds": 3, "duration_s": 30}

    kind: Literal["slow_accept"] = "slow_accept"
    seconds: SomeSeconds = Field(description="how long each new connection waits")
    duration_s: SomeSeconds | None = Field(
        default=None, description="how long it goes on; without it, until the rules change"
    )

    @property
    def accept_delay_s(self) -> float:
        """How long each new connection waits."""
        return self.seconds


class CloseIdle(Fault):
    """The server tidies up: every pooled connection that is idle goes at once."""

    summary: ClassVar[str] = "All idle connections get FIN or RST; this request is answered."
    example: ClassVar[dict[str, Any]] = {"kind": "close_idle", "how": "rst"}

    kind: Literal["close_idle"] = "close_idle"
    how: Literal["fin", "rst"] = Field(default="fin", description="how they are ended")

    @property
    def ends_idle(self) -> Literal["fin", "rst"]:
        """How they are ended."""
        return self.how

"""Faults of the connection: it ends before the reply does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from mockserver.answer import Answer, Ending
from mockserver.delivery import BROKEN_CHUNK, Framing
from mockserver.faults.base import Count, Fault, Seconds
from mockserver.pieces import Piece, kept

if TYPE_CHECKING:
    from mockserver.delivery import Delivery
    from mockserver.facts import RequestFacts

UNSENT = Answer(status=503)
"""Stands for the answer of a request that is never answered; nothing of it is sent."""


class RstBeforeHeaders(Fault):
    """The connection is reset in place of an answer; the work is not done."""

    summary: ClassVar[str] = "TCP RST in place of an answer; not one byte is sent."
    example: ClassVar[dict[str, Any]] = {"kind": "rst_before_headers"}

    kind: Literal["rst_before_headers"] = "rst_before_headers"

    def answer(self, facts: RequestFacts) -> Answer:  # noqa: ARG002 - the same for each request
        """Nothing of this is sent."""
        return UNSENT

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Nothing, then RST."""
        return unanswered(delivery, Ending.RST)


class CloseBeforeHeaders(Fault):
    """The connection is closed in place of an answer; the work is not done."""

    summary: ClassVar[str] = "TCP FIN in place of an answer; not one byte is sent."
    example: ClassVar[dict[str, Any]] = {"kind": "close_before_headers"}

    kind: Literal["close_before_headers"] = "close_before_headers"

    def answer(self, facts: RequestFacts) -> Answer:  # noqa: ARG002 - the same for each request
        """Nothing of this is sent."""
        return UNSENT

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Nothing, then FIN."""
        return unanswered(delivery, Ending.FIN)


class Blackhole(Fault):
    """The server hears everything and says nothing, not even good-bye to a client that leaves."""

    summary: ClassVar[str] = "Not one byte, and no FIN, not even after the client's own."
    example: ClassVar[dict[str, Any]] = {"kind": "blackhole"}

    kind: Literal["blackhole"] = "blackhole"
    deaf_s: Seconds = Field(
        default=60.0, description="how long the socket is kept after the client's FIN"
    )

    def answer(self, facts: RequestFacts) -> Answer:  # noqa: ARG002 - the same for each request
        """Nothing of this is sent."""
        return UNSENT

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Nothing, and no end."""
        return unanswered(delivery, Ending.OPEN).with_extras(deaf_s=self.deaf_s)


class CutBody(Fault):
    """The reply breaks off in the body; the work has been done.

    ``rst`` and ``fin`` keep the reply's framing. ``no_final_chunk`` makes it chunked,
    ``short_content_length`` gives it a Content-Length, whatever it had.
    """

    summary: ClassVar[str] = (
        "Head and the first bytes of the body, then RST, FIN, or a close without final chunk."
    )
    example: ClassVar[dict[str, Any]] = {"kind": "cut_body", "after_bytes": 20, "how": "rst"}

    kind: Literal["cut_body"] = "cut_body"
    after_bytes: Count = Field(description="bytes of the body that arrive")
    how: Literal["rst", "fin", "no_final_chunk", "short_content_length"] = Field(
        default="rst",
        description="RST, FIN in the middle, FIN after a whole chunk but no final one, or FIN "
        "before Content-Length bytes",
    )

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Cut a body that is longer; of one that is just as long, what ends a chunked body."""
        framing = self._framing(delivery.framing)
        length = delivery.body_length
        whole = self.after_bytes == length and framing is Framing.CHUNKED
        if framing is Framing.NONE or (self.after_bytes >= length and not whole):
            return delivery
        pieces = kept(delivery.pieces, self.after_bytes)
        broken = self.how == "fin" and framing is Framing.CHUNKED
        return replace(
            delivery,
            framing=framing,
            pieces=(*pieces, Piece(b"")) if broken else pieces,
            content_length=delivery.declared_length if framing is not Framing.CHUNKED else None,
            ending=self._ending(),
            tail=BROKEN_CHUNK if broken else 0,
        )

    def _framing(self, own: Framing) -> Framing:
        if own is Framing.NONE:
            return own
        forced = {
            "no_final_chunk": Framing.CHUNKED,
            "short_content_length": Framing.CONTENT_LENGTH,
        }
        return forced.get(self.how, own)

    def _ending(self) -> Ending:
        endings = {"rst": Ending.RST, "no_final_chunk": Ending.NO_FINAL_CHUNK}
        return endings.get(self.how, Ending.FIN)


def unanswered(delivery: Delivery, ending: Ending) -> Delivery:
    """No head, no body, and then the ending; a silence before it stays."""
    return replace(
        delivery,
        send_head=False,
        pieces=(),
        content_length=None,
        tail=0,
        ending=ending,
        open_s=None,
    )

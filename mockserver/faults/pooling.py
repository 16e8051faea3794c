"""Faults of a connection that a client means to use again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from mockserver.answer import Ending
from mockserver.delivery import NO_EXTRAS
from mockserver.faults.base import Fault, Text

if TYPE_CHECKING:
    from mockserver.delivery import Delivery


class ExtraBytes(Fault):
    """Bytes behind a whole reply, where the next one on this connection would begin."""

    summary: ClassVar[str] = "The whole reply, then bytes that belong to none; the socket stays."
    example: ClassVar[dict[str, Any]] = {"kind": "extra_bytes", "data": "HTTP/1.1 200 OK\r\n"}

    kind: Literal["extra_bytes"] = "extra_bytes"
    data: Text = Field(default="surplus", min_length=1, description="the bytes, in UTF-8")

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Send them after the end of the body; a reply that is cut stays."""
        if delivery.ending is not Ending.COMPLETE:
            return delivery
        surplus = (delivery.extras or NO_EXTRAS).surplus
        return delivery.with_extras(surplus=surplus + self.data.encode())


class CloseOnNextRequest(Fault):
    """The race of every pool: the server closes just when the client begins to use it again."""

    summary: ClassVar[str] = "The whole reply; FIN or RST when the next request on it comes in."
    example: ClassVar[dict[str, Any]] = {"kind": "close_on_next_request", "how": "rst"}

    kind: Literal["close_on_next_request"] = "close_on_next_request"
    how: Literal["fin", "rst"] = Field(default="fin", description="how the connection ends")

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Keep the connection and end it at the next request; a reply that is cut stays."""
        if delivery.ending is not Ending.COMPLETE:
            return delivery
        return delivery.with_extras(next_request=self.how)


class ConnectionClose(Fault):
    """The server closes after a whole reply, and says so beforehand or does not."""

    summary: ClassVar[str] = "The whole reply, then FIN, with or without `Connection: close`."
    example: ClassVar[dict[str, Any]] = {"kind": "connection_close", "announced": False}

    kind: Literal["connection_close"] = "connection_close"
    announced: bool = Field(default=True, strict=True, description="whether the head says so")

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Close behind the reply; one that is cut stays."""
        if delivery.ending is not Ending.COMPLETE:
            return delivery
        return delivery.with_extras(closing="announced" if self.announced else "silent")

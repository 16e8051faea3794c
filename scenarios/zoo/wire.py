"""Defects in telling a body that ended from one that was cut."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any, ClassVar

from scenarios.reference.attempt import Attempt
from scenarios.reference.errors import ConnectionFailedError, StreamInterruptedError
from scenarios.reference.replies import read_object
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from scenarios.reference.transcript import Transcript
    from scenarios.reference.transport import Reply


class TakesWhatItHas(Attempt):
    """Reads until something ends the body, and makes do with what there is.

    ``overlooked`` is what the HTTP library says of the ending that goes unnoticed.
    """

    overlooked: ClassVar[str]

    async def read_json(self, reply: Reply) -> dict[str, Any]:
        """The body as far as it came."""
        parts: list[bytes] = []
        try:
            while data := await reply.read():
                parts.append(data)
        except ConnectionFailedError as error:
            if self.overlooked not in error.message:
                raise
        return read_object(b"".join(parts))

    async def read_stream(self, reply: Reply, transcript: Transcript) -> AsyncGenerator[str, None]:
        """The stream as far as it came."""
        try:
            async with aclosing(super().read_stream(reply, transcript)) as texts:
                async for text in texts:
                    yield text
        except StreamInterruptedError as error:
            if self.overlooked not in error.message:
                raise


@defect(
    "M129",
    seen="the family of requests#2275",
    caught_by={"CONN-004": "cut replies handed out as answers"},
)
class OverlooksResets(TakesWhatItHas):
    """A reset in the middle of a body is swallowed by a handler that returns what it has."""

    overlooked = "Connection reset by peer"


@defect(
    "Z04",
    seen="requests#4956, which compares nothing with Content-Length",
    caught_by={"CONN-005": "cut replies handed out as answers"},
)
class OverlooksMissingBytes(TakesWhatItHas):
    """Content-Length is never compared with the bytes that came."""

    overlooked = "content length"


@defect(
    "M37",
    seen="plausible; RFC 9112 section 8 forbids it",
    caught_by={
        "CONN-006": "cut replies handed out as answers",
        "SSE-012": "broken streams handed out as answers",
    },
)
class OverlooksTheFinalChunk(TakesWhatItHas):
    """A chunked body without its final chunk counts as whole."""

    overlooked = "transfer length"

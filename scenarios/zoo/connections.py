"""Defects in what is kept open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.reference.transport import Transport
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    import aiohttp

    from scenarios.reference.secrets import Scrubber

FOR_EVER_S = 1e9


@defect(
    "M164",
    seen="plausible: a session made where it is used",
    under_load={"LOAD-009": ("*open files*", "*descriptors*", "*connections*")},
)
class KeepsEveryConnection(Transport):
    """Every call opens a new connection, and none is closed while the client lives."""

    def __init__(
        self, scrubber: Scrubber, *, connect_timeout_s: float, ca_file: str | None = None
    ) -> None:
        super().__init__(scrubber, connect_timeout_s=connect_timeout_s, ca_file=ca_file)
        self._kept: list[aiohttp.ClientSession] = []

    def session(self) -> aiohttp.ClientSession:
        """Another one, with a pool that nobody will look into again."""
        self._kept.append(self.new_session(keep_idle_s=FOR_EVER_S))
        return self._kept[-1]

    async def aclose(self) -> None:
        """The end of the client is the end of its connections."""
        for session in self._kept:
            await session.close()

"""The call of the control client about notes."""

from __future__ import annotations

from urllib.parse import quote

from mockserver.control.calls import MAX_WAIT_S
from mockserver.control.noted import NotePage
from mockserver.control.transport import TIMEOUT_S, Transport


class NotesClient(Transport):
    """The call about notes."""

    async def notes(self, name: str = "default", **asked: object) -> NotePage:
        """What happened beside the exchanges: alerts, blocked keys, changes.

        ``asked`` are the fields of :class:`~mockserver.control.noted.NotesQuery`; with ``at_least``
        the call waits.
        """
        query = {key: str(value) for key, value in asked.items() if value is not None}
        limit_s = TIMEOUT_S + min(float(query.get("timeout_s", 0.0)), MAX_WAIT_S)
        path = f"/sandboxes/{quote(name, safe='')}/notes"
        return NotePage.model_validate(
            await self._call("GET", path, query=query, timeout_s=limit_s)
        )

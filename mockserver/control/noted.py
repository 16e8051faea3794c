"""What the control API is asked and what it answers about notes, as typed models."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mockserver.control.calls import MAX_WAIT_S, Asked, Told


class NotesQuery(Asked):
    """Which notes: of one ``kind``, the newest ``limit``.

    ``at_least`` waits until there are so many of that kind, for ``timeout_s`` seconds at most.
    """

    kind: str | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    timeout_s: Annotated[float, Field(ge=0, le=MAX_WAIT_S, allow_inf_nan=False)] = 0.0


class NoteInfo(Told):
    """Something that happened beside the exchanges; ``wall`` is in seconds since 1970.

    ``kind`` is a fixed word: ``budget_alert``, ``webhook_failed``, ``key_blocked``,
    ``control``.
    """

    at_ns: int
    wall: float
    kind: str
    detail: dict[str, str | int | float | bool | None]


class NotePage(Told):
    """Notes, the oldest first; ``satisfied`` says whether what was waited for came."""

    notes: tuple[NoteInfo, ...]
    satisfied: bool

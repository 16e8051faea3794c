"""What the control API is asked and what it answers about its own running, as typed models."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mockserver.control.calls import Asked, Told


class Readiness(Told):
    """Whether every listener accepts connections: ``ready``; or why not, in ``errors``."""

    status: str
    errors: tuple[str, ...] = ()


class AuditQuery(Asked):
    """Which calls: of one ``sandbox``, behind the number ``after``, the newest ``limit``."""

    sandbox: str | None = None
    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1)] | None = None


class ChangeInfo(Told):
    """A call that meant to change something; ``fields`` are those of its body's top level.

    ``at`` is a moment in UTC (ISO 8601). ``by`` is ``loopback``, ``token`` or, where it was
    refused, ``stranger``. ``sandbox`` is None where the call names none.
    """

    seq: int
    at: str
    address: str
    by: str
    method: str
    path: str
    sandbox: str | None
    fields: tuple[str, ...]
    status: int


class AuditPage(Told):
    """Calls in their order; ``dropped`` counts older ones that memory no longer holds."""

    changes: tuple[ChangeInfo, ...]
    dropped: int

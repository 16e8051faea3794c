"""Calls for those who run the server: metrics, readiness, and who changed what.

These are served at the root of the listener too, where probes and scrapers look for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.control.handlers.call import Call, Calls, ControlCall, json_answer
from mockserver.control.operating import AuditPage, AuditQuery, Readiness

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.server import MockServer

OPEN = ("/healthz", "/readyz")
"""What everybody may ask at the root, and hears no detail of."""

ROOT = (*OPEN, "/metrics")
"""What is answered at the root of the listener too."""


async def show_metrics(call: ControlCall) -> Answer:
    """The samples that Prometheus scrapes, as text or as OpenMetrics by ``Accept``."""
    accept = next((value for name, value in call.headers if name.lower() == "accept"), "")
    return await call.server.metrics.answer(accept)


async def show_readiness(call: ControlCall) -> Answer:
    """Whether every listener accepts connections; 503 where one does not."""
    errors = obstacles(call.server)
    if not errors:
        return json_answer({"status": "ready"})
    return json_answer({"status": "not ready", "errors": errors}, 503)


async def show_audit(call: ControlCall) -> Answer:
    """The calls that meant to change something: who, what, when, and what became of them."""
    asked = call.asked_by_query(AuditQuery)
    audit = call.server.audit
    changes = audit.changes(sandbox=asked.sandbox, after=asked.after)
    newest = changes if asked.limit is None else changes[-asked.limit :]
    return json_answer({"changes": newest, "dropped": audit.dropped})


def answer_anybody(server: MockServer, path: str) -> Answer:
    """What a stranger hears of the server's health: that it is up, or whether it is ready."""
    if path == "/healthz":
        return json_answer({"status": "ok"})
    if obstacles(server):
        return json_answer({"status": "not ready"}, 503)
    return json_answer({"status": "ready"})


def obstacles(server: MockServer) -> list[str]:
    """Why the server is not ready, a line for each reason; none when it is."""
    sandboxes = server.sandboxes
    if not sandboxes:
        return ["the server is stopping"]
    return [
        f"sandbox {sandbox.name!r} refuses connections"
        for sandbox in sandboxes
        if not sandbox.listening
    ]


CALLS: Calls = {
    ("GET", "/metrics"): Call(show_metrics, told=str),
    ("GET", "/readyz"): Call(show_readiness, told=Readiness, also=(503,)),
    ("GET", "/audit"): Call(show_audit, told=AuditPage, query=AuditQuery),
}
"""What this module answers: method, path after ``/_mock``, and the call."""

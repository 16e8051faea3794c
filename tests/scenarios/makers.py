"""Makers of what the harness sees: each gives a whole, plausible record, changed as asked."""

from __future__ import annotations

from typing import Any

from mockserver.journal import Exchange, Sent
from scenarios.client import Told
from scenarios.clients.protocol import ClientAnswer, ClientError, Outcome

MS = 1_000_000
"""Nanoseconds in a millisecond."""

TOKEN = "call-0123456789ab"


def make_exchange(
    seq: int = 1, *, at_ms: float = 0.0, lasts_ms: float = 10.0, **changes: Any
) -> Exchange:
    """One request that arrived at `at_ms` and was answered 200, whole, `lasts_ms` later."""
    start = int(at_ms * MS)
    end = int((at_ms + lasts_ms) * MS)
    fields: dict[str, Any] = {
        "seq": seq,
        "sandbox": "primary",
        "connection": seq,
        "ordinal": 1,
        "first_byte_in_ns": start,
        "headers_in_ns": start,
        "body_in_ns": start,
        "first_byte_out_ns": end,
        "last_byte_out_ns": end,
        "ended_ns": end,
        "wall": 0.0,
        "method": "POST",
        "path": "/v1/chat/request",
        "query": "",
        "headers": (("host", "127.0.0.1"), ("content-type", "application/json")),
        "body_length": 2,
        "body_sha256": "0" * 64,
        "content_length": 2,
        "body": b"{}",
        "tokens": (TOKEN,),
        "token": TOKEN,
        "attempt": 1,
        "key_id": "judged",
        "project": "default",
        "secrets_at": (),
        "model": "pawa-v1-ember-20240924",
        "stream": False,
        "items": 0,
        "max_tokens": None,
        "tokens_in": 1,
        "tokens_out": 1,
        "cost": 0.0,
        "cost_micro": 0,
        "in_flight": 1,
        "queued_s": 0.0,
        "trigger": None,
        "rule": None,
        "faults": (),
        "draw": None,
        "delivered": False,
        "executed": True,
        "status": 200,
        "request_id": f"req-{seq:016x}",
        "canary": f"answer-{seq:012x}",
        "ending": "complete",
        "client_left_ns": None,
        "client_left_how": None,
        "sent": (Sent(end, "head", 0, 19), Sent(end, "body", 19, 2)),
        "sent_bytes": b"HTTP/1.1 200 OK\r\n\r\n{}",
    }
    return Exchange(**fields | changes)


def make_outcome(*, text: str = "Habari", started_s: float = 0.0, **changes: Any) -> Outcome:
    """A call that ended well after 20 ms."""
    fields: dict[str, Any] = {
        "ending": "ok",
        "answer": ClientAnswer(text=text),
        "started_s": started_s,
        "ended_s": started_s + 0.02,
    }
    return Outcome(**fields | changes)


def make_failure(kind: str = "server_error", message: str = "no", **changes: Any) -> Outcome:
    """A call that ended with a typed error."""
    error = ClientError(kind, message)
    return make_outcome(**{"ending": "error", "answer": None, "error": error} | changes)


def make_told(token: str = TOKEN, outcome: Outcome | None = None, label: str = "") -> Told:
    """What a client told of one call."""
    return Told((token,), label, outcome or make_outcome())

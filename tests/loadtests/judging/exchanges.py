"""Journal records by hand, for tests of what is shown of them."""

from __future__ import annotations

from typing import Any

from mockserver.records import Exchange


def exchange(sent_bytes: bytes = b"HTTP/1.1 200 OK\r\n\r\n{}", **changes: Any) -> Exchange:
    """A whole record of a chat request that was answered with these bytes."""
    fields: dict[str, Any] = {
        "seq": 1,
        "sandbox": "client",
        "connection": 1,
        "ordinal": 1,
        "first_byte_in_ns": 0,
        "headers_in_ns": 0,
        "body_in_ns": 0,
        "first_byte_out_ns": 0,
        "last_byte_out_ns": 0,
        "ended_ns": 0,
        "wall": 0.0,
        "method": "POST",
        "path": "/v1/chat/request",
        "query": "",
        "headers": (("host", "127.0.0.1"),),
        "body_length": 2,
        "body_sha256": "",
        "content_length": 2,
        "body": b"{}",
        "tokens": (),
        "token": "",
        "attempt": 1,
        "key_id": None,
        "project": None,
        "secrets_at": (),
        "model": None,
        "stream": False,
        "items": 0,
        "max_tokens": None,
        "tokens_in": 0,
        "tokens_out": 0,
        "cost": 0.0,
        "cost_micro": 0,
        "in_flight": 1,
        "queued_s": 0.0,
        "rule": None,
        "faults": (),
        "draw": None,
        "trigger": None,
        "delivered": False,
        "executed": True,
        "status": 200,
        "request_id": "req-1",
        "canary": None,
        "ending": "complete",
        "client_left_ns": None,
        "client_left_how": None,
        "sent": (),
        "sent_bytes": sent_bytes,
    }
    return Exchange(**(fields | changes))

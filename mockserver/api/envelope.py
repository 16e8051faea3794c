"""Pawa's envelope ``{"success", "message", "data"}``, and its documented messages.

Source: pawa-api.md section 2 (messages are spelled exactly as documented) and section 4 (errors,
mostly undocumented: see ``docs/choices.md``).
"""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.answer import JSON_TYPE, Answer

CHAT_OK = "Chat request processed successfully"
CHUNK_OK = "Chunk completions generated successfully"
EMBEDDINGS_OK = "Embeddings created successfully"
MODELS_OK = "Models fetched successfully"

UNAUTHORIZED = "Unauthorized access"
RATE_LIMITED = "Rate limit exceeded"
BUDGET_EXHAUSTED = "Budget limit exceeded"
BUDGET_CODE = "budget_exceeded"

REQUEST_ID = "X-Request-Id"

STATUS_MESSAGES = {
    400: "Bad request",
    401: UNAUTHORIZED,
    402: BUDGET_EXHAUSTED,
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timeout",
    409: "Conflict",
    413: "Request body too large",
    415: "Unsupported media type",
    422: "Unprocessable entity",
    429: RATE_LIMITED,
    500: "Internal server error",
    502: "Bad gateway",
    503: "Unavailable",
    504: "Gateway timeout",
}


def success(message: str, data: Any) -> Answer:
    """200 with the documented message and ``data``."""
    body = orjson.dumps({"success": True, "message": message, "data": data})
    return Answer(200, (JSON_TYPE,), body)


def failure(status: int, message: str | None = None, *headers: tuple[str, str]) -> Answer:
    """An error in Pawa's envelope; without a message, the usual one of that status."""
    text = message or STATUS_MESSAGES.get(status, f"HTTP {status}")
    body = orjson.dumps({"success": False, "message": text, "data": None})
    return Answer(status, (JSON_TYPE, *headers), body)


def budget_exhausted(status: int) -> Answer:
    """The refusal of a project whose budget is spent, with a code that a program can read.

    Without one, a client could tell it from a rate limit by the wording alone.
    """
    document = {"success": False, "message": BUDGET_EXHAUSTED, "code": BUDGET_CODE, "data": None}
    return Answer(status, (JSON_TYPE,), orjson.dumps(document))


def unauthorized() -> Answer:
    """401 for a missing, malformed or unknown key, with RFC 9110 section 11.6.1's challenge."""
    return failure(401, UNAUTHORIZED, ("WWW-Authenticate", "Bearer"))


def too_large(limit_bytes: int) -> Answer:
    """413 for a body over the limit."""
    return failure(413, f"Request body too large: the limit is {limit_bytes} bytes")


def not_found(path: str) -> Answer:
    """404 for a path that no endpoint has."""
    return failure(404, f"Not found: {path}")


def method_not_allowed(method: str, allowed: tuple[str, ...]) -> Answer:
    """405 with the methods that the path does have (RFC 9110 section 15.5.6)."""
    return failure(405, f"Method not allowed: {method}", ("Allow", ", ".join(allowed)))


def with_request_id(answer: Answer, request_id: str) -> Answer:
    """The answer with ``X-Request-Id``, unless it has one already."""
    for name, _ in answer.headers:
        if name.lower() == "x-request-id":
            return answer
    return answer.with_headers((REQUEST_ID, request_id))

"""What is known of a request once it has been read: the ground on which rules decide."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import orjson

from mockserver.values import value

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Headers

API_PREFIX = "/v1"
"""What every path of the API begins with; who names a path may leave it out."""

_CALL_TOKEN = re.compile(rb"call-[0-9a-f]{12}")


@value
class RequestFacts:
    """One request, read whole.

    ``headers`` are pairs with lower-case names. ``tokens`` are the call tokens found in body and
    path, each once, in order; ``token`` is the one that draws and counters are keyed by, and
    ``attempt`` counts its arrivals in this sandbox from 1. ``wall`` is the time of arrival in
    seconds since the epoch, for answers that hold a date.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    body_json: object | None
    model: str | None
    stream: bool
    key_id: str | None
    tokens: tuple[str, ...]
    token: str
    attempt: int
    wall: float
    project: str | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header (lower-case name), None where it is absent."""
        return next((value for key, value in self.headers if key == name), None)


def find_tokens(body: bytes, path: str) -> tuple[str, ...]:
    """The call tokens (``call-`` and 12 hex digits) of a request: those of the body first."""
    found = _CALL_TOKEN.findall(body)
    if "call-" in path:
        found += _CALL_TOKEN.findall(path.encode())
    if len(found) == 1:
        return (found[0].decode(),)
    return tuple(dict.fromkeys([token.decode() for token in found]))


def token_of(tokens: tuple[str, ...], body: bytes, path: str) -> str:
    """The token that stands for a request: its first call token, or else a digest.

    The digest is taken over body and path, so that a client that repeats a request byte for byte
    is seen as trying again although it knows nothing of call tokens.
    """
    if tokens:
        return tokens[0]
    return "sha256:" + hashlib.sha256(body + path.encode()).hexdigest()[:16]


def read_facts(
    *,
    method: str,
    path: str,
    query: str,
    headers: Headers,
    body: bytes,
    key_id: str | None,
    project: str | None = None,
    wall: float,
    count: Callable[[str], int],
) -> RequestFacts:
    """Make the facts of a request; the names of its headers are lower-case already.

    ``count`` is told the request's token and answers how many times it has now arrived in this
    sandbox (1 for the first). A body that is no JSON is no error here: ``body_json`` is None.
    """
    body_json = _parsed(body)
    fields = body_json if isinstance(body_json, dict) else {}
    model = fields.get("model")
    tokens = find_tokens(body, path)
    token = token_of(tokens, body, path)
    return RequestFacts(
        method=method,
        path=path,
        query=query,
        headers=headers,
        body=body,
        body_json=body_json,
        model=model if isinstance(model, str) else None,
        stream=fields.get("stream") is True,
        key_id=key_id,
        tokens=tokens,
        token=token,
        attempt=count(token),
        wall=wall,
        project=project,
    )


def _parsed(body: bytes) -> object | None:
    if not body:
        return None
    try:
        parsed: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return parsed

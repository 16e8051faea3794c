"""What Pawa's answers say, read by the raw client in the protocol's words.

Shapes: pawa-api.md sections 2, 3.1, 3.2 and 3.7. It reads as little as a measurement needs: what
is not there is None, and an answer that cannot be one is ``bad_response``.
"""

from __future__ import annotations

from typing import Any

import orjson

from loadtests.generator.event_lines import MARKER
from loadtests.generator.failure_kinds import kind_by_status, kind_by_words
from scenarios.clients.protocol import ClientAnswer, ClientError, Usage
from scenarios.clients.replies import Answered, Refused

MESSAGE_CHARACTERS = 300


def refused(status: int, body: bytes, request_id: str | None) -> Refused:
    """The error of an answer whose status is not 2xx."""
    code, message = _complaint(_json(body))
    kind = kind_by_status(status, f"{code} {message}")
    said = message or f"the server answered {status}"
    return _refused(kind, said, status=status, code=code, request_id=request_id)


def chat(status: int, body: bytes, request_id: str | None) -> Answered | Refused:
    """The answer to a chat call whose status is 2xx."""
    value = _json(body)
    failure = _failure(value, status, request_id)
    if failure is not None:
        return failure
    message = _entry(value.get("data")).get("message")
    if not isinstance(message, dict):
        return bad_response("the answer holds no message", status, request_id)
    answer = ClientAnswer(
        text=_text(message.get("content")),
        usage=_usage(value),
        request_id=request_id,
        attempts=1,
    )
    return Answered(answer)


def vectors(status: int, body: bytes, expected: int, request_id: str | None) -> Answered | Refused:
    """The answer to an embedding call for so many sentences whose status is 2xx."""
    value = _json(body)
    failure = _failure(value, status, request_id)
    if failure is not None:
        return failure
    data = value.get("data")
    found = data.get("embeddings", data.get("data")) if isinstance(data, dict) else data
    if not isinstance(found, list) or len(found) != expected:
        count = len(found) if isinstance(found, list) else 0
        return bad_response(
            f"the answer holds {count} embeddings for {expected} sentences", status, request_id
        )
    answer = ClientAnswer(
        vectors=tuple(_vector(one) for one in found),
        usage=_usage(value),
        request_id=request_id,
        attempts=1,
    )
    return Answered(answer)


def bad_response(message: str, status: int | None, request_id: str | None) -> Refused:
    """An answer that cannot be one."""
    return _refused("bad_response", message, status=status, request_id=request_id)


def failed(kind: str, message: str) -> Refused:
    """An attempt that got no answer."""
    return _refused(kind, message, status=None, request_id=None)


class StreamReading:
    """What a stream has said so far, and whether that is all of it.

    It is whole when it gave a finish reason or the marker; its mere end proves nothing. ``ended``
    is what it came to, once an event has said so.
    """

    __slots__ = ("_request_id", "_usage", "ended", "finished", "started")

    def __init__(self, request_id: str | None) -> None:
        self._request_id = request_id
        self._usage: Usage | None = None
        self.finished = False
        self.started = False
        self.ended: Answered | Refused | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more has to come."""
        return self.finished or self.ended is not None

    def take(self, event: str) -> str:
        """The text that an event adds."""
        if event.strip() == MARKER:
            self.finished = True
            self.ended = self.end()
            return ""
        value = _json(event)
        failure = _failure(value, None, self._request_id)
        if failure is not None:
            self.ended = failure
            return ""
        entry = _entry(value.get("data"))
        if entry.get("finish_reason") or _dict(value.get("data")).get("finish_reason"):
            self.finished = True
        self._usage = _usage(value) or self._usage
        text = _text(_dict(entry.get("message")).get("content"))
        self.started = self.started or bool(text)
        return text

    def end(self) -> Answered | Refused:
        """What the stream came to, at its end."""
        if not self.finished:
            message = "the stream ended without a finish reason or marker"
            return _refused("stream_interrupted", message, status=None, request_id=self._request_id)
        answer = ClientAnswer(usage=self._usage, request_id=self._request_id, attempts=1)
        return Answered(answer)

    def broken(self, kind: str, message: str) -> Refused:
        """What a stream came to that broke off; ``kind`` if no text had come before."""
        kind = "stream_interrupted" if self.started else kind
        return _refused(kind, message, status=None, request_id=self._request_id)


def _failure(value: Any, status: int | None, request_id: str | None) -> Refused | None:
    """The error of an answer that says itself that it is none."""
    if not isinstance(value, dict):
        return bad_response("the answer is no JSON object", status, request_id)
    if value.get("success") is not False and not value.get("error"):
        return None
    code, message = _complaint(value)
    said = message or "the answer says that it failed"
    kind = kind_by_words(code, message)
    return _refused(kind, said, status=status, code=code, request_id=request_id)


def _refused(
    kind: str, message: str, *, status: int | None, request_id: str | None, code: str = ""
) -> Refused:
    error = ClientError(
        kind, message, status=status, code=code or None, request_id=request_id, attempts=1
    )
    return Refused(error)


def _complaint(value: Any) -> tuple[str, str]:
    """Code and message, wherever they stand; empty where they do not."""
    if isinstance(value, str):
        return "", value[:MESSAGE_CHARACTERS]
    if not isinstance(value, dict):
        return "", ""
    inner = _complaint(value.get("error")) if value.get("error") else ("", "")
    code = next((value[name] for name in ("code", "type") if _plain(value.get(name))), "")
    found = value.get("message") or value.get("detail") or value.get("title") or ""
    message = found if isinstance(found, str) else orjson.dumps(found).decode()
    return inner[0] or str(code), inner[1] or message[:MESSAGE_CHARACTERS]


def _plain(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != "about:blank"


def _entry(data: Any) -> dict[str, Any]:
    """``data.request[0]`` where there is one, else ``data`` itself (the documented chunk)."""
    known = _dict(data)
    entries = known.get("request")
    if isinstance(entries, list):
        return _dict(entries[0]) if entries else {}
    return known


def _text(content: Any) -> str:
    """A string, or the text parts of a list."""
    if isinstance(content, list):
        return "".join(str(_dict(part).get("text") or "") for part in content)
    return content if isinstance(content, str) else ""


def _vector(one: Any) -> Any:
    if isinstance(one, dict) and not one.get("error"):
        return one.get("embedding", one.get("vector"))
    return one


def _usage(value: dict[str, Any]) -> Usage | None:
    told = _dict(value.get("data")).get("usage") or value.get("usage")
    if not isinstance(told, dict):
        return None
    read = told.get("tokens_in", told.get("tokensIn"))
    written = told.get("tokens_out", told.get("tokensOut"))
    if type(read) is not int or type(written) is not int:
        return None
    return Usage(read, written)


def _json(body: bytes | str) -> Any:
    """The JSON in a body, or its text."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body if isinstance(body, str) else body.decode("utf-8", "replace")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

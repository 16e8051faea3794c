"""How an application is spoken to: in the protocol's words, or as its mapping says.

A dialect is pure: it makes the body of a request, and reads an answer or one event of a stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import orjson

from scenarios.clients.app_mapping import Route, fill, look_up, names_in, template_fields
from scenarios.clients.errors import ProtocolError
from scenarios.clients.lines import answer_from, error_from
from scenarios.clients.protocol import ERROR_KINDS, ClientAnswer, ClientError
from scenarios.clients.replies import Answered, Broken, Refused, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

DONE = "[DONE]"


class Dialect(Protocol):
    """One way to speak."""

    route: Route

    def body(self, request: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
        """The JSON to send; raises :class:`CannotSay` when something cannot be said."""

    def answer(self, status: int, text: str) -> Reply:
        """What a whole answer means."""

    def event(self, text: str) -> str | Reply | None:
        """What one event means: a piece of text, the end of the call, or nothing."""

    def end(self, text: str) -> Reply:
        """What the end of the stream means, after ``text`` was delivered."""


class CannotSay(Exception):  # noqa: N818 - turned into the outcome at once
    """Raised when a request holds something that the application's route has no place for."""


class PlainDialect:
    """The protocol's own words over HTTP."""

    def __init__(self, operation: str) -> None:
        self.route = Route(path=f"/{operation}")

    def body(self, request: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
        """``{"request": …}`` and the options of the call."""
        return {"request": dict(request), **options}

    def answer(self, status: int, text: str) -> Reply:
        """``{"ok": …}`` or ``{"error": …}``, whatever the status."""
        message = _json(text)
        final = self._final(message) if isinstance(message, dict) else None
        return final or _no_answer(status, text)

    def event(self, text: str) -> str | Reply | None:
        """``{"delta": …}``, or a final answer."""
        message = _json(text)
        if not isinstance(message, dict):
            return Broken(f"the application sent an event that is no object: {text[:80]!r}")
        delta = message.get("delta")
        if isinstance(delta, str):
            return delta
        return self._final(message) or Broken(
            f"the application sent an event without delta, ok or error: {text[:80]!r}"
        )

    def end(self, text: str) -> Reply:
        """A stream must end with a final answer."""
        error = ClientError(
            "internal",
            "the application's stream ended without ok or error",
            code="no_final_event",
            partial=text or None,
        )
        return Refused(error)

    def _final(self, message: Mapping[str, Any]) -> Reply | None:
        try:
            if isinstance(message.get("ok"), dict):
                return Answered(answer_from(message["ok"]))
            if message.get("error") is not None:
                return Refused(error_from(message["error"]))
        except ProtocolError as error:
            return Broken(f"the application's answer is not of the protocol: {error.message}")
        return None


class MappedDialect:
    """An application's own routes."""

    def __init__(self, route: Route) -> None:
        self.route = route

    def body(self, request: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
        """The template, filled; what the template has no place for is refused."""
        fields = template_fields({**request, **options})
        places = names_in(self.route.body)
        if "prompt" in places:
            places |= {"messages"}
        # an application that has no word for it streams, or does not, by its own choice
        missing = sorted({*request, *options} - places - {"stream"})
        if missing:
            raise CannotSay(f"the application's mapping has no place for {missing[0]!r}")
        return fill(self.route.body, fields)

    def answer(self, status: int, text: str) -> Reply:
        """The error where one stands, else the text or the vectors where they stand."""
        message = _json(text)
        refused = self._refusal(message)
        if refused is not None:
            return refused
        if status >= 400:
            return _no_answer(status, text)
        found = look_up(message, self.route.text)
        vectors = look_up(message, self.route.vectors)
        if isinstance(found, str):
            return Answered(ClientAnswer(text=found))
        if isinstance(vectors, list):
            return Answered(ClientAnswer(vectors=tuple(vectors)))
        return _no_answer(status, text)

    def event(self, text: str) -> str | Reply | None:
        """The piece of text where one stands, or the error that ends the stream."""
        if text == DONE:
            return None
        message = _json(text)
        delta = look_up(message, self.route.delta)
        return self._refusal(message) or (delta if isinstance(delta, str) else None)

    def end(self, text: str) -> Reply:
        """The end of the stream is the end of the answer."""
        return Answered(ClientAnswer(text=text))

    def _refusal(self, message: Any) -> Refused | None:
        found = look_up(message, self.route.error)
        if found is None:
            return None
        kind = look_up(message, self.route.kind)
        known = isinstance(kind, str) and kind in ERROR_KINDS
        code = None if known or kind is None else str(kind)
        return Refused(ClientError(kind if known else "internal", str(found), code=code))


def _json(text: str) -> Any:
    """The JSON in a text, or the text itself: an application may answer in plain text."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _no_answer(status: int, text: str) -> Refused:
    excerpt = " ".join(text[:200].split())
    message = f"the application answered {status} without an answer in it: {excerpt!r}"
    return Refused(ClientError("internal", message, code=f"http_{status}"))

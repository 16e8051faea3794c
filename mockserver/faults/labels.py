"""Faults of what a body is called, and of bytes that are not what they are called."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from mockserver.answer import EventKind, EventStream
from mockserver.faults.base import Count, Fault, HeaderValue
from mockserver.faults.script import changed, chunk_places

if TYPE_CHECKING:
    from mockserver.answer import Answer, Event
    from mockserver.draws import Draws

INVALID = {
    "never": b"\xff\xfe",
    "lone": b"\x80",
    "truncated": b"\xe2\x82",
    "overlong": b"\xc0\xaf",
    "surrogate": b"\xed\xa0\x80",
}
"""Bytes that UTF-8 cannot have (RFC 3629 section 3): never a byte of it, a continuation alone, a
character cut short, a character in more bytes than it needs, half of a UTF-16 pair."""

Charset = Literal["utf-8", "utf-16", "utf-16-be", "utf-32", "latin-1", "windows-1252"]


class WrongContentType(Fault):
    """A reply that is not called what it is, as a proxy or a careless handler sends it."""

    summary: ClassVar[str] = "The healthy body under another `Content-Type`, or under none."
    example: ClassVar[dict[str, Any]] = {"kind": "wrong_content_type", "value": "text/html"}

    kind: Literal["wrong_content_type"] = "wrong_content_type"
    value: HeaderValue = Field(
        default="text/plain", description='the type that is told; "" leaves the header out'
    )

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:  # noqa: ARG002 - no chance here
        """Tell another type; a reply that is told so already stays."""
        return answer.with_header("Content-Type", self.value or None)


class WrongCharset(Fault):
    """Text in one encoding that is labelled as another."""

    summary: ClassVar[str] = "A body in one encoding whose `Content-Type` names another."
    example: ClassVar[dict[str, Any]] = {
        "kind": "wrong_charset",
        "encoding": "utf-16",
        "label": "utf-8",
    }

    kind: Literal["wrong_charset"] = "wrong_charset"
    encoding: Charset = Field(default="utf-16", description="how the bytes are written")
    label: HeaderValue = Field(default="utf-8", description="the charset that is told")

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:  # noqa: ARG002 - no chance here
        """Write the body anew and label it; a stream, and a body that is no UTF-8, stay."""
        body = answer.body
        if isinstance(body, EventStream) or not body:
            return answer
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return answer
        told = [value for name, value in answer.headers if name.lower() == "content-type"]
        kind = told[0].partition(";")[0] if told else "text/plain"
        labelled = answer.with_header("Content-Type", f"{kind}; charset={self.label}")
        return replace(labelled, body=text.encode(self.encoding, "replace"))


class InvalidUtf8(Fault):
    """Bytes that are no text, in a text."""

    summary: ClassVar[str] = "Bytes that are no UTF-8 inside a JSON text, or in one chunk."
    example: ClassVar[dict[str, Any]] = {"kind": "invalid_utf8", "sequence": "truncated"}

    kind: Literal["invalid_utf8"] = "invalid_utf8"
    sequence: Literal["never", "lone", "truncated", "overlong", "surrogate"] = Field(
        default="never",
        description="FF FE, a continuation alone, a character cut short, one in too many bytes, "
        "or half of a UTF-16 pair",
    )
    after_chunks: Count = Field(default=0, description="chunks of a stream that arrive before it")

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:  # noqa: ARG002 - no chance here
        """Put them behind the last quote that opens a text; an empty body stays."""
        body = answer.body
        if not isinstance(body, EventStream):
            return replace(answer, body=self._spoilt(body)) if body else answer
        places = chunk_places(body)
        if self.after_chunks >= len(places):
            return answer
        events = changed(body, places[self.after_chunks], self._spoilt_event)
        return replace(answer, body=replace(body, events=events))

    def _spoilt_event(self, event: Event) -> Event:
        if event.kind is EventKind.RAW:
            return replace(event, data=INVALID[self.sequence] + event.data)
        return replace(event, data=self._spoilt(event.data))

    def _spoilt(self, data: bytes) -> bytes:
        opening = data.rfind(b':"')
        at = opening + 2 if opening >= 0 else len(data) // 2
        return data[:at] + INVALID[self.sequence] + data[at:]

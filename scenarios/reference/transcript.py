"""What a stream has said so far, and whether that is all of it.

A stream is whole when it gave a finish reason or the marker; its mere end proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.reference.answers import Answer, Usage
from scenarios.reference.errors import BadResponseError, StreamInterruptedError
from scenarios.reference.replies import read_chat_part, read_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.reference.classify import Classifier
    from scenarios.reference.complaint import Complaint
    from scenarios.reference.events import StreamEvent


class Transcript:
    """Collects the chunks of one stream.

    ``finished`` after a finish reason or the marker; ``closed`` after the marker, behind which
    nothing can follow.
    """

    def __init__(self, classifier: Classifier, model: str) -> None:
        self._classifier = classifier
        self._texts: list[str] = []
        self._tools: list[dict[str, Any]] = []
        self._usage: Usage | None = None
        self._model = model
        self.finish_reason: str | None = None
        self.closed = False

    @property
    def text(self) -> str:
        """All text so far."""
        return "".join(self._texts)

    @property
    def finished(self) -> bool:
        """Whether the answer is known to be whole."""
        return self.closed or self.finish_reason is not None

    def take(self, event: StreamEvent) -> str:
        """Takes in one event and returns the text that it adds; raises PawaError."""
        if event.is_marker:
            self.closed = True
            return ""
        try:
            part = read_chat_part(read_object(event.data))
        except BadResponseError:
            raise BadResponseError("an event of the stream is not JSON", ambiguous=True) from None
        if part.complaint is not None:
            return self.on_error(part.complaint)
        self.finish_reason = part.finish_reason or self.finish_reason
        self._usage = part.usage or self._usage
        self._model = part.model or self._model
        for call in part.tool_calls:
            self._add_tool_call(call)
        if part.text:
            self._texts.append(part.text)
        return part.text

    def on_error(self, complaint: Complaint) -> str:
        """An error chunk is never text: raises its typed error."""
        kind = self._classifier.for_words(complaint)
        message = complaint.message or "the server ended the stream with an error"
        raise kind(message, code=complaint.code or None)

    def require_whole(self) -> None:
        """Raises StreamInterruptedError unless the answer is known to be whole."""
        if not self.finished:
            raise StreamInterruptedError(
                "the stream ended without a finish reason or marker", ambiguous=True
            )

    def answer(self, request_id: str | None) -> Answer:
        """The whole answer."""
        return Answer(
            text=self.text,
            model=self._model,
            finish_reason=self.finish_reason,
            usage=self._usage,
            request_id=request_id,
            tool_calls=tuple(self._tools),
        )

    def _add_tool_call(self, part: Mapping[str, Any]) -> None:
        """Joins the fragments of a tool call by their ``index``; one without it is complete."""
        index = part.get("index")
        known = next((tool for tool in self._tools if tool.get("index") == index), None)
        if index is None or known is None:
            self._tools.append(dict(part))
            return
        function, more = dict(known.get("function") or {}), part.get("function") or {}
        for name, value in more.items():
            old = function.get(name)
            joins = name == "arguments" and isinstance(old, str) and isinstance(value, str)
            function[name] = old + value if joins and isinstance(old, str) else value
        known["function"] = function

"""One attempt: send the request, tell good answers from bad ones, read the answer as it comes."""

from __future__ import annotations

import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from scenarios.reference.answers import Answer, EmbeddingAnswer
from scenarios.reference.complaint import complaint_in, read_complaint
from scenarios.reference.deadline import Deadline
from scenarios.reference.errors import (
    BadResponseError,
    DeadlineExceededError,
    PawaError,
    StreamInterruptedError,
)
from scenarios.reference.replies import read_chat_part, read_object, read_usage, read_vectors
from scenarios.reference.requests import EMBEDDING_PATH
from scenarios.reference.transport import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from scenarios.reference.answers import Vector
    from scenarios.reference.assembly import Parts
    from scenarios.reference.call import Call, Flow
    from scenarios.reference.complaint import Complaint
    from scenarios.reference.settings import Settings
    from scenarios.reference.transcript import Transcript
    from scenarios.reference.transport import Reply, Target

logger = logging.getLogger(__name__)

END_PATIENCE_S = 0.1
"""How long a finished stream may take to end its body. Longer, and the connection is given up."""


class Attempt:
    """Makes attempts; holds nothing of any one of them."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._settings = settings
        self._parts = parts

    async def run(self, call: Call, target: Target, body: bytes, until: Deadline) -> Flow:
        """Sends ``body`` once and yields what comes back; raises PawaError.

        ``until`` is when this target must be done.
        """
        call.attempts += 1
        self._parts.telemetry.attempts += 1
        limits = self.limits(call, until)
        reply = await self._parts.transport.post(target, call.path, body, limits)
        try:
            if reply.request_id:
                call.request_ids.append(reply.request_id)
            if not 200 <= reply.status <= 299:
                raise self.failure(reply, read_complaint(await reply.read_complaint()))
            async with aclosing(self._read(call, target, reply)) as flow:
                async for piece in flow:
                    yield piece
        except PawaError as error:
            error.request_id = error.request_id or reply.request_id
            error.partial = "".join(call.text)
            if isinstance(error, BadResponseError):
                error.status = reply.status
            raise
        finally:
            reply.close()

    def limits(self, call: Call, until: Deadline) -> Limits:
        """How long each phase of an attempt that begins now may last."""
        settings = self._settings
        head = until.sooner(settings.timeout_s)
        body = until.sooner(settings.stream_timeout_s) if call.streams else head
        return Limits(head, body, settings.idle_timeout_s, call.deadline)

    def failure(self, reply: Reply, complaint: Complaint) -> PawaError:
        """The typed error of an answer whose status is not 2xx."""
        kind = self._parts.classifier.for_status(reply.status, complaint)
        return kind(
            complaint.message or f"the server answered {reply.status}",
            status=reply.status,
            code=complaint.code or None,
            request_id=reply.request_id,
            retry_after_s=self.hint_s(reply),
            ambiguous=self._parts.classifier.may_be_done(reply.status),
        )

    def hint_s(self, reply: Reply) -> float | None:
        """The wait that an answer asks for, in seconds."""
        dates = reply.header_values("Date")
        return self._parts.retry_after.read(
            reply.header_values("Retry-After"), date=dates[0] if dates else None
        )

    async def _read(self, call: Call, target: Target, reply: Reply) -> Flow:
        if call.streams:
            transcript = self._parts.transcript(self._parts.classifier, target.model)
            async with aclosing(self.read_stream(reply, transcript)) as texts:
                async for text in texts:
                    yield text
            yield transcript.answer(reply.request_id)
        elif call.path == EMBEDDING_PATH:
            yield self.embedding_answer(call, target, reply, await self.read_json(reply))
        else:
            yield self.chat_answer(target, reply, await self.read_json(reply))

    async def read_json(self, reply: Reply) -> dict[str, Any]:
        """The whole body as an object that reports success; raises PawaError."""
        body = await reply.read_whole()
        try:
            value = read_object(body)
        except BadResponseError as error:
            why = error.message if body else "the body is empty"
        else:
            if value.get("success") is False or value.get("error"):
                raise self.refusal(reply, complaint_in(value))
            return value
        told = f"status {reply.status} ({reply.content_type}), but {why}"
        raise BadResponseError(told, ambiguous=True)

    def refusal(self, reply: Reply, complaint: Complaint) -> PawaError:
        """The typed error of a 2xx answer whose body says that it failed."""
        kind = self._parts.classifier.for_words(complaint)
        message = complaint.message or "the answer says that it failed"
        return kind(message, status=reply.status, code=complaint.code or None)

    def chat_answer(self, target: Target, reply: Reply, value: dict[str, Any]) -> Answer:
        """The answer in the body of a chat call; raises BadResponseError when there is none."""
        part = read_chat_part(value)
        if not part.has_message:
            raise BadResponseError("the answer holds no message", ambiguous=True)
        return Answer(
            text=part.text,
            model=part.model or target.model,
            finish_reason=part.finish_reason,
            usage=part.usage,
            request_id=reply.request_id,
            tool_calls=part.tool_calls,
        )

    def embedding_answer(
        self, call: Call, target: Target, reply: Reply, value: dict[str, Any]
    ) -> EmbeddingAnswer:
        """The vectors in the body of an embedding call; raises BadResponseError."""
        return EmbeddingAnswer(
            vectors=self.vectors_in(value, len(call.body["sentences"])),
            model=target.model,
            usage=read_usage(value),
            request_ids=(reply.request_id,) if reply.request_id else (),
        )

    def vectors_in(self, value: dict[str, Any], expected: int) -> tuple[Vector | PawaError, ...]:
        """Each sentence's own vector or error; raises BadResponseError."""
        return read_vectors(value, expected, self._parts.classifier)

    async def read_stream(self, reply: Reply, transcript: Transcript) -> AsyncGenerator[str, None]:
        """Pieces of text as they arrive, until the stream is whole.

        Behind a finish reason, usage or the marker may follow at once; a socket that stays open
        without saying more does not keep the caller waiting.
        """
        lines, events = self._parts.lines(), self._parts.events()
        ending: Deadline | None = None
        while (patience_s := self.patience_s(transcript)) != 0:
            if patience_s is not None and ending is None:
                ending = Deadline.after(patience_s)
            data = await self._next_bytes(reply, transcript, ending)
            if data:
                batch = [event for line in lines.feed(data) for event in events.take(line)]
            else:
                batch = events.finish(lines.finish())
            for event in batch:
                if text := transcript.take(event):
                    yield text
            if not data:
                break
        transcript.require_whole()
        await reply.finish(END_PATIENCE_S)

    def patience_s(self, transcript: Transcript) -> float | None:
        """How much longer a stream may take: no limit of its own until the answer is whole."""
        if transcript.closed:
            return 0
        return END_PATIENCE_S if transcript.finished else None

    async def _next_bytes(
        self, reply: Reply, transcript: Transcript, ending: Deadline | None
    ) -> bytes:
        """The next bytes; what ends a stream in the middle is told as an interruption."""
        if ending is not None:
            return await reply.read_until(ending)
        try:
            return await reply.read()
        except DeadlineExceededError:
            raise
        except PawaError as error:
            if not transcript.text:
                raise
            why = error.message
        raise StreamInterruptedError(f"the stream broke off: {why}", ambiguous=True)

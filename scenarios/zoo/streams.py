"""Defects in reading a stream: its lines, its events, its end, and its pace."""

from __future__ import annotations

import re
from contextlib import aclosing
from typing import TYPE_CHECKING

from scenarios.reference.attempt import Attempt
from scenarios.reference.errors import BadResponseError
from scenarios.reference.events import EventAssembler, StreamEvent
from scenarios.reference.lines import LineSplitter
from scenarios.reference.transcript import Transcript
from scenarios.reference.transport import Reply
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from scenarios.reference.classify import Classifier
    from scenarios.reference.complaint import Complaint
    from scenarios.reference.deadline import Deadline

LONGEST_LINE_BYTES = 64 * 1024


@defect(
    "M35",
    seen="term-llm#955; agent-afk#635; opencode#26170; Portkey's S08, S09 and S14",
    caught_by={
        "SSE-011": "truncated streams handed out as whole answers",
        "FALL-001": "empty stream: the answer is the fallback's",
    },
)
class TakesAnyCleanEnd(Transcript):
    """A clean end of the stream without marker and finish reason counts as success."""

    def require_whole(self) -> None:
        """Nothing is required."""


@defect(
    "M38",
    seen="miruamel/xuan#194; eko#287",
    caught_by={"SSE-002": ("*, CRLF: outcome", "*, CRLF: text", "*, CR: outcome", "*, CR: text")},
)
class KnowsLineFeedsOnly(LineSplitter):
    """Only a line feed ends a line, so that an event ends at an LF, LF and nowhere else."""

    line_end = re.compile(rb"\n")


@defect(
    "M39",
    seen="eventsource-parser#17; the review of utcp#41",
    caught_by={"SSE-003": "sse, events of several lines, torn CRLF: *"},
)
class ForgetsTheCarriageReturn(LineSplitter):
    """A CR at the end of one read and the LF at the start of the next are two line ends."""

    def without_torn_end(self, data: bytes) -> bytes:
        """Every read starts afresh."""
        return data


@defect(
    "M40",
    seen="spiceai#12588; praxis#739; BAML#3215",
    caught_by={"SSE-004": "*, one byte a write: text"},
)
class DecodesEachRead(LineSplitter):
    """Each read is decoded to text on its own, so that a torn character is lost."""

    def feed(self, data: bytes) -> list[str]:
        """What is no whole character becomes U+FFFD."""
        return super().feed(data.decode(errors="replace").encode())


@defect(
    "M41",
    seen="spiceai#12588; graniet/llm#90; quarkus#37625",
    caught_by={"SSE-009": ("*, writes of *: outcome", "*, writes of *: text", "*, one write: *")},
)
class TakesAReadForAnEvent(LineSplitter):
    """One read is taken for one event."""

    def feed(self, data: bytes) -> list[str]:
        """One line, and the blank one behind it."""
        return [data.decode(errors="replace").strip(), ""] if data.strip() else []


@defect(
    "M44",
    seen="omadia#122; litellm#6957",
    caught_by={"SSE-013": ("*: outcome", "*: the error's text is no answer")},
)
class WritesErrorsIntoTheText(Transcript):
    """An error event inside a 200 is appended to the answer as text."""

    def on_error(self, complaint: Complaint) -> str:
        """What the server says is what the model says."""
        self._texts.append(complaint.message)
        return complaint.message


@defect(
    "M50",
    seen="proxies that buffer; a wrapper that reads a stream to the end first",
    caught_by={"SSE-020": "pieces that came before the last event was sent"},
)
class DeliversAtTheEnd(Attempt):
    """The whole stream is collected, and handed out at its end."""

    async def read_stream(self, reply: Reply, transcript: Transcript) -> AsyncGenerator[str, None]:
        """All pieces, when the last one is there."""
        async with aclosing(super().read_stream(reply, transcript)) as texts:
            pieces = [text async for text in texts]
        for piece in pieces:
            yield piece


@defect(
    "M134",
    seen="the optional capabilities of sse-contract-tests exist for it",
    caught_by={"SSE-006": ("comments: outcome", "comments: text")},
)
class ReadsComments(EventAssembler):
    """A comment line is read as data."""

    def on_comment(self, text: str) -> list[StreamEvent]:
        """An event like any other."""
        return [StreamEvent(text.strip())]


@defect(
    "Z05",
    seen="plausible: an idle timer that is set by events, not by bytes",
    caught_by={"SSE-006": ("comments: connections given up", "comments: outcome")},
)
class IsDeafToComments(Reply):
    """A comment line is no sign of life: the idle timer runs on through it."""

    _until: Deadline | None = None

    def patient_until(self) -> Deadline:
        """The same moment as before, until something but a comment comes."""
        self._until = self._until or super().patient_until()
        return self._until

    async def read(self) -> bytes:
        """The next bytes."""
        data = await super().read()
        if not data.startswith(b":"):
            self._until = None
        return data


@defect(
    "Z06",
    seen="opencode-copilot-chat#170: the socket stays open and the call with it",
    caught_by={
        "SSE-010": ("time from the marker to the end of the call", "socket stays open: text")
    },
)
class WaitsForTheServerToLeave(Attempt):
    """The call ends when the server closes the socket, long after the marker."""

    def patience_s(self, transcript: Transcript) -> float | None:
        """No limit, whatever the stream has said."""
        del transcript
        return None


@defect(
    "Z07",
    seen="plausible: a filter on the way that wants whole sentences",
    caught_by={"LAT-002": "streams whose first piece came after the last was sent"},
)
class SpeaksInSentences(Transcript):
    """Text is held back until a sentence is complete."""

    def __init__(self, classifier: Classifier, model: str) -> None:
        super().__init__(classifier, model)
        self._held = ""

    def take(self, event: StreamEvent) -> str:
        """A sentence, or the rest at the end."""
        self._held += super().take(event)
        if not (self.finished or self._held.rstrip().endswith((".", "!", "?"))):
            return ""
        sentence, self._held = self._held, ""
        return sentence


@defect(
    "Z08",
    seen="a limit of 64 KiB on a line, as in asyncio's readline",
    caught_by={"SSE-009": "*, an event of 1 MB, *"},
)
class LimitsLines(LineSplitter):
    """A line of more than 64 KiB is refused."""

    def decode(self, line: bytes) -> str:
        """A line, if it is short."""
        if len(line) > LONGEST_LINE_BYTES:
            raise BadResponseError(f"a line is longer than {LONGEST_LINE_BYTES} bytes")
        return super().decode(line)

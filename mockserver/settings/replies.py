"""What a healthy server answers: its streams, its words, its vectors."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import Field

from mockserver.answer import StreamStyle
from mockserver.replies.script import Script
from mockserver.settings.reply_rules import ReplyRule
from mockserver.snapshot import Positive, Seconds, Snapshot, Switch


class StreamSettings(Snapshot):
    """How a healthy stream looks.

    ``chunk_words`` words go into one chunk, unless ``chunks`` asks for that many chunks in all
    (fewer when the text has fewer words). ``first_token_s`` is the silence between the head and
    the first chunk, ``interval_s`` the pause before each further one. ``final_chunk`` ends the
    stream with an empty piece that carries ``finish_reason`` and ``usage``; ``marker`` adds
    ``[DONE]``; ``shape`` "request" is the second chunk shape of pawa-api.md section 3.2.
    """

    style: StreamStyle = StreamStyle.JSON_LINES
    marker: Switch = False
    final_chunk: Switch = True
    shape: Literal["message", "request"] = "message"
    chunk_words: Positive = 1
    chunks: Positive | None = None
    interval_s: Seconds = 0.0
    first_token_s: Seconds = 0.0
    content_type: str = Field(default="text/event-stream", pattern=r"^[ -~]+$")


class ReplySettings(Snapshot):
    """What a healthy answer says.

    ``tokens`` is its length when nothing cuts it; ``text``, where it is given, is what is said to
    every request in place of generated words. ``canary`` puts a fresh ``answer-<12 hex>``
    first, so that a repeated answer betrays itself; ``fingerprint`` adds ``request-<12 hex>``, the
    head of the SHA-256 of the request body. ``usage`` reports tokens in JSON and final chunk.
    ``tool_calls`` says when the caller's functions are called where the request leaves it open:
    "auto" calls those whose names the user's message says. ``rules`` say what is answered to which
    requests; the first that matches decides, whatever the request asks for.

    Three points on which the documents contradict themselves (pawa-api.md section 3.1): ``created``
    is a "number", the same as a "text", or a "date" ("2025-09-09"); ``content`` a "text" or a list
    of "parts"; ``usage_names`` begin with "tokens_in" or "tokensIn".
    """

    tokens: Positive = 40
    text: str | None = Field(default=None, min_length=1, max_length=4_000_000)
    canary: Switch = False
    fingerprint: Switch = False
    usage: Switch = True
    tool_calls: Literal["auto", "always", "never"] = "auto"
    created: Literal["number", "text", "date"] = "number"
    content: Literal["text", "parts"] = "text"
    usage_names: Literal["tokens_in", "tokensIn"] = "tokens_in"
    rules: tuple[ReplyRule, ...] = ()

    @cached_property
    def script(self) -> Script | None:
        """The rules made ready; None without any."""
        return Script(self.rules) if self.rules else None


class EmbeddingSettings(Snapshot):
    """The length of a vector, and how many sentences one request may carry (None: any number)."""

    dimension: Positive = 64
    max_items: Positive | None = None

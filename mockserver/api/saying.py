"""What is said to a request that gets more than the mock's own words.

In order: what a rule of the settings says; calls of functions; what a tool's result or a knowledge
base says, before the mock's own words; JSON for a schema. ``replies.text`` takes the place of all
but the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.api.grounding import context_of, first_sentence
from mockserver.api.structured import PLACE, json_text, value_for
from mockserver.api.tools import calls_of
from mockserver.replies.calls import compose_calls
from mockserver.replies.marking import marked
from mockserver.replies.script import Heard
from mockserver.replies.text import (
    FINISH_STOP,
    MATCHED_END,
    Composition,
    compose,
    seed_of,
    words_of,
)
from mockserver.replies.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from mockserver.api.asking import ChatAsk
    from mockserver.api.endpoint import ApiCall
    from mockserver.replies.calls import ToolCall
    from mockserver.replies.schemas import Schema

MOST_QUOTED = 30
"""Words of a tool's result that are repeated."""

MARKED_MORE = 4


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said, before ``max_tokens`` and ``stop`` cut it.

    ``structure`` is the schema and the value that ``text`` is the JSON of; canary and fingerprint
    stand inside such a text, and before any other. ``finish_reason``, ``matched_stop`` and ``more``
    are those of a recorded answer. ``tokens_in`` is what was read beside the request.
    """

    text: str
    calls: tuple[ToolCall, ...] = ()
    structure: tuple[Schema, object] | None = None
    finish_reason: str | None = None
    matched_stop: int | None = None
    more: tuple[tuple[str, Any], ...] = ()
    tokens_in: int = 0

    def tokens(self, marks: int) -> int:
        """How long it is at most, with ``marks`` tokens of marks."""
        told = count_tokens(self.text) + sum(call.tokens for call in self.calls)
        if self.calls or not marks:
            return told
        # Quotes and brackets that end up beside a mark can make it one token more.
        return told + marks + (0 if self.structure is None else MARKED_MORE)

    def composed(
        self, marks: Sequence[str], max_tokens: int | None, stops: Sequence[str]
    ) -> Composition:
        """The finished answer."""
        text = self.text
        if self.structure is not None and marks:
            schema, value = self.structure
            text = json_text(marked(value, " ".join(marks), schema))
        written = compose(
            b"",
            0,
            text=text,
            marks=() if self.calls or self.structure else marks,
            max_tokens=max_tokens,
            stops=stops,
        )
        if (written.finish_reason, written.matched_stop) != (FINISH_STOP, MATCHED_END):
            return written
        if self.calls:
            left = None if max_tokens is None else max_tokens - written.tokens
            return compose_calls(self.calls, left, written)
        if self.finish_reason is None:
            return written
        return Composition(written.text, self.finish_reason, self.matched_stop, written.tokens)


def saying_for(ask: ChatAsk, call: ApiCall) -> Saying | None:
    """What is said to a request, or None for words alone. Raises BadRequest."""
    replies = call.settings.replies
    scripted = _scripted(ask, call)
    if scripted is not None:
        return scripted
    context = () if ask.plain else context_of(call, ask.body)
    if replies.text is not None:
        return None
    seed = seed_of(ask.endpoint, ask.body)
    read = sum(map(count_tokens, context))
    calls: tuple[ToolCall, ...] = ()
    if ask.tools is not None:
        calls = calls_of(ask.tools, ask.messages[-1], seed, replies.tool_calls)
    if calls:
        return Saying("", calls, tokens_in=read)
    if ask.structure is not None:
        value = value_for(ask.structure, seed, PLACE)
        return Saying(json_text(value), structure=(ask.structure, value), tokens_in=read)
    before = [*_results(ask), *(first_sentence(passage) for passage in context[:1])]
    if not before:
        return None
    own = " ".join(words_of(seed, replies.tokens))
    return Saying(" ".join((*before, own)), tokens_in=read)


def _scripted(ask: ChatAsk, call: ApiCall) -> Saying | None:
    """What a rule of the settings says."""
    script = call.settings.replies.script
    told = None if script is None else script.say(_heard(ask, call))
    if told is None:
        return None
    return Saying(
        told.text,
        told.calls,
        finish_reason=told.finish_reason,
        matched_stop=told.matched_stop,
        more=told.more,
    )


def _results(ask: ChatAsk) -> list[str]:
    """A sentence on each result that the tools have just given."""
    names = dict(pair for message in ask.messages for pair in message.asked)
    said: list[str] = []
    for message in reversed(ask.messages):
        if message.role != "tool":
            break
        name = names.get(message.call_id) or "tool"
        quoted = " ".join(message.text.split()[:MOST_QUOTED]).rstrip(".")
        said.append(f"Kulingana na {name}: {quoted}.")
    return said[::-1]


def _heard(ask: ChatAsk, call: ApiCall) -> Heard:
    """What the rules are told of a request."""
    facts = call.facts
    prompts = [message.text for message in ask.messages if message.role == "user"]
    seed, user = ask.body.get("seed"), ask.body.get("user")
    return Heard(
        model=ask.model,
        path=facts.path,
        body=facts.body,
        stream=ask.stream,
        prompt=prompts[-1] if prompts else ask.messages[-1].text,
        system="\n".join(message.text for message in ask.messages if message.role == "system"),
        turn=1 + sum(message.role == "assistant" for message in ask.messages),
        attempt=facts.attempt,
        token=facts.token,
        seed="" if seed is None else str(seed),
        user=user if isinstance(user, str) else "",
    )

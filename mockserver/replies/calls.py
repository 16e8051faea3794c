"""Calls of the caller's own functions, as a model asks for them."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.replies.text import (
    FINISH_LENGTH,
    Composition,
    first_tokens,
)
from mockserver.replies.tokens import count_tokens

FINISH_CALLS = "tool_calls"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call: its id, the function's name, and the arguments as JSON text."""

    id: str
    name: str
    arguments: str

    @property
    def tokens(self) -> int:
        """What writing it counts: name and arguments."""
        return count_tokens(self.name) + count_tokens(self.arguments)

    def as_json(self) -> dict[str, object]:
        """The call as it stands in ``message.tool_calls`` (pawa-api.md section 3.1)."""
        function = {"name": self.name, "arguments": self.arguments}
        return {"id": self.id, "type": "function", "function": function}


NO_TEXT = Composition("", FINISH_CALLS, None, 0)


def compose_calls(
    calls: tuple[ToolCall, ...], max_tokens: int | None, before: Composition = NO_TEXT
) -> Composition:
    """An answer of calls, behind what is said ``before`` them.

    ``max_tokens`` is what the calls may take: it cuts the arguments where the tokens run out, and a
    call whose name does not fit any more is left out.
    """
    kept, tokens = (calls, sum(call.tokens for call in calls))
    reason = FINISH_CALLS
    if max_tokens is not None and tokens > max_tokens:
        kept, reason = _cut(calls, max_tokens), FINISH_LENGTH
        tokens = sum(call.tokens for call in kept)
    return Composition(before.text, reason, None, before.tokens + tokens, kept)


def _cut(calls: tuple[ToolCall, ...], left: int) -> tuple[ToolCall, ...]:
    kept: list[ToolCall] = []
    for call in calls:
        left -= count_tokens(call.name)
        if left < 0:
            break
        cut = ToolCall(call.id, call.name, first_tokens(call.arguments, left))
        left -= count_tokens(cut.arguments)
        kept.append(cut)
        if cut != call:
            break
    return tuple(kept)

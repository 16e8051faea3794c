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


def compose_calls(calls: tuple[ToolCall, ...], max_tokens: int | None) -> Composition:
    """An answer of calls alone; ``max_tokens`` cuts the arguments where the tokens run out.

    A call whose name does not fit any more is left out.
    """
    total = sum(call.tokens for call in calls)
    if max_tokens is None or total <= max_tokens:
        return Composition("", FINISH_CALLS, None, total, calls)
    kept: list[ToolCall] = []
    left = max_tokens
    for call in calls:
        left -= count_tokens(call.name)
        if left < 0:
            break
        cut = ToolCall(call.id, call.name, first_tokens(call.arguments, left))
        left -= count_tokens(cut.arguments)
        kept.append(cut)
        if cut != call:
            break
    tokens = sum(call.tokens for call in kept)
    return Composition("", FINISH_LENGTH, None, tokens, tuple(kept))

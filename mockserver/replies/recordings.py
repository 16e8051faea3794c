"""Files of recorded answers: JSON Lines, each ``{"match"?, "text" | "data"}``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from mockserver.replies.calls import ToolCall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockserver.settings.reply_rules import ReplyMatch

MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One recorded answer: which requests it is for, and a text or the ``data`` of an answer."""

    match: ReplyMatch
    text: str | None
    data: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a rule answers.

    ``finish_reason`` and ``matched_stop`` are those of a recorded answer, where it has them;
    ``more`` are its further fields, beside ``request`` and ``usage``.
    """

    text: str
    calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    matched_stop: int | None = None
    more: tuple[tuple[str, Any], ...] = ()


def recorded(name: str, check: Callable[[object], Line]) -> tuple[Line, ...]:
    """The lines of a file; empty ones and those that begin with ``#`` are passed over.

    ``check`` makes a line of what is written. ValueError: one line with file, place and reason.
    """
    path = Path(name)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"{name}: has more than {MOST_BYTES // 2**20} MiB; cut it")
        raw = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ValueError(f"{name}: cannot be read: {reason}") from None
    lines: list[Line] = []
    for number, written in enumerate(raw.splitlines(), start=1):
        if not written.strip() or written.lstrip().startswith(b"#"):
            continue
        try:
            lines.append(check(orjson.loads(written)))
        except orjson.JSONDecodeError as error:
            raise ValueError(f"{name}, line {number}: is not JSON: {error.msg}") from None
        except ValueError as error:
            raise ValueError(f"{name}, line {number}: {error}") from None
    if not lines:
        raise ValueError(f"{name}: has no answer in it")
    return tuple(lines)


def wrong_data(data: Mapping[str, Any]) -> str | None:
    """What is wrong with the ``data`` of a recorded answer, or None."""
    choices = data.get("request")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        return "data needs request[0].message, as an answer of the API has it"
    if not isinstance(message.get("content", ""), str | list | None):
        return "data.request[0].message.content must be a text or a list of parts"
    calls = message.get("tool_calls") or []
    if not isinstance(calls, list) or not all(_is_call(call) for call in calls):
        return "data.request[0].message.tool_calls must be a list of calls with function.name"
    return None


def told(line: Line, token: str) -> Told:
    """What a line answers; a call without an id gets one that ``token`` makes."""
    if line.data is None:
        return Told(line.text or "")
    choice = line.data["request"][0]
    message = choice["message"]
    content = message.get("content") or ""
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    calls = tuple(
        _call(call, f"call_{token}_{index}")
        for index, call in enumerate(message.get("tool_calls") or ())
    )
    reason, stop = choice.get("finish_reason"), choice.get("matched_stop")
    return Told(
        content,
        calls,
        reason if isinstance(reason, str) else None,
        stop if isinstance(stop, int) else None,
        tuple((n, value) for n, value in line.data.items() if n not in ("request", "usage")),
    )


def _is_call(call: object) -> bool:
    if not isinstance(call, dict) or not isinstance(call.get("function"), dict):
        return False
    return isinstance(call["function"].get("name"), str)


def _call(call: dict[str, Any], new_id: str) -> ToolCall:
    arguments = call["function"].get("arguments", {})
    if not isinstance(arguments, str):
        arguments = orjson.dumps(arguments).decode()
    return ToolCall(str(call.get("id") or new_id), call["function"]["name"], arguments)

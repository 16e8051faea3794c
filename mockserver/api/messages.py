"""Messages of a chat: roles, and content as a string or as parts (pawa-api.md section 3.1)."""

from __future__ import annotations

import orjson

from mockserver.api.fields import BadRequest, Body, read_object, required_text
from mockserver.replies.tokens import IMAGE_TOKENS, count_tokens
from mockserver.values import value

ROLES = ("system", "user", "assistant", "tool")


@value
class Message:
    """One message: who speaks, all its text, and how many pictures it carries.

    ``asked`` are the ids and names of the functions that an assistant called, and ``call_tokens``
    what reading those calls counts; ``call_id`` is the call that a tool's message answers.
    """

    role: str
    text: str
    images: int = 0
    asked: tuple[tuple[str, str], ...] = ()
    call_tokens: int = 0
    call_id: str = ""

    @property
    def tokens(self) -> int:
        """What reading it counts."""
        return count_tokens(self.text) + IMAGE_TOKENS * self.images + self.call_tokens


def read_messages(written: object, where: str) -> tuple[Message, ...]:
    """An array of messages; an empty one is refused."""
    if written is None:
        raise BadRequest(f"{where} is required")
    if not isinstance(written, list):
        raise BadRequest(f"{where} must be an array")
    if not written:
        raise BadRequest(f"{where} must not be empty")
    return tuple([read_message(item, where, index) for index, item in enumerate(written)])


def read_message(written: object, where: str, index: int | None = None) -> Message:
    """One message object; ``index`` is its place where ``where`` is an array."""
    # The ordinary message is read first, and its place is spelled only where something is wrong.
    if isinstance(written, dict):
        content = written.get("content")
        if written.get("role") in ("user", "system") and isinstance(content, str):
            return Message(written["role"], content)
    place = where if index is None else f"{where}[{index}]"
    if written is None:
        raise BadRequest(f"{place} is required")
    message = read_object(written, place)
    role = required_text(message, "role", f"{place}.")
    if role not in ROLES:
        raise BadRequest(f"{place}.role must be one of {', '.join(ROLES)}")
    text, images = _read_content(message, role, place)
    if role == "tool":
        return Message(role, text, images, call_id=_text(message, "tool_call_id", place))
    if role == "assistant" and message.get("tool_calls") is not None:
        asked, tokens = _read_calls(message["tool_calls"], f"{place}.tool_calls")
        return Message(role, text, images, asked, tokens)
    return Message(role, text, images)


def _read_content(message: Body, role: str, place: str) -> tuple[str, int]:
    content = message.get("content")
    if isinstance(content, str):
        return content, 0
    if isinstance(content, list):
        return _read_parts(content, f"{place}.content")
    if content is None and role == "assistant" and message.get("tool_calls"):
        return "", 0
    raise BadRequest(f"{place}.content must be a string or an array of parts")


def _read_parts(parts: list[object], where: str) -> tuple[str, int]:
    """Content as parts: texts are joined, pictures are counted."""
    if not parts:
        raise BadRequest(f"{where} must not be empty")
    texts: list[str] = []
    images = 0
    for index, written in enumerate(parts):
        place = f"{where}[{index}]"
        part = read_object(written, place)
        kind = required_text(part, "type", f"{place}.")
        if kind == "text":
            texts.append(_part_text(part, place))
        elif kind == "image_url":
            image = read_object(part.get("image_url"), f"{place}.image_url")
            required_text(image, "url", f"{place}.image_url.")
            images += 1
        else:
            raise BadRequest(f"{place}.type must be text or image_url")
    return "".join(texts), images


def _part_text(part: Body, place: str) -> str:
    text = part.get("text")
    if not isinstance(text, str):
        raise BadRequest(f"{place}.text must be a string")
    return text


def _read_calls(written: object, where: str) -> tuple[tuple[tuple[str, str], ...], int]:
    """An assistant's calls: the samples leave out ``id``, and write ``arguments`` in two ways."""
    if not isinstance(written, list):
        raise BadRequest(f"{where} must be an array")
    asked: list[tuple[str, str]] = []
    tokens = 0
    for index, item in enumerate(written):
        place = f"{where}[{index}]"
        call = read_object(item, place)
        function = read_object(call.get("function"), f"{place}.function")
        name = required_text(function, "name", f"{place}.function.")
        arguments = function.get("arguments")
        if arguments is None:
            arguments = ""
        if not isinstance(arguments, str):
            given = read_object(arguments, f"{place}.function.arguments")
            arguments = orjson.dumps(given).decode()
        asked.append((_text(call, "id", place), name))
        tokens += count_tokens(name) + count_tokens(arguments)
    return tuple(asked), tokens


def _text(body: Body, name: str, place: str) -> str:
    value = body.get(name)
    if value is None or isinstance(value, str):
        return value or ""
    raise BadRequest(f"{place}.{name} must be a string")

"""Messages of a chat: roles, and content as a string or as parts (pawa-api.md section 3.1)."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.api.fields import BadRequest, Body, read_object, required_text
from mockserver.replies.tokens import IMAGE_TOKENS, count_tokens

ROLES = ("system", "user", "assistant", "tool")


@dataclass(frozen=True, slots=True)
class Message:
    """One message: who speaks, all its text, and how many pictures it carries."""

    role: str
    text: str
    images: int = 0

    @property
    def tokens(self) -> int:
        """What reading it counts."""
        return count_tokens(self.text) + IMAGE_TOKENS * self.images


def read_messages(value: object, where: str) -> tuple[Message, ...]:
    """An array of messages; an empty one is refused."""
    if value is None:
        raise BadRequest(f"{where} is required")
    if not isinstance(value, list):
        raise BadRequest(f"{where} must be an array")
    if not value:
        raise BadRequest(f"{where} must not be empty")
    return tuple(read_message(item, f"{where}[{index}]") for index, item in enumerate(value))


def read_message(value: object, where: str) -> Message:
    """One message object."""
    if value is None:
        raise BadRequest(f"{where} is required")
    message = read_object(value, where)
    role = required_text(message, "role", f"{where}.")
    if role not in ROLES:
        raise BadRequest(f"{where}.role must be one of {', '.join(ROLES)}")
    content = message.get("content")
    if isinstance(content, str):
        return Message(role, content)
    if isinstance(content, list):
        return _read_parts(role, content, f"{where}.content")
    if content is None and role == "assistant" and message.get("tool_calls"):
        return Message(role, "")
    raise BadRequest(f"{where}.content must be a string or an array of parts")


def _read_parts(role: str, parts: list[object], where: str) -> Message:
    """Content as parts: texts are joined, pictures are counted."""
    if not parts:
        raise BadRequest(f"{where} must not be empty")
    texts: list[str] = []
    images = 0
    for index, value in enumerate(parts):
        place = f"{where}[{index}]"
        part = read_object(value, place)
        kind = required_text(part, "type", f"{place}.")
        if kind == "text":
            texts.append(_part_text(part, place))
        elif kind == "image_url":
            image = read_object(part.get("image_url"), f"{place}.image_url")
            required_text(image, "url", f"{place}.image_url.")
            images += 1
        else:
            raise BadRequest(f"{place}.type must be text or image_url")
    return Message(role, "".join(texts), images)


def _part_text(part: Body, place: str) -> str:
    text = part.get("text")
    if not isinstance(text, str):
        raise BadRequest(f"{place}.text must be a string")
    return text

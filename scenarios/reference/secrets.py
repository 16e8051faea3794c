"""Keys that do not show, and texts that a server put a key into.

A :class:`Secret` is revealed in one place only, where the ``Authorization`` header is made. A
:class:`Scrubber` takes keys out of whatever a server (or the machine) wrote: a server that echoes
the header in its error text must not put the key into this process's logs.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from scenarios.reference.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MASK = "[secret]"
_PLAIN_GRAM = 8
_ENCODED_GRAM = 12
_SHORTEST_SECRET = 4


class Secret:
    """An API key that neither ``repr`` nor ``str`` nor a format string shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The key itself."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


def check_key(key: str, setting: str = "api_key") -> Secret:
    """The key, ready for use; raises ConfigError for one that no server could accept."""
    if not key.strip():
        raise ConfigError(f"{setting} is empty; set it to a key from the Pawa AI dashboard")
    text = key.strip()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ConfigError(f"{setting} holds a blank or a character that no header can carry")
    return Secret(text)


class Scrubber:
    """Masks known keys, in plain text, URL-encoded, base64 or hex, and pieces of them."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._grams: dict[int, set[str]] = {}
        for secret in secrets:
            self.add(secret)

    def add(self, secret: Secret) -> None:
        """Masks this key too from now on; one of less than four characters hides nothing."""
        if len(secret.reveal()) < _SHORTEST_SECRET:
            return
        for size, text in _spellings(secret.reveal()):
            grams = self._grams.setdefault(min(size, len(text)), set())
            grams.update(_windows(text, min(size, len(text))))

    def scrub(self, text: str) -> str:
        """The text with each run that belongs to a key replaced by ``[secret]``."""
        hidden = [False] * len(text)
        for size, grams in self._grams.items():
            for start, gram in enumerate(_windows(text, size)):
                if gram in grams:
                    hidden[start : start + size] = [True] * size
        if True not in hidden:
            return text
        kept: list[str] = []
        for character, hide in zip(text, hidden, strict=True):
            if not hide:
                kept.append(character)
            elif not kept or kept[-1] != MASK:
                kept.append(MASK)
        return "".join(kept)


def _windows(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(len(text) - size + 1))


def _spellings(key: str) -> Iterator[tuple[int, str]]:
    """Each spelling of a key, and how long a piece of it must be to be recognised."""
    raw = key.encode()
    for plain in {key, quote(key, safe=""), quote_plus(key)}:
        yield _PLAIN_GRAM, plain
    for digits in (raw.hex(), raw.hex().upper()):
        yield _ENCODED_GRAM, digits
    for lead in range(3):
        whole = base64.b64encode(bytes(lead) + raw).rstrip(b"=")
        inner = whole[4 if lead else 0 : len(whole) - 1].decode()
        if len(inner) >= _ENCODED_GRAM:
            yield _ENCODED_GRAM, inner
            yield _ENCODED_GRAM, inner.translate(str.maketrans("+/", "-_"))

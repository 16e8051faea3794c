"""Finding a secret that got into text it has no business in (row KEY-011).

Searched for are the key as it is, URL-encoded, in base64 and in hexadecimal, and any twelve
characters of it in a row, which catches a key that was shortened for the log.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockserver.secrets import SecretMask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WINDOW = 12
"""So many characters of a key in a row give it away."""

BLOCK = WINDOW // 2

_HEX_RUN = re.compile(rb"[0-9a-f]{%d,}" % WINDOW)
"""What may hold a part of a key: all but its first letters is hexadecimal."""


class LeakScanner:
    """Knows the secrets of a run; tells which of them stand in a text, never what they are.

    `shared` is how every key begins: twelve characters of that name no key in particular. Made for
    megabytes of log and a hundred keys: one pass over what is hexadecimal, and a closer look for
    whole keys only where the shared beginning occurs in some spelling.
    """

    def __init__(self, secrets: Iterable[str], mask: SecretMask, *, shared: str = "") -> None:
        known = [secret for secret in dict.fromkeys(secrets) if len(secret) >= WINDOW]
        beginnings = {shared if shared and key.startswith(shared) else key for key in known}
        self._first_look = SecretMask(beginnings)
        self._first_hex = tuple(beginning.encode().hex().encode() for beginning in beginnings)
        self._whole = {mask.fingerprint(secret): SecretMask([secret]) for secret in known}
        self._hex = {mask.fingerprint(secret): secret.encode().hex().encode() for secret in known}
        parts: dict[bytes, str] = {}
        for secret in known:
            own = len(shared) if shared and secret.startswith(shared) else 0
            for at, window in enumerate(_windows(secret.encode())):
                name = mask.fingerprint(secret) if at >= own else "a key"
                parts.setdefault(window, name)
        self._hex_parts = {part: name for part, name in parts.items() if _HEX_RUN.fullmatch(part)}
        self._hints = {
            part[at : at + BLOCK] for part in self._hex_parts for at in range(WINDOW - BLOCK + 1)
        }
        self._other_parts = {p: name for p, name in parts.items() if p not in self._hex_parts}

    def scan(self, text: str | bytes, where: str = "text") -> tuple[str, ...]:
        """One line for each secret found: its fingerprint, whether whole, and where."""
        data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        whole = self._whole_in(data)
        parts = [name for name in self._parts_in(data) if name not in whole]
        if whole or len(parts) > 1:
            parts = [name for name in parts if name != "a key"]
        return (
            *(f"{name} in {where}" for name in whole),
            *(f"part of {name} in {where}" for name in parts),
        )

    def _whole_in(self, data: bytes) -> list[str]:
        lowered = data.lower()
        in_hex = any(digits in lowered for digits in self._first_hex)
        if not in_hex and not self._first_look.found_in(data):
            return []
        return [
            name
            for name, mask in self._whole.items()
            if mask.found_in(data) or (in_hex and self._hex[name] in lowered)
        ]

    def _parts_in(self, data: bytes) -> list[str]:
        found = {name: None for part, name in self._other_parts.items() if part in data}
        for run in _HEX_RUN.finditer(data):
            for window in self._suspects(run.group()):
                name = self._hex_parts.get(window)
                if name is not None:
                    found[name] = None
        return list(found)

    def _suspects(self, run: bytes) -> Iterator[bytes]:
        """The windows of a run that may be a part of a key.

        Whatever twelve characters are taken, six of them stand where a step of six would look: so
        a megabyte takes a sixth of the time, and nothing is missed.
        """
        blocks = ((at, run[at : at + BLOCK]) for at in range(0, len(run) - BLOCK + 1, BLOCK))
        for at, block in blocks:
            if block in self._hints:
                yield from _windows(run[max(0, at - BLOCK) : at + WINDOW])


def _windows(data: bytes) -> Iterator[bytes]:
    return (data[at : at + WINDOW] for at in range(len(data) - WINDOW + 1))

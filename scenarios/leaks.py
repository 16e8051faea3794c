"""Finding a secret that got into text it has no business in (row KEY-011).

Searched for are the key as it is, URL-encoded, in base64 and in hexadecimal, and any twelve
characters of it in a row, which catches a key that was shortened for the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.secrets import SecretMask

if TYPE_CHECKING:
    from collections.abc import Iterable

WINDOW = 12
"""So many characters of a key in a row give it away."""


class LeakScanner:
    """Knows the secrets of a run; tells which of them stand in a text, never what they are."""

    def __init__(self, secrets: Iterable[str], mask: SecretMask) -> None:
        self._secrets = tuple(
            (mask.fingerprint(secret), SecretMask([secret]), _pieces(secret))
            for secret in dict.fromkeys(secrets)
            if len(secret) >= WINDOW
        )

    def scan(self, text: str | bytes, where: str = "text") -> tuple[str, ...]:
        """One line for each secret found: its fingerprint, in what form, and where."""
        data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        found = []
        for name, whole, pieces in self._secrets:
            if whole.found_in(data):
                found.append(f"{name} in {where}")
            elif any(piece in data for piece in pieces):
                found.append(f"part of {name} in {where}")
        return tuple(found)


def _pieces(secret: str) -> tuple[bytes, ...]:
    raw = secret.encode()
    windows = [raw[at : at + WINDOW] for at in range(len(raw) - WINDOW + 1)]
    return (*windows, raw.hex().encode(), raw.hex().upper().encode())

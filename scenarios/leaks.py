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
    """Knows the secrets of a run; tells which of them stand in a text, never what they are.

    `shared` is how every key begins: twelve characters of that name no key in particular.
    """

    def __init__(self, secrets: Iterable[str], mask: SecretMask, *, shared: str = "") -> None:
        known = [secret for secret in dict.fromkeys(secrets) if len(secret) >= WINDOW]
        own = {secret: secret.removeprefix(shared) for secret in known}
        self._secrets = tuple(
            (
                mask.fingerprint(secret),
                SecretMask([secret]),
                (*_windows(own[secret]), *_hex(secret)),
            )
            for secret in known
        )
        joints = {window for secret in known for window in _windows(secret)}
        self._any = joints.difference(*(_windows(rest) for rest in own.values()))

    def scan(self, text: str | bytes, where: str = "text") -> tuple[str, ...]:
        """One line for each secret found: its fingerprint, whether whole, and where."""
        data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        whole = [name for name, mask, _ in self._secrets if mask.found_in(data)]
        parts = [
            name
            for name, _, pieces in self._secrets
            if name not in whole and any(piece in data for piece in pieces)
        ]
        found = [f"{name} in {where}" for name in whole]
        found += [f"part of {name} in {where}" for name in parts]
        if not found and any(piece in data for piece in self._any):
            found.append(f"part of a key in {where}")
        return tuple(found)


def _windows(secret: str) -> list[bytes]:
    raw = secret.encode()
    return [raw[at : at + WINDOW] for at in range(len(raw) - WINDOW + 1)]


def _hex(secret: str) -> tuple[bytes, bytes]:
    digits = secret.encode().hex()
    return digits.encode(), digits.upper().encode()

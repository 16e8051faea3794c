"""The keys of a run: every sandbox gets one of its own, and none may be written anywhere.

All keys of a run share twelve characters, so that text without them needs no closer look: masking
a whole report costs one search, not one for every key in every spelling.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from mockserver.secrets import SecretMask
from scenarios.leaks import LeakScanner
from scenarios.masking import masked

if TYPE_CHECKING:
    from collections.abc import Iterable


class Keyring:
    """Hands out keys and knows them again."""

    def __init__(self, others: Iterable[str] = (), *, salt: bytes | None = None) -> None:
        """`others` are further secrets that may not be written either; `salt` is :attr:`salt`."""
        self._shared = secrets.token_hex(6)
        self._beginning = f"pawa-{self._shared}"
        self.salt = secrets.token_bytes(16) if salt is None else salt
        """For every mask of the run, so that one key has one fingerprint wherever it turns up."""
        self._first_look = SecretMask([self._shared, *others])
        self._mask = SecretMask(others, salt=self.salt)
        self._keys = list(others)
        self._scanner: LeakScanner | None = None

    def new_key(self) -> str:
        """A fresh key, known from now on."""
        key = f"{self._beginning}{secrets.token_hex(12)}"
        self._keys.append(key)
        self._scanner = None
        self._mask = self._mask.knowing([key])
        return key

    def scanner(self) -> LeakScanner:
        """Finds the keys handed out so far, whole or in part."""
        if self._scanner is None:
            self._scanner = LeakScanner(self._keys, self._mask, shared=self._beginning)
        return self._scanner

    def mask_text(self, text: str) -> str:
        """`text` without any key handed out so far."""
        if not self._first_look.found_in(text.encode("utf-8", "surrogateescape")):
            return text
        return self._mask.mask_text(text)

    def mask(self, record: Any) -> Any:
        """A record (dataclass, mapping, sequence) with every text in it masked."""
        return masked(record, self.mask_text)

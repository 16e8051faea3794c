"""Finding API keys wherever a client put them, and taking them out of everything that is kept.

A key is replaced by ``key#`` and eight hex digits of a keyed fingerprint: the same key gives the
same digits within one mask, and nothing can be told from them without the mask's salt.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets as randomness
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockserver.answer import Headers

_ESCAPE = re.compile("%[0-9A-F]{2}")

SHORTEST = 4
"""Characters below which a secret is not searched for: it would be found in any text."""

CREDENTIAL_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "api-key", "cookie"}
)
"""Headers whose values are masked even when the key in them is unknown."""


class SecretMask:
    """Knows some secrets; finds and masks them as they are, and in the usual encodings.

    Those are percent-encoding, JSON, hex and base64 (also with something before or behind the key).

    A mask never changes: :meth:`knowing` makes a new one with the same salt, so that fingerprints
    stay comparable. Secrets of fewer than ``SHORTEST`` characters are not searched for.
    """

    __slots__ = ("_forms", "_salt", "_secrets")

    def __init__(self, secrets: Iterable[str] = (), *, salt: bytes | None = None) -> None:
        self._salt = randomness.token_bytes(16) if salt is None else salt
        self._secrets = tuple(
            dict.fromkeys(secret for secret in secrets if len(secret) >= SHORTEST)
        )
        forms = {
            form: self.fingerprint(secret).encode()
            for secret in self._secrets
            for form in _forms(secret)
        }
        # A secret that begins with another one has to be found first.
        self._forms = tuple(sorted(forms.items(), key=lambda form: -len(form[0])))

    def __repr__(self) -> str:
        return f"SecretMask({len(self._secrets)} secrets)"

    def knowing(self, secrets: Iterable[str]) -> SecretMask:
        """A mask with further secrets beside its own, and the same fingerprints."""
        return SecretMask((*self._secrets, *secrets), salt=self._salt)

    def fingerprint(self, secret: str) -> str:
        """What stands in a secret's place."""
        digest = hashlib.blake2b(secret.encode(), key=self._salt, digest_size=4)
        return f"key#{digest.hexdigest()}"

    def found_in(self, data: bytes) -> bool:
        """Whether any known secret is in ``data`` in any form."""
        return any(form in data for form, _ in self._forms)

    def mask_bytes(self, data: bytes) -> bytes:
        """``data`` with every known secret replaced."""
        for form, fingerprint in self._forms:
            if form in data:
                data = data.replace(form, fingerprint)
        return data

    def mask_text(self, text: str) -> str:
        """``text`` with every known secret replaced."""
        if not self._forms:
            return text
        return self.mask_bytes(text.encode("utf-8", "surrogateescape")).decode(
            "utf-8", "surrogateescape"
        )

    def mask_headers(self, headers: Headers) -> Headers:
        """Headers with known secrets replaced, and credentials replaced even when unknown."""
        return tuple((name, self._mask_header(name, value)) for name, value in headers)

    def _mask_header(self, name: str, value: str) -> str:
        masked = self.mask_text(value)
        if name.lower() not in CREDENTIAL_HEADERS or not value:
            return masked
        scheme, space, credentials = value.partition(" ")
        if not space:
            scheme, credentials = "", value
        return f"{scheme}{space}{self.fingerprint(credentials)}"

    def places(self, *, headers: Headers, path: str, query: str, body: bytes) -> tuple[str, ...]:
        """Where a known secret stands: ``header:<name>``, ``path``, ``query``, ``body``."""
        if not self._forms:
            return ()
        places = [
            f"header:{name.lower()}"
            for name, value in headers
            if self.found_in(value.encode("utf-8", "surrogateescape"))
        ]
        texts = (("path", path.encode()), ("query", query.encode()), ("body", body))
        places += [place for place, text in texts if text and self.found_in(text)]
        return tuple(dict.fromkeys(places))


def _forms(secret: str) -> set[bytes]:
    """The byte strings that give a secret away."""
    raw = secret.encode()
    texts = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    texts.add(_ESCAPE.sub(lambda escape: escape[0].lower(), quote(secret, safe="")))
    texts |= {raw.hex(), raw.hex().upper()}
    forms = {text.encode() for text in texts}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        forms |= {core for core in (_core(encode, raw, at) for at in range(3)) if len(core) >= 6}
    return forms


def _core(encode: Callable[[bytes], bytes], raw: bytes, at: int) -> bytes:
    """The base64 digits that depend on ``raw`` alone when ``at`` bytes stand before it.

    base64 works in groups of three bytes; the digits at either edge also hold bits of what is
    beside the secret (``user:key`` in Basic credentials), so they are left out.
    """
    first = -(-8 * at // 6)
    last = 8 * (at + len(raw)) // 6
    return encode(b"\0" * at + raw)[first:last]

"""Who is asking: the key in the ``Authorization`` header, and the project that it belongs to.

Source: pawa-api.md section 1 (``Authorization: Bearer <key>`` is the only documented scheme).
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.answer import Headers
    from mockserver.settings import KeySettings

_BEARER = re.compile(r"bearer +([!-~]+) *", re.IGNORECASE)


def bearer_key(headers: Headers) -> str | None:
    """The key of the one ``Authorization`` header, or None when it is missing or malformed.

    Two such headers are malformed: which of them counts would be a guess.
    """
    values = [value for name, value in headers if name.lower() == "authorization"]
    if len(values) != 1:
        return None
    found = _BEARER.fullmatch(values[0].strip())
    return found.group(1) if found else None


def find_key(headers: Headers, keys: Sequence[KeySettings]) -> KeySettings | None:
    """The active key that a request came with; None is answered with 401."""
    given = bearer_key(headers)
    if given is None:
        return None
    for key in keys:
        if hmac.compare_digest(key.key, given):
            return key if key.state == "active" else None
    return None

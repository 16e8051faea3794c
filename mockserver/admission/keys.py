"""Who is asking: the key in the ``Authorization`` header, found among those of the sandbox.

Source: pawa-api.md section 1 (``Authorization: Bearer <key>`` is the only documented scheme).
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime
from typing import TYPE_CHECKING

from mockserver.clock import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.answer import Headers
    from mockserver.settings import KeySettings
    from mockserver.settings.keys import Moment


DATE_STEP_S = 1e-6
"""What a date is exact to, in seconds: one may be a step later than the time it was made from."""

_BEARER = re.compile(r"bearer +([!-~]+) *", re.IGNORECASE)


def bearer_key(headers: Headers) -> str | None:
    """The key of the one ``Authorization`` header, or None when it is missing or malformed.

    Names of headers are lower-case. Two such headers are malformed: which of them counts would be
    a guess.
    """
    given: str | None = None
    for name, value in headers:
        if name == "authorization":
            if given is not None:
                return None
            given = value
    if given is None:
        return None
    found = _BEARER.fullmatch(given.strip())
    return found.group(1) if found else None


def is_reached(moment: Moment, age_ns: int, wall_s: float) -> bool:
    """Whether a moment has come, ``age_ns`` after the sandbox began and at that wall-clock time."""
    if isinstance(moment, datetime):
        return wall_s + DATE_STEP_S >= moment.timestamp()
    return age_ns >= moment * NS_PER_S


class KeyRing:
    """The keys of one snapshot by their secrets, those from before a rotation among them."""

    __slots__ = ("_holders",)

    def __init__(self, keys: Sequence[KeySettings]) -> None:
        holders: dict[str, tuple[KeySettings, str, Moment | None]] = {}
        for key in keys:
            for before in key.previous:
                holders[before.key] = (key, before.key, before.until)
        # The present secret of one key wins over what another had before.
        holders |= {key.key: (key, key.key, None) for key in keys}
        self._holders = holders

    def find(self, secret: str, age_ns: int, wall_s: float) -> KeySettings | None:
        """The key that a secret belongs to now, whatever its state. One look, not one per key."""
        holder = self._holders.get(secret)
        if holder is None:
            return None
        key, held, until = holder
        if not hmac.compare_digest(held, secret):
            return None
        if until is not None and is_reached(until, age_ns, wall_s):
            return None
        return key

"""What answers say of limits: how much is left and when the rest comes back, in each spelling.

Sources: draft-ietf-httpapi-ratelimit-headers-10 sections 3 and 4 for ``ietf``, its version 06 for
``ietf-legacy``; the ``x-ratelimit`` family has no document, and its spellings are those that large
model APIs send. Nothing of this is told of Pawa AI (pawa-api.md section 1): it is off by default.
Times are rounded up, so that who waits so long does not come too soon.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver import retry_after
from mockserver.admission.windows import NEVER
from mockserver.clock import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockserver.answer import Headers

NS_PER_MS = 1_000_000

_UNITS = {
    "requests": "requests",
    "slope": "requests",
    "concurrency": "concurrent-requests",
    "tokens": "tokens",
    "tokens_in": "input-tokens",
    "tokens_out": "output-tokens",
}
"""The quota unit of a dimension; "requests" and "concurrent-requests" are the draft's."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One owner's use of one limit, for headers and for people.

    ``limit`` is the whole of it and ``span_ns`` how long that takes to come back; ``whole_in_ns``
    is how long it takes from now. Both are None where nobody can tell (``concurrency``).
    """

    name: str
    dimension: str
    scope: str
    owner: str
    limit: int
    remaining: int
    span_ns: int | None
    whole_in_ns: int | None


def limit_headers(form: str, standings: Sequence[Standing], wall_s: float) -> Headers:
    """The headers of one answer; ``form`` is that of LimitHeaderSettings, ``wall_s`` the time."""
    if form == "off" or not standings:
        return ()
    if form == "ietf":
        return _structured(standings)
    if form == "ietf-legacy":
        return _legacy(standings)
    return _by_dimension(standings, _RESETS[form], wall_s)


def retry_headers(form: str, wait_ns: int, wall_s: float) -> Headers:
    """When to come back, ``wait_ns`` from now; nothing where no time would help."""
    if form == "off" or wait_ns >= NEVER:
        return ()
    if form == "date":
        return (("Retry-After", retry_after.imf_fixdate(wall_s + wait_ns / NS_PER_S)),)
    seconds = ("Retry-After", retry_after.seconds(_up(wait_ns, NS_PER_S)))
    if form == "ms":
        return (("Retry-After-Ms", str(_up(wait_ns, NS_PER_MS))), seconds)
    return (seconds,)


def go_duration(wait_ns: int) -> str:
    """A time as Go writes it (``time.Duration.String``): ``6m0s``, ``1.5s``, ``120ms``, ``0s``."""
    ms = _up(wait_ns, NS_PER_MS)
    if ms < 1000:
        return f"{ms}ms" if ms else "0s"
    hours, ms = divmod(ms, 3_600_000)
    minutes, ms = divmod(ms, 60_000)
    seconds = f"{ms / 1000:.3f}".rstrip("0").rstrip(".")
    if hours:
        return f"{hours}h{minutes}m{seconds}s"
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"


def tightest(standings: Sequence[Standing]) -> list[Standing]:
    """Of each dimension the limit with the least left; of equals, the one that takes longest."""
    found: dict[str, Standing] = {}
    for standing in standings:
        rival = found.get(standing.dimension)
        if rival is None or _room(standing) < _room(rival):
            found[standing.dimension] = standing
    return list(found.values())


def _room(standing: Standing) -> tuple[int, int]:
    return (standing.remaining, -(standing.whole_in_ns or 0))


def _structured(standings: Sequence[Standing]) -> Headers:
    """RateLimit-Policy lists every limit; RateLimit how the tightest of each dimension stands."""
    policies, left = [], []
    for each in standings:
        unit = _UNITS[each.dimension]
        span = "" if each.span_ns is None else f";w={_up(each.span_ns, NS_PER_S)}"
        kind = "" if unit == "requests" else f';qu="{unit}"'
        policies.append(f'"{each.name}";q={each.limit}{kind}{span}')
    for each in tightest(standings):
        reset = "" if each.whole_in_ns is None else f";t={_up(each.whole_in_ns, NS_PER_S)}"
        left.append(f'"{each.name}";r={each.remaining}{reset}')
    return (("RateLimit-Policy", ", ".join(policies)), ("RateLimit", ", ".join(left)))


def _legacy(standings: Sequence[Standing]) -> Headers:
    """One limit: that of which the smallest share is left; open requests have no reset to tell."""
    timed = [each for each in standings if each.whole_in_ns is not None]
    if not timed:
        return ()
    worst = min(timed, key=lambda each: (each.remaining / each.limit, -(each.whole_in_ns or 0)))
    return (
        ("RateLimit-Limit", str(worst.limit)),
        ("RateLimit-Remaining", str(worst.remaining)),
        ("RateLimit-Reset", str(_up(worst.whole_in_ns or 0, NS_PER_S))),
    )


def _by_dimension(
    standings: Sequence[Standing], spell: Callable[[int, float], str], wall_s: float
) -> Headers:
    headers: list[tuple[str, str]] = []
    for each in tightest(standings):
        unit = "slope" if each.dimension == "slope" else _UNITS[each.dimension]
        headers += [
            (f"x-ratelimit-limit-{unit}", str(each.limit)),
            (f"x-ratelimit-remaining-{unit}", str(each.remaining)),
        ]
        if each.whole_in_ns is not None:
            headers.append((f"x-ratelimit-reset-{unit}", spell(each.whole_in_ns, wall_s)))
    return tuple(headers)


_RESETS: dict[str, Callable[[int, float], str]] = {
    "x-ratelimit": lambda wait_ns, _: str(_up(wait_ns, NS_PER_S)),
    "x-ratelimit-duration": lambda wait_ns, _: go_duration(wait_ns),
    "x-ratelimit-epoch": lambda wait_ns, wall_s: str(math.ceil(wall_s + wait_ns / NS_PER_S)),
}


def _up(ns: int, unit_ns: int) -> int:
    return -(-ns // unit_ns)

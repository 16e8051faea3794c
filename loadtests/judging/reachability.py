"""Whether a profile has times at which a client cannot even connect.

Such attempts leave no request in the journal, so the client rightly counts more than arrived.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loadtests.profile import Profile

UNREACHABLE = frozenset(
    {"refuse", "slow_accept", "close_idle", "close_on_next_request", "connection_close"}
)
"""Kinds of fault that meet connections and not requests."""


def may_be_unreachable(profile: Profile) -> bool:
    """Whether any server of any phase refuses or breaks connections."""
    tables = [profile.server, profile.backup or {}]
    for phase in profile.phases:
        tables += [phase.server, phase.backup]
    return any(_has_fault(table) or "tls" in table for table in tables)


def _has_fault(value: object) -> bool:
    """Whether such a fault stands anywhere in a table."""
    if isinstance(value, Mapping):
        return value.get("kind") in UNREACHABLE or any(map(_has_fault, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(map(_has_fault, value))
    return False

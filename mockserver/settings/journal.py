"""How much a sandbox remembers."""

from __future__ import annotations

from pydantic import Field

from mockserver.snapshot import Positive, Snapshot


class JournalSettings(Snapshot):
    """How many exchanges are kept in memory; older ones are dropped and counted.

    With an ``overflow_file`` each of those goes there first, as one line of JSON.
    """

    max_exchanges: Positive = 20_000
    overflow_file: str | None = Field(default=None, min_length=1)

"""How much may be asked for in a time."""

from __future__ import annotations

from typing import Literal

from mockserver.settings.snapshot import Positive, Snapshot, Switch


class RateLimitSettings(Snapshot):
    """Requests in any minute, for one key or for all keys of one project together.

    The documented tiers are 5, 50 and 500 (pawa-api.md section 5). ``window`` "sliding" counts the
    last 60 s, "fixed" each minute of the clock; ``count_refused`` lets refused requests use up the
    limit too; ``retry_after`` says in the answer when the next request will be let in.
    """

    requests_per_minute: Positive
    scope: Literal["key", "project"] = "key"
    window: Literal["sliding", "fixed"] = "sliding"
    count_refused: Switch = False
    retry_after: Switch = True

"""How much a server can do at once."""

from __future__ import annotations

from typing import Literal

from mockserver.snapshot import Count, Positive, Seconds, Snapshot, Switch


class OverloadSettings(Snapshot):
    """What is answered to a request that no worker comes for.

    ``retry_after_s`` puts a Retry-After of so many whole seconds on it.
    """

    status: Literal[503, 429, 529] = 503
    retry_after_s: Positive | None = None


class CapacitySettings(Snapshot):
    """So many ``workers``, and a queue before them, first come, first served.

    A request holds a worker from the beginning of its service to its end. ``queue`` requests may
    wait, each for ``queue_s`` seconds at most (None: without end); who finds the queue full or has
    waited so long is answered ``overload``. A client that leaves the queue gives its place back. A
    client that leaves later does not call the work off: its worker is busy for the whole service
    time all the same, unless ``abandon`` says "stop". ``frozen`` lets no service begin; what has
    begun goes on.
    """

    workers: Positive
    queue: Count = 100
    queue_s: Seconds | None = None
    overload: OverloadSettings = OverloadSettings()
    abandon: Literal["finish", "stop"] = "finish"
    frozen: Switch = False

"""Who else than a rule may ask for a fault: the request itself."""

from __future__ import annotations

from mockserver.snapshot import Snapshot, Switch


class TriggerSettings(Snapshot):
    """What of a request may ask for a fault; each is off unless it is switched on.

    ``header`` lets ``X-Mock-Fault`` ask, ``url`` a segment behind the base URL (``/~429``),
    ``model`` a suffix of the model's name (``:mock-429``).
    """

    header: Switch = False
    url: Switch = False
    model: Switch = False

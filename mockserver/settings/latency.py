"""How long a healthy server takes."""

from __future__ import annotations

from mockserver.settings.snapshot import Seconds, Snapshot


class LatencySettings(Snapshot):
    """How long a healthy server thinks: ``answer_s`` is the silence before a JSON answer."""

    answer_s: Seconds = 0.0

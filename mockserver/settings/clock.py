"""The time that a sandbox begins with."""

from __future__ import annotations

from pydantic import AwareDatetime

from mockserver.snapshot import Snapshot, Switch


class ClockSettings(Snapshot):
    """The instant that a sandbox's clock shows at first, and whether it stands still there.

    ``start`` is an instant with its zone (``2026-12-31T23:59:00Z``); without one the clock shows
    the machine's time. A sandbox's clock is turned later by the control API, and a reset brings it
    back to what stands here.
    """

    start: AwareDatetime | None = None
    frozen: Switch = False

"""Moments as text: ISO 8601 in UTC, as every answer, alert, log and journal note spells them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal


def iso_time(wall_s: float, exact_to: Literal["seconds", "milliseconds"] = "milliseconds") -> str:
    """Seconds since the epoch as ``2025-09-09T08:30:00.000Z``; cut, never rounded up."""
    # Whole milliseconds by floor: isoformat() alone would round twice.
    seconds, thousandths = divmod(int(wall_s * 1000), 1000)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=thousandths * 1000)
    return moment.isoformat(timespec=exact_to).replace("+00:00", "Z")

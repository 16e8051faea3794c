"""Load tests: does a client hold its promises under traffic?

Locust makes the traffic (in a process of its own), the mock is the world, and the verdict comes
from the mock's journal and the schedule.
"""

from __future__ import annotations

__all__: list[str] = []

"""Arrivals by hand: what a schedule would hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from loadtests.profile_file import profile_of
from loadtests.traffic.schedule import Arrival, Schedule, schedule_of

CHAT = Arrival(
    index=0,
    at_s=1.0,
    phase=0,
    kind="chat",
    tenant="one",
    prompt="0",
    token="call-0",
    conversation=0,
    turn=1,
    deadline_s=None,
)


def arrival(index: int, **changed: Any) -> Arrival:
    """A chat that nobody else asks, in a conversation of its own."""
    own = {"index": index, "prompt": str(index), "token": f"call-{index}", "conversation": index}
    return replace(CHAT, **{**own, **changed})


def drawn(seed: int = 1, **traffic: Any) -> Schedule:
    """Two phases of two seconds, a hundred calls."""
    table = {
        "name": "mine",
        "note": "",
        "traffic": {"rate_per_s": 25.0, "arrivals": "constant", **traffic},
        "phases": [{"name": "one", "length_s": 2.0}, {"name": "two", "length_s": 2.0}],
    }
    return schedule_of(profile_of(table, "mine.toml"), quick=False, seed=seed)

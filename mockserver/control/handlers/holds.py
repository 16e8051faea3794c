"""Calls about gates: who waits at them, and letting them go."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from mockserver.control.calls import HoldsPage, HoldsQuery, Release, Released
from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer

if TYPE_CHECKING:
    from mockserver.answer import Answer


async def show_holds(call: ControlCall) -> Answer:
    """Every gate, or one; waits until ``at_least`` replies are parked at it when asked to."""
    asked = call.asked_by_query(HoldsQuery)
    holds, satisfied = call.sandbox.holds, True
    if asked.gate is not None and asked.at_least is not None:
        satisfied = await holds.wait_parked(asked.gate, asked.at_least, asked.timeout_s)
    gates = [asdict(gate) for gate in holds.status() if asked.gate in {None, gate.gate}]
    return json_answer({"gates": gates, "satisfied": satisfied})


async def release_holds(call: ControlCall) -> Answer:
    """Let go of those that wait at a gate: the first ``count``, or all."""
    asked, holds = call.asked(Release), call.sandbox.holds
    released = holds.release(asked.gate, asked.count, keep_open=asked.keep_open)
    return json_answer({"released": released})


CALLS: Calls = {
    ("GET", f"{ONE}/holds"): Call(show_holds, told=HoldsPage, query=HoldsQuery),
    ("POST", f"{ONE}/holds"): Call(release_holds, told=Released, asked=Release),
}
"""What this module answers: method, path after ``/_mock``, and the call."""

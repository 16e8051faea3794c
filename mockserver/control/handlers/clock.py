"""Calls about a sandbox's time: show it, stop it, turn it forward, let it run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.control.calls import ClockAdvance, ClockInfo, ClockState
from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer
from mockserver.moments import iso_time

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.sandbox import Sandbox


async def show_clock(call: ControlCall) -> Answer:
    """What time it is, whether it runs, and who waits."""
    return _clock_answer(call.sandbox)


async def set_clock(call: ControlCall) -> Answer:
    """Stop it or let it run, and turn it forward to an instant."""
    clock, asked = call.sandbox.clock, call.asked(ClockState)
    if asked.now is not None:
        await clock.set(asked.now)
    if asked.frozen is not None:
        (clock.freeze if asked.frozen else clock.resume)()
    return _clock_answer(call.sandbox)


async def advance_clock(call: ControlCall) -> Answer:
    """Turn it forward by so many seconds; whoever is due by then is woken, in order."""
    await call.sandbox.clock.advance(call.asked(ClockAdvance).advance_s)
    return _clock_answer(call.sandbox)


def _clock_answer(sandbox: Sandbox) -> Answer:
    clock = sandbox.clock
    wall_s = clock.wall_s()
    return json_answer(
        {
            "now": iso_time(wall_s),
            "wall_s": wall_s,
            "frozen": clock.frozen,
            "waiting": clock.waiting,
            "next_due_s": clock.next_due_s,
        }
    )


CALLS: Calls = {
    ("GET", f"{ONE}/clock"): Call(show_clock, told=ClockInfo),
    ("PUT", f"{ONE}/clock"): Call(set_clock, told=ClockInfo, asked=ClockState),
    ("POST", f"{ONE}/clock"): Call(advance_clock, told=ClockInfo, asked=ClockAdvance),
}
"""What this module answers: method, path after ``/_mock``, and the call."""

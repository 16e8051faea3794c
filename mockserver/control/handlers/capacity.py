"""Calls about workers: how many there are, and whether service begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.control.calls import CapacityChange, CapacityInfo
from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer
from mockserver.errors import NoCapacityError
from mockserver.settings import CapacitySettings

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.sandbox import Sandbox


async def show_capacity(call: ControlCall) -> Answer:
    """The workers, and who waits for them."""
    return _capacity_answer(call.sandbox)


async def set_capacity(call: ControlCall) -> Answer:
    """Workers and a queue with these settings."""
    return _with_capacity(call.sandbox, call.asked(CapacitySettings))


async def change_capacity(call: ControlCall) -> Answer:
    """Another number of workers, or service that is frozen or thawed."""
    sandbox, asked = call.sandbox, call.asked(CapacityChange)
    if sandbox.settings.capacity is None:
        raise NoCapacityError(f"sandbox {sandbox.name!r} has no capacity; PUT one to …/capacity")
    changes = asked.model_dump(exclude_none=True)
    return _with_capacity(sandbox, sandbox.settings.capacity.model_copy(update=changes))


async def remove_capacity(call: ControlCall) -> Answer:
    """A worker for everybody."""
    return _with_capacity(call.sandbox, None)


def _with_capacity(sandbox: Sandbox, capacity: CapacitySettings | None) -> Answer:
    sandbox.replace_settings(sandbox.settings.model_copy(update={"capacity": capacity}))
    return _capacity_answer(sandbox)


def _capacity_answer(sandbox: Sandbox) -> Answer:
    workers = sandbox.workers
    return json_answer(
        {
            "workers": workers.count,
            "at_work": workers.at_work,
            "abandoned": workers.abandoned,
            "queued": workers.queued,
            "load": workers.load,
            "frozen": workers.frozen,
        }
    )


CALLS: Calls = {
    ("GET", f"{ONE}/capacity"): Call(show_capacity, told=CapacityInfo),
    ("PUT", f"{ONE}/capacity"): Call(set_capacity, told=CapacityInfo, asked=CapacitySettings),
    ("POST", f"{ONE}/capacity"): Call(change_capacity, told=CapacityInfo, asked=CapacityChange),
    ("DELETE", f"{ONE}/capacity"): Call(remove_capacity, told=CapacityInfo),
}
"""What this module answers: method, path after ``/_mock``, and the call."""

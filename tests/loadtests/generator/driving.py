"""Drives lanes as Locust does, in a process of its own: ``python driving.py``.

stdin is one line of JSON: a list of objects, each with a ``lane`` and its ``steps``; stdout is a
list of what each step of each lane gave. The lanes are driven side by side. The test process itself
never imports gevent, since that would patch everything in it.
"""

# ruff: noqa: E402 - gevent patches before anything else is imported

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent

from loadtests.generator.drivers import ClientRefused, start_driver
from loadtests.plan import Instance, Lane

if TYPE_CHECKING:
    from loadtests.generator.driven import Driven
    from loadtests.generator.drivers import Driver


def call(driver: Driver, asked: dict[str, Any]) -> Driven:
    """One call: a chat of ``text`` (streamed if ``stream``), or an embedding of ``sentences``."""
    gevent.sleep(asked.get("after_s", 0))
    limits = {"deadline_s": asked.get("deadline_s"), "patience_s": asked.get("patience_s", 20)}
    tenant = asked.get("tenant", "everyone")
    if "sentences" in asked:
        return driver.embed(tenant, asked["sentences"], **limits)
    request = {
        "messages": [{"role": "user", "content": asked.get("text", "Habari?")}],
        "stream": asked.get("stream", False),
        **asked.get("fields", {}),
    }
    return driver.chat(tenant, request, **limits)


def told(driven: Driven, sent_s: float) -> dict[str, Any]:
    """The outcome with the moment of its sending beside it."""
    return {**asdict(driven), "sent_s": sent_s}


def driven_at(driver: Driver, asked: dict[str, Any]) -> dict[str, Any]:
    """A call, told."""
    sent_s = time.monotonic() + asked.get("after_s", 0)
    return told(call(driver, asked), sent_s)


def together(driver: Driver, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Calls side by side, outcomes in their order."""
    running = [gevent.spawn(driven_at, driver, asked) for asked in calls]
    gevent.joinall(running, raise_error=True)
    return [one.value for one in running]


def leave(driver: Driver, asked: dict[str, Any]) -> None:
    """A call whose greenlet is killed in the middle."""
    running = gevent.spawn(call, driver, asked)
    gevent.sleep(asked.get("leave_s", 0.2))
    running.kill()


def gone(pids: list[int]) -> bool:
    """Whether none of some processes is there; those that end are given a moment."""
    until_s = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > until_s:
            return False
        gevent.sleep(0.02)
    return True


def pace(driver: Driver, asked: dict[str, Any]) -> dict[str, float]:
    """How many calls a second go through with ``at_once`` greenlets, for ``for_s``."""
    until_s = time.monotonic() + asked["for_s"]
    totals = {"calls": 0, "ok": 0, "pieces": 0}

    def user() -> None:
        while time.monotonic() < until_s:
            driven = call(driver, asked["call"])
            totals["calls"] += 1
            totals["ok"] += driven.outcome == "ok"
            totals["pieces"] += driven.pieces

    before_s, cpu_s = time.monotonic(), time.process_time()
    gevent.joinall([gevent.spawn(user) for _ in range(asked["at_once"])], raise_error=True)
    return {
        **totals,
        "wall_s": time.monotonic() - before_s,
        "cpu_s": time.process_time() - cpu_s,
    }


STEPS = {
    "call": driven_at,
    "together": together,
    "leave": leave,
    "pace": pace,
    "pids": lambda driver, _: driver.pids(),
    "telemetry": lambda driver, _: driver.telemetry(),
    "close": lambda driver, _: driver.close(),
    "gone": lambda _, pids: gone(pids),
    "sleep": lambda _, seconds: gevent.sleep(seconds),
}


def ridden(plan: dict[str, Any]) -> dict[str, Any]:
    """Starts one lane's driver, takes the steps, closes it."""
    lane = plan["lane"]
    instances = tuple(Instance(**one) for one in lane.pop("instances"))
    try:
        driver = start_driver(Lane(instances=instances, **lane), worker=0)
    except ClientRefused as error:
        return {"refused": str(error)}
    pids = driver.pids()
    results: dict[str, Any] = {"hello": driver.hello, "pids": pids, "steps": []}
    if plan.get("tell_pids_first"):
        print(json.dumps(pids), flush=True)  # noqa: T201 - what the test reads
    for name, asked in plan["steps"]:
        results["steps"].append(STEPS[name](driver, asked))
    if plan.get("close", True):
        driver.close()
        driver.close()
        results["gone"] = gone(pids) if plan.get("ours", True) else None
    return results


def main() -> None:
    """All the lanes of stdin."""
    riding = [gevent.spawn(ridden, plan) for plan in json.loads(sys.stdin.readline())]
    gevent.joinall(riding, raise_error=True)
    print(json.dumps([one.value for one in riding]))  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main()

"""Lanes to drive in a process of their own, as Locust drives them; see ``driving.py``."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
MINIATURES = HERE.parents[1] / "scenarios" / "clients" / "miniatures.py"

KEY = "pawa-test-secret-1"
MODEL = "pawa-v1-ember-20240924"

Step = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Ride:
    """What the driver did: ``refused`` when it did not start, else what each step gave."""

    refused: str | None
    hello: dict[str, Any]
    pids: list[int]
    steps: list[Any]
    gone: bool | None
    stderr: str


def miniature(name: str) -> str:
    """The spec of one of the misbehaving adapters of ``tests/scenarios/clients/miniatures.py``."""
    return f"cmd:{shlex.join([sys.executable, str(MINIATURES), name])}"


def plan(spec: str, *steps: Step, **options: Any) -> dict[str, Any]:
    """A lane for ``driving.py``; ``tenants`` are told with the ``settings``."""
    tenants = options.pop("tenants", ("everyone",))
    settings = options.pop("settings", {"api_key": KEY})
    lane = {
        "name": "client",
        "spec": spec,
        "instances": options.pop(
            "instances", [{"tenant": tenant, "settings": settings} for tenant in tenants]
        ),
        "processes": options.pop("processes", 1),
    }
    return {"lane": lane, "steps": steps, **options}


def line(*plans: dict[str, Any]) -> str:
    """What ``driving.py`` reads."""
    return json.dumps(plans) + "\n"


def command() -> list[str]:
    """The driving process."""
    return [sys.executable, str(HERE / "driving.py")]


def drive(spec: str, *steps: Step, **options: Any) -> Ride:
    """Starts the lane's driver, takes the steps, closes it twice, and sees that nothing is left."""
    (ride,) = drive_all(plan(spec, *steps, **options))
    return ride


def drive_all(*plans: dict[str, Any], environment: Mapping[str, str] | None = None) -> list[Ride]:
    """Drives several lanes side by side in one process, which is quicker."""
    ended = subprocess.run(
        command(),
        input=line(*plans),
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    assert ended.returncode == 0, ended.stderr
    return [
        Ride(
            told.get("refused"),
            told.get("hello", {}),
            told.get("pids", []),
            told.get("steps", []),
            told.get("gone"),
            ended.stderr,
        )
        for told in json.loads(ended.stdout)
    ]

"""Configurations named after a diagnosis: each is a TOML file in this directory.

``pawa-mock serve --preset NAME`` starts one; ``pawa-mock presets`` lists them.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from mockserver.configuration.file import ConfigError, parse_table
from mockserver.faults.complaints import nearest

NAMES = (
    "healthy",
    "free-tier",
    "starter-tier",
    "pro-tier",
    "enterprise-tier",
    "bad-day",
    "outage",
    "brownout",
    "slow-model",
    "broken-streams",
    "budget-gone",
    "revoked-key",
    "flaky-network",
    "hostile",
)
"""Every preset, from a good day to the worst."""


def preset_text(name: str) -> str:
    """The file of a preset; raises ConfigError for a name that none has."""
    if name not in NAMES:
        raise ConfigError([f"preset {name!r} is unknown; {nearest(name, NAMES)}"])
    return files(__name__).joinpath(f"{name}.toml").read_text("utf-8")


def preset_table(name: str) -> dict[str, Any]:
    """What a preset sets; raises ConfigError for a name that none has."""
    return parse_table(preset_text(name), ".toml", f"preset {name}")


def summary(name: str) -> str:
    """One sentence on what a preset does."""
    return str(preset_table(name)["note"])

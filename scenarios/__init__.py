"""Judges any Pawa AI client from what was seen on the wire.

The names below are all that a scenario needs; they are loaded when they are asked for, because the
client under test may live in this package too (``scenarios.reference``) and must not pay for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.call import Call
    from scenarios.client import Client
    from scenarios.errors import NotTestable
    from scenarios.evidence import Attempt, hands_out
    from scenarios.lab import Lab
    from scenarios.plans import fault, healthy, sequence
    from scenarios.registry import scenario

__all__ = [
    "Attempt",
    "Call",
    "Client",
    "Lab",
    "NotTestable",
    "fault",
    "hands_out",
    "healthy",
    "scenario",
    "sequence",
]

_HOMES = {
    "Attempt": "evidence",
    "Call": "call",
    "Client": "client",
    "Lab": "lab",
    "NotTestable": "errors",
    "fault": "plans",
    "hands_out": "evidence",
    "healthy": "plans",
    "scenario": "registry",
    "sequence": "plans",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

"""The fake Pawa AI API: healthy like the real one, and on command like it on its worst day.

Each name is loaded when it is first asked for: pytest loads this package in every run, for the
fixture ``pawa_mock``, and most runs ask for nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.errors import MockServerError, PortInUse
    from mockserver.faults.plan import RuleStatus
    from mockserver.faults.rules import Match, Rule, RuleError, When, parse_rules
    from mockserver.journal import Connection, Exchange, Journal, Sent
    from mockserver.sandbox import Sandbox
    from mockserver.secrets import SecretMask
    from mockserver.server import MockServer
    from mockserver.settings import KeySettings, SandboxSettings, ServerSettings
    from mockserver.threaded import ThreadedMockServer

__all__ = [
    "Connection",
    "Exchange",
    "Journal",
    "KeySettings",
    "Match",
    "MockServer",
    "MockServerError",
    "PortInUse",
    "Rule",
    "RuleError",
    "RuleStatus",
    "Sandbox",
    "SandboxSettings",
    "SecretMask",
    "Sent",
    "ServerSettings",
    "ThreadedMockServer",
    "When",
    "parse_rules",
]

_HOMES = {
    "Connection": "mockserver.journal",
    "Exchange": "mockserver.journal",
    "Journal": "mockserver.journal",
    "KeySettings": "mockserver.settings",
    "Match": "mockserver.faults.rules",
    "MockServer": "mockserver.server",
    "MockServerError": "mockserver.errors",
    "PortInUse": "mockserver.errors",
    "Rule": "mockserver.faults.rules",
    "RuleError": "mockserver.faults.rules",
    "RuleStatus": "mockserver.faults.plan",
    "Sandbox": "mockserver.sandbox",
    "SandboxSettings": "mockserver.settings",
    "SecretMask": "mockserver.secrets",
    "Sent": "mockserver.journal",
    "ServerSettings": "mockserver.settings",
    "ThreadedMockServer": "mockserver.threaded",
    "When": "mockserver.faults.rules",
    "parse_rules": "mockserver.faults.rules",
}
"""Where each name lives."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value

"""The fake Pawa AI API: healthy like the real one, and on command like it on its worst day."""

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

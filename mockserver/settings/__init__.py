"""What a sandbox and a server are told to be: immutable snapshots, checked when they are made.

A request keeps the snapshot it started with; a change swaps the whole of it (DESIGN section 4).
Unknown fields and bad numbers are refused, never clamped. Where pawa-api.md marks a point as
unknown, the switch that decides it stands here and is listed in ``docs/choices.md``.
"""

from mockserver.settings.api import ApiSettings
from mockserver.settings.budget import (
    BudgetSettings,
    PriceSettings,
    PricingSettings,
    ScopedBudgetSettings,
)
from mockserver.settings.capacity import CapacitySettings, OverloadSettings
from mockserver.settings.clock import ClockSettings
from mockserver.settings.journal import JournalSettings
from mockserver.settings.keys import DEFAULT_KEY, KeyBlockSettings, KeySettings, PreviousSecret
from mockserver.settings.latency import LatencySettings, ModelLatencySettings, SpreadSettings
from mockserver.settings.limits import LimitHeaderSettings, LimitSettings, RateLimitSettings
from mockserver.settings.media import MediaSettings
from mockserver.settings.projects import ProjectSettings
from mockserver.settings.replies import EmbeddingSettings, ReplySettings, StreamSettings
from mockserver.settings.reply_rules import ReplyMatch, ReplyRule
from mockserver.settings.sandbox import SandboxSettings, ServerSettings
from mockserver.settings.storage import StorageSettings
from mockserver.settings.tls import TlsSettings
from mockserver.settings.triggers import TriggerSettings
from mockserver.settings.webhook import WebhookSettings
from mockserver.snapshot import Port, Snapshot, refuse_twins

__all__ = [
    "DEFAULT_KEY",
    "ApiSettings",
    "BudgetSettings",
    "CapacitySettings",
    "ClockSettings",
    "EmbeddingSettings",
    "JournalSettings",
    "KeyBlockSettings",
    "KeySettings",
    "LatencySettings",
    "LimitHeaderSettings",
    "LimitSettings",
    "MediaSettings",
    "ModelLatencySettings",
    "OverloadSettings",
    "Port",
    "PreviousSecret",
    "PriceSettings",
    "PricingSettings",
    "ProjectSettings",
    "RateLimitSettings",
    "ReplyMatch",
    "ReplyRule",
    "ReplySettings",
    "SandboxSettings",
    "ScopedBudgetSettings",
    "ServerSettings",
    "Snapshot",
    "SpreadSettings",
    "StorageSettings",
    "StreamSettings",
    "TlsSettings",
    "TriggerSettings",
    "WebhookSettings",
    "refuse_twins",
]

"""A whole sandbox, and a whole server of them."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from mockserver.faults.rules import Rule
from mockserver.settings.api import ApiSettings
from mockserver.settings.budget import (
    BudgetSettings,
    PricingSettings,
    ScopedBudgetSettings,
    check_spending,
)
from mockserver.settings.capacity import CapacitySettings
from mockserver.settings.clock import ClockSettings
from mockserver.settings.journal import JournalSettings
from mockserver.settings.keys import DEFAULT_KEY, KeyBlockSettings, KeySettings
from mockserver.settings.latency import LatencySettings
from mockserver.settings.limits import LimitHeaderSettings, LimitSettings, RateLimitSettings
from mockserver.settings.media import MediaSettings
from mockserver.settings.projects import ProjectSettings, check_projects
from mockserver.settings.replies import EmbeddingSettings, ReplySettings, StreamSettings
from mockserver.settings.storage import StorageSettings
from mockserver.settings.tls import TlsSettings
from mockserver.settings.triggers import TriggerSettings
from mockserver.settings.webhook import WebhookSettings
from mockserver.snapshot import Name, Port, Snapshot, Switch, refuse_twins


class SandboxSettings(Snapshot):
    """One isolated world: its keys, limits, budget, rules and the shape of its healthy replies.

    ``port`` 0 takes a free one. ``seed`` feeds every draw of the rules. ``announce_rules`` adds
    ``X-Mock-Rule`` to what a rule has changed; it stays off while a client is judged.
    ``triggers`` says what of a request may ask for a fault by itself; nothing without it. ``tls``
    makes the listener speak TLS.
    """

    name: Name = "default"
    port: Port = 0
    keys: tuple[KeySettings, ...] = (KeySettings(id="dev", key=DEFAULT_KEY),)
    rules: tuple[Rule, ...] = ()
    seed: int = Field(default=0, strict=True)
    environment: Name | None = None
    projects: tuple[ProjectSettings, ...] = ()
    key_block: KeyBlockSettings = KeyBlockSettings()
    rate_limit: RateLimitSettings | None = None
    rate_limits: tuple[LimitSettings, ...] = ()
    limit_headers: LimitHeaderSettings = LimitHeaderSettings()
    budget: BudgetSettings | None = None
    budgets: tuple[ScopedBudgetSettings, ...] = ()
    pricing: PricingSettings | None = None
    webhook: WebhookSettings | None = None
    stream: StreamSettings = StreamSettings()
    replies: ReplySettings = ReplySettings()
    embeddings: EmbeddingSettings = EmbeddingSettings()
    storage: StorageSettings = StorageSettings()
    media: MediaSettings = MediaSettings()
    latency: LatencySettings = LatencySettings()
    clock: ClockSettings = ClockSettings()
    capacity: CapacitySettings | None = None
    api: ApiSettings = ApiSettings()
    journal: JournalSettings = JournalSettings()
    announce_rules: Switch = False
    triggers: TriggerSettings | None = None
    tls: TlsSettings | None = None

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        refuse_twins("key id", (key.id for key in self.keys))
        refuse_twins("rule id", (rule.id for rule in self.rules if rule.id))
        if len(set(self.secrets)) != len(self.secrets):
            raise ValueError("two keys have the same secret; give each key its own")
        check_projects(self)
        check_spending(self)
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets of all keys, those from before a rotation among them."""
        return tuple(secret for key in self.keys for secret in key.secrets)

    @property
    def hidden(self) -> tuple[str, ...]:
        """Every secret that must not be shown: those of the keys, and the one that signs alerts."""
        signing = None if self.webhook is None else self.webhook.secret
        return self.secrets if signing is None else (*self.secrets, signing)


class ServerSettings(Snapshot):
    """A whole server: where it listens, and its sandboxes.

    The first sandbox is served on ``host``:``port``, beside the control API; each further one has
    its own port. ``control_token`` is what the control API asks of callers that are not on
    loopback; without one it refuses them.
    """

    host: str = Field(default="127.0.0.1", min_length=1)
    port: Port = 0
    control_token: str | None = Field(default=None, min_length=1, repr=False)
    sandboxes: tuple[SandboxSettings, ...] = Field(default=(SandboxSettings(),), min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        refuse_twins("sandbox name", (sandbox.name for sandbox in self.sandboxes))
        return self

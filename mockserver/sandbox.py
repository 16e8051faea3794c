"""A sandbox: one isolated world with its own keys, limits, rules, journal, clock and port."""

from __future__ import annotations

import random
from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver import pipeline
from mockserver.admission.access import Access
from mockserver.admission.budget import Purse
from mockserver.admission.capacity import Workers
from mockserver.admission.limiter import Limiter
from mockserver.api.store import Store
from mockserver.clock import NS_PER_S, RealClock, TurnableClock
from mockserver.errors import DefaultSandboxError
from mockserver.faults.plan import Plan
from mockserver.faults.shaping import closing
from mockserver.frozen import Freeze
from mockserver.holds import Holds
from mockserver.journal import Journal
from mockserver.metrics.tally import Tally
from mockserver.moments import iso_time
from mockserver.secrets import SecretMask
from mockserver.tls.gate import Gate
from mockserver.transport.connection_server import ConnectionServer
from mockserver.transport.listener import Listener, url_host
from mockserver.transport.slow_accept import SlowAccept
from mockserver.usage import Usage
from mockserver.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockserver.admission.alerts import Alert
    from mockserver.admission.ledger import Ledger
    from mockserver.clock import Timer
    from mockserver.faults.plan import RuleStatus
    from mockserver.faults.rules import Rule
    from mockserver.settings import SandboxSettings
    from mockserver.transport.connection_server import Serve

TOKENS_COUNTED = 50_000
"""Call tokens whose attempts are counted; the one unheard of longest is forgotten first."""


class Sandbox:
    """One world on a mock server.

    ``settings`` is an immutable snapshot and is swapped whole; a request keeps the one it began
    with. ``door`` is what stands before the pipeline on a listener that is shared. It is made on
    the event loop that will serve it.
    """

    def __init__(
        self,
        settings: SandboxSettings,
        *,
        host: str = "127.0.0.1",
        port: int | None = None,
        salt: bytes | None = None,
        door: Callable[[Serve], Serve] | None = None,
    ) -> None:
        self.clock = TurnableClock(settings.clock.start, frozen=settings.clock.frozen)
        self.settings = settings
        self.plan = Plan(settings.rules, settings.seed)
        self.plan_set_ns = self.clock.monotonic_ns()
        mask = SecretMask(settings.hidden, salt=salt)
        overflow = settings.journal.overflow_file
        self.journal = Journal(
            settings.name,
            mask,
            max_exchanges=settings.journal.max_exchanges,
            overflow=Path(overflow) if overflow else None,
        )
        self.access = Access(settings, self.clock.monotonic_ns())
        self.limiter = Limiter(settings)
        self.usage = Usage()
        self.tally = Tally()
        self.webhook = Webhook(self.journal)
        self.purse = Purse(settings, self.clock, self._alerted)
        self.workers = Workers(self.clock, settings.capacity)
        self.store = Store()
        self.holds = Holds()
        self.freeze = Freeze(self.holds, self.clock)
        self._arrivals: OrderedDict[str, int] = OrderedDict()
        self._shared = door is not None
        self._host = host
        self._refusing: tuple[Timer, ...] = ()
        serve: Serve = partial(pipeline.serve, self)
        self.connections = ConnectionServer(
            serve if door is None else door(serve),
            self.journal,
            receive_s=settings.api.receive_s,
        )
        self.slow_accept = SlowAccept(self.connections, RealClock() if self._shared else self.clock)
        self._check_tls(settings)
        self._gate = Gate(self.connections, self.journal, host, settings.tls)
        self._listener = Listener(host, settings.port if port is None else port, self._gate)
        self._check_rules(self.plan.rules)

    @property
    def name(self) -> str:
        """Its name on the server."""
        return self.settings.name

    @property
    def ledger(self) -> Ledger:
        """What was spent of each budget and set aside."""
        return self.purse.ledger

    @property
    def port(self) -> int:
        """The port it is served on; 0 before it is opened, when any free one will do."""
        return self._listener.port

    @property
    def base_url(self) -> str:
        """What a client is given as the address of the API."""
        scheme = "http" if self.settings.tls is None else "https"
        return f"{scheme}://{url_host(self._host)}:{self.port}/v1"

    @property
    def ca_file(self) -> Path | None:
        """The certificate that clients have to trust, as a file; None where no TLS is spoken."""
        return self._gate.ca_file

    @property
    def ca_pem(self) -> str | None:
        """The certificate that clients have to trust; None where no TLS is spoken."""
        return self._gate.ca_pem

    @property
    def key(self) -> str:
        """The secret of the first active key (of the first key, when none is active)."""
        active = [key for key in self.settings.keys if key.state == "active"]
        keys = active or list(self.settings.keys)
        return keys[0].key if keys else ""

    @property
    def listening(self) -> bool:
        """Whether connections are accepted now."""
        return self._listener.listening

    async def open(self) -> None:
        """Listen. Raises PortInUse or CannotListenError."""
        await self._listener.open()

    async def close(self) -> None:
        """Stop listening and end every connection, streams and holds included."""
        self._stop_refusing()
        await self._listener.close()
        await self._gate.close()
        await self.connections.stop()
        await self.webhook.close()
        self.workers.forget_abandoned()

    def replace_settings(self, settings: SandboxSettings) -> None:
        """Swap the whole snapshot; what was seen, counted and spent stays.

        The plan in force stays too, unless rules or seed differ from the old snapshot's. Name, port
        and the clock's beginning cannot be changed: those of ``settings`` are not looked at.
        """
        old, plan = self.settings, None
        if (settings.rules, settings.seed) != (old.rules, old.seed):
            plan = Plan(settings.rules, settings.seed)
            self._check_rules(plan.rules)
        self._swap(settings)
        if plan is not None:
            self._set_plan(plan)

    def revise(self, settings: SandboxSettings, rules: Sequence[Rule]) -> None:
        """Swap the snapshot and put rules in force; those in force already keep their counters.

        With another seed every counter starts at nothing, since the draws are others.
        """
        anew = settings.seed != self.settings.seed
        plan = Plan(rules, settings.seed) if anew else self.plan.with_rules(rules, self.plan_age_s)
        self._check_rules(plan.rules)
        self._swap(settings)
        if anew:
            self._set_plan(plan)
            return
        self.plan = plan
        if not any(closing(rule.all_faults) for rule in plan.rules):
            self._stop_refusing()

    def replace_rules(self, rules: Sequence[Rule]) -> None:
        """Put a new plan in place of the old one; every counter starts at nothing.

        Raises RuleError for twin ids; then the old plan stays.
        """
        plan = Plan(rules, self.settings.seed)
        self._check_rules(plan.rules)
        self._set_plan(plan)

    def add_rule(self, rule: Rule) -> None:
        """Put a rule behind the others, whose counters stay."""
        plan = self.plan.with_rules((*self.plan.rules, rule), self.plan_age_s)
        self._check_rules(plan.rules)
        self.plan = plan

    def remove_rule(self, rule_id: str) -> None:
        """Take a rule out of the plan; the others' counters stay. KeyError: no such rule."""
        kept = tuple(rule for rule in self.plan.rules if rule.id != rule_id)
        if len(kept) == len(self.plan.rules):
            raise KeyError(rule_id)
        self.plan = self.plan.with_rules(kept)
        if not any(closing(rule.all_faults) for rule in kept):
            self._stop_refusing()

    @property
    def plan_age_s(self) -> float:
        """How many seconds ago the plan was set, on the sandbox's clock."""
        return (self.clock.monotonic_ns() - self.plan_set_ns) / NS_PER_S

    def plan_status(self) -> tuple[RuleStatus, ...]:
        """What has become of each rule."""
        return self.plan.status()

    def reset(self) -> None:
        """Back to the snapshot: its rules and clock anew, and nothing seen, counted or spent."""
        self.clock.restart()
        self.journal.clear()
        self.access.reset(self.clock.monotonic_ns())
        self.limiter.reset()
        self.webhook.drop()
        self.usage.clear()
        self.tally.clear()
        self.purse.clear()
        self.workers.forget_abandoned()
        self.store.clear()
        self.holds.release_all()
        self._arrivals.clear()
        self._set_plan(Plan(self.settings.rules, self.settings.seed))

    def _alerted(self, alert: Alert) -> None:
        """Tell of a budget that has reached a share of its limit."""
        self.journal.note("budget_alert", **alert.told())
        if self.settings.webhook is not None:
            told = alert.told() | {
                "sandbox": self.name,
                "at": iso_time(self.clock.wall_s(), "seconds"),
            }
            self.webhook.post(self.settings.webhook, "budget_alert", told)

    def _swap(self, settings: SandboxSettings) -> None:
        """Another snapshot; the plan stays."""
        old = self.settings
        kept = {"name": old.name, "port": old.port, "clock": old.clock}
        settings = settings.model_copy(update=kept)
        self._check_tls(settings)
        if settings.tls != old.tls:
            self._gate.change(settings.tls)
        self.journal.mask = self.journal.mask.knowing(settings.hidden)
        self.settings = settings
        self.access.follow(settings)
        self.limiter.follow(settings, self.clock.monotonic_ns())
        self.purse.adopt(settings)
        self.workers.follow(settings.capacity)
        self.connections.receive_s = settings.api.receive_s

    def _set_plan(self, plan: Plan) -> None:
        self._stop_refusing()
        self.plan = plan
        self.plan_set_ns = self.clock.monotonic_ns()

    def _check_rules(self, rules: Sequence[Rule]) -> None:
        for rule in rules:
            fault = closing(rule.all_faults)
            if self._shared and fault is not None and fault.duration_s is None:
                raise DefaultSandboxError(
                    f"rule {rule.id!r}: refuse without duration_s would close the door of the "
                    "control API too; give it a duration_s, or use a sandbox with its own port"
                )

    def _check_tls(self, settings: SandboxSettings) -> None:
        handshake = "answer" if settings.tls is None else settings.tls.handshake
        if self._shared and handshake in {"stall", "close"}:
            raise DefaultSandboxError(
                f"tls.handshake {handshake!r} would close the door of the control API too; "
                "use a sandbox with its own port"
            )

    def count_arrival(self, token: str) -> int:
        """Count one more arrival of a call token; how many there are now."""
        count = self._arrivals.pop(token, 0) + 1
        self._arrivals[token] = count
        if len(self._arrivals) > TOKENS_COUNTED:
            self._arrivals.popitem(last=False)
        return count

    def next_request_id(self) -> str:
        """A fresh id for an answer."""
        return f"req-{random.getrandbits(64):016x}"

    def next_canary(self) -> str:
        """A fresh text that no answer has held before."""
        return f"answer-{random.getrandbits(48):012x}"

    def refuse_connections(self, duration_s: float | None) -> None:
        """Close the listener and reset idle connections; listen again after ``duration_s``."""
        self._listener.refuse()
        self.connections.end_idle()
        self._forget_refusing()
        if duration_s is not None:
            # A stopped clock must not lock out the control API, which alone can turn it.
            clocks = (self.clock, RealClock()) if self._shared else (self.clock,)
            again = self._listener.accept_again
            self._refusing = tuple(clock.call_later(duration_s, again) for clock in clocks)

    def release(self, gate: str, count: int | None = None) -> int:
        """Let go of those that wait at a gate (``hold_until_released``); how many they were."""
        return self.holds.release(gate, count)

    def _stop_refusing(self) -> None:
        self.slow_accept.stop()
        self.freeze.stop()
        self._forget_refusing()
        self._listener.accept_again()

    def _forget_refusing(self) -> None:
        for timer in self._refusing:
            timer.cancel()
        self._refusing = ()

"""What a scenario is handed: sandboxes, the client, a place for checks.

A scenario reads like its row: arrange, act, check::

    @scenario("RETRY-001", needs=("retry",))
    async def transient_server_errors_are_retried(lab: Lab) -> None:
        \"\"\"A call meets 503 twice, then a healthy server.\"\"\"
        client = await lab.open(max_attempts=3, backoff_base_s=0.05)
        lab.plan(fault("status", status=503).on_attempts(1, 2))
        call = lab.call()
        outcome = await client.chat(call)
        lab.check(
            equal("attempts on the wire", len(lab.attempts(call)), 3, advice="Retry a 503 twice"),
            holds("the call ends well", outcome.ok, outcome.kind, "ok"),
        )

Everything random comes from ``lab.rng``; times are seconds of ``time.monotonic()``.
"""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING, Any, Protocol, overload

from scenarios.call import Call, make_call, new_token
from scenarios.client import Client, Told, out_of_the_way
from scenarios.clients.protocol import SETTINGS
from scenarios.errors import CatalogueError, NotTestable, nearest
from scenarios.evidence import Attempt, attempts_of
from scenarios.plans import PlannedRule, Undelivered, undelivered, with_ids
from scenarios.tolerances import widened_s

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Mapping, Sequence

    from mockserver.journal import Exchange
    from mockserver.sandbox import Sandbox
    from reports.results import Check
    from scenarios.clients.driver import Driver
    from scenarios.leaks import LeakScanner
    from scenarios.noise import Noise
    from scenarios.targets import Targets

__all__ = ["Lab", "NotTestable"]

CHAT_MODEL = "pawa-v1-ember-20240924"
FALLBACK_MODEL = "pawa-v1-blaze-20250318"

AnyCall = Call | str | tuple[str, ...]


class Bench(Protocol):
    """What the engine lends to a lab."""

    @property
    def targets(self) -> Targets:
        """The numbers of the run that a user may set."""

    @property
    def noise(self) -> Noise:
        """The machine's lateness, measured all the while."""

    async def open_sandbox(self, label: str, **settings: Any) -> Sandbox:
        """A fresh sandbox with a port and a key of its own."""

    async def own_driver(self) -> Driver:
        """The client again, in a process of its own; ended with the scenario."""

    def scanner(self) -> LeakScanner:
        """Knows every key that the run has handed out so far."""

    def client_output(self) -> str:
        """All that the client's processes have written to stderr so far, unmasked."""

    def told_before(self) -> Iterable[tuple[str, Told]]:
        """How the calls of the scenarios that have ended came out, with the row of each."""

    def turn(self, work: str) -> asyncio.Lock:
        """Held by one scenario of the run at a time."""


class Lab:
    """The bench of one scenario; made by the engine."""

    def __init__(
        self, *, rows: Sequence[str], seed: int, driver: Driver, sandbox: Sandbox, bench: Bench
    ) -> None:
        self.rows = tuple(rows)
        self.seed = seed
        self.rng = Random(seed)
        """Seeded: the same run seed gives the same draws."""
        self.sandbox = sandbox
        """The primary sandbox: ``base_url``, ``key``, ``journal``."""
        self.targets = bench.targets
        """The numbers that a user may set (``lab.targets.reaction_s``)."""
        self.started_s = time.monotonic()
        """When the scenario began; the zero of its report."""
        self.log: list[str] = []
        self.told: list[Told] = []
        self.sandboxes: dict[str, Sandbox] = {"primary": sandbox}
        self._driver = driver
        self._bench = bench
        self._clients: list[Client] = []
        self._checks: list[tuple[Check, tuple[str, ...]]] = []
        self._needed: dict[str, int] = {}
        self._delivered: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._rules: dict[str, list[str]] = {}

    # -- the client -----------------------------------------------------------------------------

    @property
    def claims(self) -> frozenset[str]:
        """What the client says it is meant to do."""
        return self._driver.manifest.claims

    @property
    def limits(self) -> Mapping[str, Any]:
        """The numbers that the client declares, whatever a scenario has set."""
        return self._driver.manifest.limits

    @overload
    def limit(self, name: str, default: float) -> float: ...
    @overload
    def limit(self, name: str, default: None = None) -> float | None: ...
    def limit(self, name: str, default: float | None = None) -> float | None:
        """The number in force for the client opened last; the rule is in :meth:`Client.limit`."""
        if self._clients:
            return self._clients[-1].limit(name, default)
        declared = self.limits.get(name)
        return default if declared is None else float(declared)

    async def open(
        self, *, sandbox: Sandbox | None = None, process: bool = False, **settings: Any
    ) -> Client:
        """A fresh client instance, with its own cache, breaker, budget and connections.

        `settings` are those of the protocol; base URL, key and model of the primary sandbox (or of
        `sandbox`) are filled in, and claimed features that no row is about yet are put out of the
        way. A setting of None is left out (``api_key=None``: no key at all).
        `process` gives the instance a process of its own.

        Raises:
            CatalogueError: The protocol has no such setting.
        """
        for name in settings:
            if name not in SETTINGS:
                raise CatalogueError(
                    f"no setting {name!r} in the protocol{nearest(name, SETTINGS)}"
                )
        wanted = {
            **self.address(sandbox or self.sandbox),
            **out_of_the_way(self.claims),
            **settings,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        driver = await self._bench.own_driver() if process else self._driver
        client = Client(
            await driver.open(given),
            given,
            driver.manifest,
            fixed=driver.fixed_address,
            note=self.told.append,
        )
        self._clients.append(client)
        return client

    @property
    def can_set(self) -> bool:
        """Whether settings reach the client; they do not in an application."""
        return not self._driver.fixed_address

    def must_set(self, *names: str) -> None:
        """Say that the row stands and falls with these settings (an empty key, retries off).

        Raises:
            NotTestable: The client is an application, whose settings the harness cannot reach.
        """
        if not self.can_set:
            raise NotTestable(
                f"the row sets {', '.join(names)}, which the harness cannot do in an application"
            )

    def address(self, sandbox: Sandbox, *, model: str = CHAT_MODEL) -> dict[str, str]:
        """Where a client finds a sandbox, as the settings ``fallbacks`` and ``open`` want it."""
        return {"base_url": sandbox.base_url, "api_key": sandbox.key, "model": model}

    def turn(self, work: str) -> asyncio.Lock:
        """``async with lab.turn("samples"):`` only one scenario of the run at a time gets past it.

        For work that keeps the client's process so busy that two of them would measure each other.
        """
        return self._bench.turn(work)

    # -- the server -----------------------------------------------------------------------------

    async def another_sandbox(self, label: str, **settings: Any) -> Sandbox:
        """A second target with its own port, key, plan and journal; `label` names it in reports.

        `settings` are fields of :class:`mockserver.settings.SandboxSettings`.
        """
        sandbox = await self._bench.open_sandbox(label, **settings)
        self.sandboxes[label] = sandbox
        return sandbox

    def shape(self, sandbox: Sandbox | None = None, **settings: Any) -> None:
        """Change how the healthy server answers: ``stream={"chunks": 20, "interval_s": 0.1}``.

        `settings` are fields of :class:`mockserver.settings.SandboxSettings`; a nested one keeps
        what it does not name. Comes before :meth:`plan`.

        Raises:
            CatalogueError: The sandbox has a plan, which a new shape would start anew.
        """
        target = sandbox or self.sandbox
        if self._rules.get(target.name):
            raise CatalogueError("shape the server before planning its faults, or clear the plan")
        target.replace_settings(_merged(target.settings, settings))

    def plan(
        self, *rules: PlannedRule, sandbox: Sandbox | None = None, required: bool = True
    ) -> None:
        """Replace the plan of a sandbox (the primary one); without rules the server is healthy.

        Each rule has to be delivered (once, or as often as :meth:`PlannedRule.needs` says) by the
        end of the scenario, else the row is not testable. `required` False waives that.
        """
        target = sandbox or self.sandbox
        self._note_deliveries(target)
        self._rules[target.name] = []
        target.replace_rules([])
        self.add(*rules, sandbox=target, required=required)

    def add(
        self, *rules: PlannedRule, sandbox: Sandbox | None = None, required: bool = True
    ) -> None:
        """Put further rules behind those that are there; see :meth:`plan`."""
        target = sandbox or self.sandbox
        for rule in with_ids(rules, start=len(self._needed) + 1):
            rule_id = rule.id or ""
            if rule_id in self._needed:
                raise CatalogueError(
                    f"the plan names two rules {rule_id!r}; give each its own name"
                )
            target.add_rule(rule.to_rule(rule_id))
            self._needed[rule_id] = rule.needed if required else 0
            self._rules.setdefault(target.name, []).append(rule_id)

    def undelivered(self) -> tuple[Undelivered, ...]:
        """The rules that the row needs and that were not delivered (so far)."""
        for sandbox in self.sandboxes.values():
            self._note_deliveries(sandbox)
        return undelivered(self._needed, self._delivered)

    def _note_deliveries(self, sandbox: Sandbox) -> None:
        """Keep what a plan delivered, before it is replaced and at the end."""
        ours = self._rules.get(sandbox.name, ())
        for status in sandbox.plan_status():
            if status.id in ours:
                self._delivered[status.id] = (status.delivered, status.kinds)

    # -- calls ----------------------------------------------------------------------------------

    def call(self, text: str = "", *, label: str = "", stream: bool = False, **fields: Any) -> Call:
        """A new call with a token of its own in its prompt.

        `fields` are those of the protocol's chat request (``max_tokens``, ``temperature``,
        ``messages`` …).
        """
        return make_call(new_token(self.rng), text, label=label, stream=stream, **fields)

    def calls(
        self, n: int, text: str = "", *, label: str = "", stream: bool = False, **fields: Any
    ) -> list[Call]:
        """So many calls, each with its own token: for :meth:`Client.chat_all`."""
        return [
            self.call(text, label=f"{label} {number}".strip(), stream=stream, **fields)
            for number in range(1, n + 1)
        ]

    def sentences(self, n: int) -> tuple[list[str], list[str]]:
        """Tokens and the sentences that carry them, for :meth:`Client.embed`."""
        tokens = [new_token(self.rng) for _ in range(n)]
        return tokens, [f"Sentensi ya {number} [{token}]" for number, token in enumerate(tokens)]

    # -- evidence -------------------------------------------------------------------------------

    def attempts(self, call: AnyCall, sandbox: Sandbox | None = None) -> tuple[Attempt, ...]:
        """The attempts of a call (a call, a token, or several tokens) at a sandbox, so far."""
        return attempts_of(self.exchanges(sandbox), _tokens(call))

    def exchanges(self, sandbox: Sandbox | None = None) -> tuple[Exchange, ...]:
        """Everything that a sandbox (the primary one) has received so far, in order."""
        return (sandbox or self.sandbox).journal.exchanges()

    async def settled(
        self, call: AnyCall, sandbox: Sandbox | None = None, *, timeout_s: float = 5.0
    ) -> bool:
        """Wait until the server is done with every attempt of a call, `timeout_s` at most.

        Needed before the end of an attempt is judged: the client's outcome may come first.
        """
        journal = (sandbox or self.sandbox).journal

        def done(_: object) -> bool:
            return all(attempt.end_ns is not None for attempt in self.attempts(call, sandbox))

        return await journal.wait_for(done, timeout_s)

    async def late_attempts(
        self, call: AnyCall, sandbox: Sandbox | None = None, *, within_s: float | None = None
    ) -> tuple[Attempt, ...]:
        """Watch for attempts that come after now; returns as soon as one has.

        `within_s` defaults to the drain of reading.md section 0.8: the backoff cap in force plus
        the target ``drain_s``.
        """
        before = len(self.attempts(call, sandbox))
        wait_s = self.drain_s() if within_s is None else within_s
        journal = (sandbox or self.sandbox).journal
        await journal.wait_for(lambda _: len(self.attempts(call, sandbox)) > before, wait_s)
        return self.attempts(call, sandbox)[before:]

    def drain_s(self) -> float:
        """How long late attempts are watched for, in seconds."""
        return self.targets.drain_s + self.limit("backoff_cap_s", 0.0)

    # -- judgement ------------------------------------------------------------------------------

    def check(self, *checks: Check, row: str | None = None) -> None:
        """Take checks in; `row` names the one they belong to (None: every row of the scenario)."""
        rows = self.rows if row is None else (row,)
        self._checks.extend((check, rows) for check in checks)

    def checks(self, row: str) -> tuple[Check, ...]:
        """The checks of one row, in the order in which they were made."""
        return tuple(check for check, rows in self._checks if row in rows)

    def allow(
        self, constant_s: float, *, since_s: float | None = None, typical: bool = False
    ) -> float:
        """A ceiling's constant on this machine: at least five times the noise seen so far.

        Noise since `since_s` of ``time.monotonic()``, or else since this scenario began; its p99.9,
        or its median for what is itself a median (`typical`). For ceilings of short times only (a
        reaction, a lag); never for a floor.
        """
        start_s = self.started_s if since_s is None else since_s
        seen = self._bench.noise.between(start_s, time.monotonic())
        return widened_s(constant_s, seen.p50_s if typical else seen.p999_s)

    def scan(self, text: str | bytes, where: str = "text") -> tuple[str, ...]:
        """Keys of this run that stand in `text`, in any form; one line each, never the key."""
        return self._bench.scanner().scan(text, where)

    def client_output(self) -> str:
        """What the client wrote to stderr in the whole run, unmasked: to be scanned, not shown."""
        return self._bench.client_output()

    def told_by_row(self) -> dict[str, list[Told]]:
        """How the calls of the run came out so far, this scenario's last; to be scanned."""
        by_row: dict[str, list[Told]] = {}
        for row, told in self._bench.told_before():
            by_row.setdefault(row, []).append(told)
        by_row.setdefault(self.rows[0], []).extend(self.told)
        return by_row

    def note(self, text: str) -> None:
        """Add a line to the row's log (masked when it is written)."""
        self.log.append(text)

    @property
    def clients(self) -> tuple[Client, ...]:
        """The instances that were opened, in order."""
        return tuple(self._clients)


def _tokens(call: AnyCall) -> tuple[str, ...]:
    match call:
        case Call():
            return (call.token,)
        case str():
            return (call,)
        case _:
            return tuple(call)


def _merged(snapshot: Any, changes: Mapping[str, Any]) -> Any:
    """The settings with `changes`, nested ones merged and everything validated again."""
    written = snapshot.model_dump()
    for name, value in changes.items():
        old = written.get(name)
        written[name] = (
            {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return type(snapshot).model_validate(written)

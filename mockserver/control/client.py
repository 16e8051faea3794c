"""A typed client for the control API of a running mock server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter, ValidationError

from mockserver.control.calls import (
    MAX_WAIT_S,
    CapacityInfo,
    ClockInfo,
    ConnectionPage,
    Health,
    HoldsPage,
    JournalPage,
    KeyInfo,
    KeyMade,
    LimitInfo,
    RuleInfo,
    RulesCall,
    SandboxInfo,
    written_rule,
)
from mockserver.control.noting import NotesClient
from mockserver.control.operating import AuditPage
from mockserver.control.spending import BudgetInfo, UsagePage
from mockserver.control.transport import TIMEOUT_S, ControlError, UnreachableError
from mockserver.journal import Exchange

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import date, datetime

    from mockserver.faults.rules import Rule
    from mockserver.settings import (
        BudgetSettings,
        CapacitySettings,
        LimitSettings,
        SandboxSettings,
        ScopedBudgetSettings,
    )

__all__ = ["ControlClient", "ControlError", "UnreachableError"]

Model = TypeVar("Model", bound=BaseModel)

EXCHANGE = TypeAdapter(Exchange)


class ControlClient(NotesClient):
    """Steers a mock server from another process; how it is reached: the class ``Transport``.

    Use it as an asynchronous context manager. Every call raises ControlError when the server
    refuses it and UnreachableError when no mock server answers.
    """

    async def health(self) -> Health:
        """The server is up, and these are its sandboxes."""
        return _as(Health, await self._call("GET", "/healthz"))

    async def ready(self) -> bool:
        """Whether every listener accepts connections."""
        try:
            await self._call("GET", "/readyz")
        except ControlError as error:
            if error.status != 503:
                raise
            return False
        return True

    async def audit(self, **asked: object) -> AuditPage:
        """The calls that meant to change something: ``sandbox``, ``after`` (a number), ``limit``.

        See :class:`~mockserver.control.operating.AuditQuery`.
        """
        query = {key: _spelled(value) for key, value in asked.items() if value is not None}
        return _as(AuditPage, await self._call("GET", "/audit", query=query))

    async def sandboxes(self) -> tuple[SandboxInfo, ...]:
        """Every sandbox."""
        return _several(SandboxInfo, await self._call("GET", "/sandboxes"))

    async def sandbox(self, name: str = "default") -> SandboxInfo:
        """One sandbox."""
        return _as(SandboxInfo, await self._call("GET", _at(name)))

    async def open_sandbox(self, settings: SandboxSettings) -> SandboxInfo:
        """A new sandbox on a port of its own."""
        told = settings.model_dump(mode="json", exclude_unset=True, exclude={"rules"})
        told["rules"] = [written_rule(rule) for rule in settings.rules]
        return _as(SandboxInfo, await self._call("POST", "/sandboxes", told))

    async def close_sandbox(self, name: str) -> None:
        """The end of a sandbox, and of its connections."""
        await self._call("DELETE", _at(name))

    async def reset(self, name: str = "default") -> SandboxInfo:
        """Back to the settings: nothing seen, counted or spent, rules anew."""
        return _as(SandboxInfo, await self._call("POST", _at(name, "/reset")))

    async def settings(self, name: str = "default") -> Mapping[str, Any]:
        """The settings in force, without secrets."""
        return _table(await self._call("GET", _at(name, "/settings")))

    async def patch_settings(
        self, patch: Mapping[str, Any], name: str = "default"
    ) -> Mapping[str, Any]:
        """Change some settings: tables are merged, everything else is replaced."""
        return _table(await self._call("PATCH", _at(name, "/settings"), patch))

    async def rules(self, name: str = "default") -> tuple[Rule, ...]:
        """The rules in force."""
        return _rules(await self._call("GET", _at(name, "/rules")))

    async def add_rules(self, *rules: Rule, name: str = "default") -> tuple[Rule, ...]:
        """Rules behind the others; gives all of them, each with its id."""
        return _rules(await self._call("POST", _at(name, "/rules"), _written(rules)))

    async def replace_rules(self, *rules: Rule, name: str = "default") -> tuple[Rule, ...]:
        """These rules and no others (none: every rule is taken away)."""
        return _rules(await self._call("PUT", _at(name, "/rules"), _written(rules)))

    async def remove_rule(self, rule_id: str, name: str = "default") -> tuple[Rule, ...]:
        """One rule less."""
        path = _at(name, f"/rules/{quote(rule_id, safe='')}")
        return _rules(await self._call("DELETE", path))

    async def plan(self, name: str = "default") -> tuple[RuleInfo, ...]:
        """How often each rule matched, fired and was delivered."""
        return _several(RuleInfo, await self._call("GET", _at(name, "/plan")))

    async def journal(
        self,
        name: str = "default",
        *,
        at_least: int | None = None,
        timeout_s: float = 0.0,
        **filters: object,
    ) -> JournalPage:
        """Exchanges by the filters of :class:`~mockserver.control.calls.JournalQuery`.

        With ``at_least`` it waits until so many fit, for ``timeout_s`` seconds at most.
        """
        asked = {**filters, "at_least": at_least, "timeout_s": timeout_s}
        query = {key: _spelled(value) for key, value in asked.items() if value is not None}
        limit_s = min(timeout_s, MAX_WAIT_S) + TIMEOUT_S
        found = await self._call("GET", _at(name, "/journal"), query=query, timeout_s=limit_s)
        return _as(JournalPage, found)

    async def follow_journal(
        self, name: str = "default", *, limit: int = 0, **filters: object
    ) -> AsyncIterator[Exchange]:
        """Exchanges as they end, the last ``limit`` that have ended already first.

        ``filters`` are those of :class:`~mockserver.control.calls.JournalFollow`. It ends when the
        server or the sandbox does.
        """
        asked = {**filters, "limit": limit}
        query = {key: _spelled(value) for key, value in asked.items() if value is not None}
        async for event in self._events(_at(name, "/journal/stream"), query):
            if event.name == "message":
                yield EXCHANGE.validate_json(event.data)

    async def clear_journal(self, name: str = "default") -> None:
        """Forget what was seen."""
        await self._call("DELETE", _at(name, "/journal"))

    async def holds(
        self,
        name: str = "default",
        *,
        gate: str | None = None,
        at_least: int | None = None,
        timeout_s: float = 0.0,
    ) -> HoldsPage:
        """The gates of ``hold_until_released`` (or one), and who waits at them.

        With ``at_least`` it waits until so many are parked at the gate, for ``timeout_s`` seconds
        at most.
        """
        asked = {"gate": gate, "at_least": at_least, "timeout_s": timeout_s}
        query = {key: _spelled(value) for key, value in asked.items() if value is not None}
        limit_s = min(timeout_s, MAX_WAIT_S) + TIMEOUT_S
        found = await self._call("GET", _at(name, "/holds"), query=query, timeout_s=limit_s)
        return _as(HoldsPage, found)

    async def release(
        self,
        gate: str,
        name: str = "default",
        *,
        count: int | None = None,
        keep_open: bool = False,
    ) -> int:
        """Let go of the first ``count`` that wait at a gate (None: of all); how many they were."""
        told: dict[str, object] = {"gate": gate, "keep_open": keep_open}
        if count is not None:
            told["count"] = count
        answer = _table(await self._call("POST", _at(name, "/holds"), told))
        return int(answer["released"])

    async def connections(self, name: str = "default") -> ConnectionPage:
        """The connections."""
        return _as(ConnectionPage, await self._call("GET", _at(name, "/connections")))

    async def budget(self, name: str = "default") -> BudgetInfo:
        """Limit, spent and set aside."""
        return _as(BudgetInfo, await self._call("GET", _at(name, "/budget")))

    async def set_budget(self, budget: BudgetSettings, name: str = "default") -> BudgetInfo:
        """A budget with these settings; what was spent stays spent."""
        told = budget.model_dump(mode="json", exclude_unset=True)
        return _as(BudgetInfo, await self._call("PUT", _at(name, "/budget"), told))

    async def remove_budget(self, name: str = "default") -> BudgetInfo:
        """No budget."""
        return _as(BudgetInfo, await self._call("DELETE", _at(name, "/budget")))

    async def raise_budget(
        self, name: str = "default", *, to_units: float | None = None, by_units: float | None = None
    ) -> BudgetInfo:
        """A new limit, or so much more of the old one."""
        asked = {"to_units": to_units, "by_units": by_units}
        told = {key: float(value) for key, value in asked.items() if value is not None}
        return _as(BudgetInfo, await self._call("POST", _at(name, "/budget/raise"), told))

    async def reset_budget(self, name: str = "default") -> BudgetInfo:
        """A new period: nothing is spent."""
        return _as(BudgetInfo, await self._call("POST", _at(name, "/budget/reset")))

    async def budgets(self, name: str = "default") -> tuple[BudgetInfo, ...]:
        """Every account of every budget."""
        return _several(BudgetInfo, await self._call("GET", _at(name, "/budgets")))

    async def set_budgets(
        self, *budgets: ScopedBudgetSettings, name: str = "default"
    ) -> tuple[BudgetInfo, ...]:
        """These budgets and no others beside the table ``budget``."""
        told = [budget.model_dump(mode="json", exclude_unset=True) for budget in budgets]
        return _several(
            BudgetInfo, await self._call("PUT", _at(name, "/budgets"), {"budgets": told})
        )

    async def change_budget(
        self, change: str, budget: str = "budget", name: str = "default", **asked: object
    ) -> tuple[BudgetInfo, ...]:
        """``raise``, ``top-up`` or ``reset`` a budget by its id; ``asked`` as its question has it.

        See :class:`~mockserver.control.spending.BudgetRaise`, ``BudgetTopUp``, ``BudgetReset``.
        """
        path = _at(name, f"/budgets/{quote(budget, safe='')}/{change}")
        return _several(BudgetInfo, await self._call("POST", path, asked))

    async def usage(
        self, name: str = "default", *, by: Sequence[str] | None = None, **days: date | None
    ) -> UsagePage:
        """What was used, summed ``by`` dimensions, of the days ``since`` and ``until``."""
        query = {key: day.isoformat() for key, day in days.items() if day is not None}
        if by is not None:
            query["by"] = ",".join(by)
        return _as(UsagePage, await self._call("GET", _at(name, "/usage"), query=query))

    async def set_rate_limit(
        self, requests_per_minute: int, name: str = "default", **others: object
    ) -> None:
        """A limit; ``others`` are further fields of RateLimitSettings."""
        told = {"requests_per_minute": requests_per_minute, **others}
        await self._call("PUT", _at(name, "/rate-limit"), told)

    async def remove_rate_limit(self, name: str = "default") -> None:
        """No limit."""
        await self._call("DELETE", _at(name, "/rate-limit"))

    async def clock(self, name: str = "default") -> ClockInfo:
        """What time it is."""
        return _as(ClockInfo, await self._call("GET", _at(name, "/clock")))

    async def freeze_clock(self, name: str = "default") -> ClockInfo:
        """Let time stand still."""
        return _as(ClockInfo, await self._call("PUT", _at(name, "/clock"), {"frozen": True}))

    async def resume_clock(self, name: str = "default") -> ClockInfo:
        """Let time run on."""
        return _as(ClockInfo, await self._call("PUT", _at(name, "/clock"), {"frozen": False}))

    async def set_clock(self, now: datetime, name: str = "default") -> ClockInfo:
        """Turn it forward to an instant (with a zone)."""
        told = {"now": now.isoformat()}
        return _as(ClockInfo, await self._call("PUT", _at(name, "/clock"), told))

    async def advance_clock(self, seconds: float, name: str = "default") -> ClockInfo:
        """Turn it forward by so many seconds."""
        told = {"advance_s": float(seconds)}
        return _as(ClockInfo, await self._call("POST", _at(name, "/clock"), told))

    async def limits(self, name: str = "default") -> tuple[LimitInfo, ...]:
        """How every limit stands for everybody who has asked."""
        told = _table(await self._call("GET", _at(name, "/rate-limits")))
        return _several(LimitInfo, told.get("standings"))

    async def set_limits(self, *limits: LimitSettings, name: str = "default") -> None:
        """These limits in place of those in the list; none takes all of them away."""
        told = [limit.model_dump(mode="json", exclude_unset=True) for limit in limits]
        await self._call("PUT", _at(name, "/rate-limits"), {"rate_limits": told})

    async def keys(self, name: str = "default") -> tuple[KeyInfo, ...]:
        """Every key, without secrets."""
        return _several(KeyInfo, await self._call("GET", _at(name, "/keys")))

    async def add_key(self, key_id: str, name: str = "default", **others: object) -> KeyMade:
        """A key; ``others`` are further fields of KeySettings. Without ``key`` one is made."""
        told = {"id": key_id, **others}
        return _as(KeyMade, await self._call("POST", _at(name, "/keys"), told))

    async def revoke_key(self, key_id: str, name: str = "default") -> KeyInfo:
        """A key that opens nothing any more."""
        return _as(KeyInfo, await self._call("POST", _key(name, key_id, "revoke")))

    async def block_key(
        self, key_id: str, name: str = "default", *, for_s: float | None = None
    ) -> KeyInfo:
        """A blocked key, for a while or until it is unblocked."""
        told = {} if for_s is None else {"for_s": float(for_s)}
        return _as(KeyInfo, await self._call("POST", _key(name, key_id, "block"), told))

    async def unblock_key(self, key_id: str, name: str = "default") -> KeyInfo:
        """A key that is not blocked."""
        return _as(KeyInfo, await self._call("POST", _key(name, key_id, "unblock")))

    async def rotate_key(
        self, key_id: str, name: str = "default", *, overlap_s: float = 0.0, key: str | None = None
    ) -> KeyMade:
        """A new secret for a key; the one before opens ``overlap_s`` seconds more."""
        told: dict[str, object] = {"overlap_s": float(overlap_s)}
        told |= {} if key is None else {"key": key}
        return _as(KeyMade, await self._call("POST", _key(name, key_id, "rotate"), told))

    async def capacity(self, name: str = "default") -> CapacityInfo:
        """The workers, and who waits for them."""
        return _as(CapacityInfo, await self._call("GET", _at(name, "/capacity")))

    async def set_capacity(self, capacity: CapacitySettings, name: str = "default") -> CapacityInfo:
        """Workers and a queue with these settings."""
        told = capacity.model_dump(mode="json")
        return _as(CapacityInfo, await self._call("PUT", _at(name, "/capacity"), told))

    async def change_capacity(
        self, name: str = "default", *, workers: int | None = None, frozen: bool | None = None
    ) -> CapacityInfo:
        """Another number of workers (a brownout), or no service that begins from now on."""
        asked = {"workers": workers, "frozen": frozen}
        told = {key: value for key, value in asked.items() if value is not None}
        return _as(CapacityInfo, await self._call("POST", _at(name, "/capacity"), told))

    async def remove_capacity(self, name: str = "default") -> CapacityInfo:
        """A worker for everybody."""
        return _as(CapacityInfo, await self._call("DELETE", _at(name, "/capacity")))


def _at(name: str, rest: str = "") -> str:
    return f"/sandboxes/{quote(name, safe='')}{rest}"


def _key(name: str, key_id: str, call: str) -> str:
    return _at(name, f"/keys/{quote(key_id, safe='')}/{call}")


def _as(model: type[Model], value: object) -> Model:
    """The value as an answer of this kind; raises UnreachableError when it is none."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise UnreachableError(
            f"what answers is no mock server of this version ({error.error_count()} fields "
            "are not as they should be)"
        ) from error


def _several(model: type[Model], value: object) -> tuple[Model, ...]:
    return tuple(_as(model, item) for item in (value if isinstance(value, list) else [value]))


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _rules(value: object) -> tuple[Rule, ...]:
    return _as(RulesCall, value).rules


def _written(rules: Sequence[Rule]) -> dict[str, Any]:
    return {"rules": [written_rule(rule) for rule in rules]}


def _spelled(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)

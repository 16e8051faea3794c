"""The servers of a run: what each lane's sandboxes are opened with.

Each lane has servers of its own, so that the lanes do not meet: ``client`` and ``control``, and
beside them ``client-backup`` and ``control-backup`` where the profile has a second server. All of
them draw from the run's seed, so a fault meets both lanes alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from loadtests.errors import InputError
from loadtests.plan import CLIENT, CONTROL
from loadtests.profile import PRIMARY as EVERYONE
from loadtests.profile_file import traffic_of
from mockserver.configuration.file import ConfigError, check, merge
from mockserver.settings import DEFAULT_KEY, KeySettings, SandboxSettings
from mockserver.settings.budget import ScopedBudgetSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadtests.profile import Profile
    from loadtests.request import LoadRequest
    from mockserver.sandbox import Sandbox
    from scenarios.keyring import Keyring

ServerName = Literal["primary", "backup"]
PRIMARY: Final = "primary"
BACKUP: Final = "backup"

RUN_BUDGET = "load-run"
"""The id of the budget that counts everything and refuses nothing."""

EXCHANGES_KEPT = 1_000
"""Closed exchanges that a journal keeps: each is taken out of it as it ends, so few are enough."""

RESERVED: Mapping[str, str] = {
    "name": "the run names its servers",
    "port": "the run chooses the ports",
    "keys": "the run makes the keys, one for each tenant",
    "seed": "the seed is the run's (--seed)",
    "clock": "a load test goes by the real clock",
    "announce_rules": "the server says nothing of its rules while a client is judged",
}
"""Settings that a profile cannot have, and why."""


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """One server of one lane, before it is opened. ``keys`` are the tenants' secrets."""

    lane: str
    server: ServerName
    settings: SandboxSettings
    keys: Mapping[str, str]


def servers_of(request: LoadRequest, keyring: Keyring) -> tuple[ServerPlan, ...]:
    """Every server of a run, with keys from the keyring. Raises InputError."""
    profile = request.profile
    tenants = tenants_of(profile)
    fixed = is_application(request.spec)
    if fixed and len(tenants) > 1:
        raise InputError(
            f"profile {profile.name}: has {len(tenants)} tenants, each with a key of its own, and "
            "an application is asked with one; choose a profile without tenants"
        )
    servers: list[ServerPlan] = []
    for lane in (CLIENT, CONTROL) if request.control else (CLIENT,):
        fixed_here = fixed and lane == CLIENT
        for server, table in _tables(profile):
            keys = {tenant: keyring.new_key() for tenant in tenants}
            port = 0
            if fixed_here and server == PRIMARY:
                keys, port = {tenants[0]: DEFAULT_KEY}, request.mock_port
            own = {"name": lane if server == PRIMARY else f"{lane}-{server}", "port": port}
            settings = _settings(table, own, keys, request.seed, _place(profile, server))
            servers.append(ServerPlan(lane, server, settings, keys))
    return tuple(servers)


def is_application(spec: str) -> bool:
    """Whether a client is an application, which knows one address of the mock."""
    return spec.startswith(("http://", "https://"))


def tenants_of(profile: Profile) -> tuple[str, ...]:
    """Every tenant that asks in some phase, in the order in which the profile names them."""
    named: dict[str, None] = {}
    for phase in profile.phases:
        named |= dict.fromkeys(traffic_of(profile, phase).tenants or (EVERYONE,))
    return tuple(named)


def refuse_reserved(table: Mapping[str, Any], place: str, reserved: Mapping[str, str]) -> None:
    """Raise InputError for the first setting that is not the profile's to have."""
    for name in table:
        if name in reserved:
            raise InputError(f"{place}: {name}: {reserved[name]}; leave it out")


def checked_settings(table: Mapping[str, Any], place: str) -> SandboxSettings:
    """The settings in a table, with the run's own budget beside theirs. Raises InputError."""
    try:
        settings = check(SandboxSettings, table, place)
    except ConfigError as error:
        raise InputError(str(error)) from None
    if any(budget.id == RUN_BUDGET for budget in settings.budgets):
        return settings
    return settings.model_copy(update={"budgets": (*settings.budgets, _COUNTS_ALL)})


def spent_micro(sandbox: Sandbox) -> int:
    """What the ledger of a server says was spent at it so far, in micro-units."""
    accounts = sandbox.ledger.accounts(sandbox.clock.wall_s())
    return sum(one.period.units.spent for one in accounts if one.budget.id == RUN_BUDGET)


_COUNTS_ALL = ScopedBudgetSettings(id=RUN_BUDGET, mode="soft", limit_units=1e9, alerts=())


def _tables(profile: Profile) -> tuple[tuple[ServerName, Mapping[str, Any]], ...]:
    if profile.backup is None:
        return ((PRIMARY, profile.server),)
    return ((PRIMARY, profile.server), (BACKUP, profile.backup))


def _place(profile: Profile, server: ServerName) -> str:
    return f"profile {profile.name}: {'server' if server == PRIMARY else 'backup'}"


def _settings(
    table: Mapping[str, Any],
    own: Mapping[str, Any],
    keys: Mapping[str, str],
    seed: int,
    place: str,
) -> SandboxSettings:
    refuse_reserved(table, place, RESERVED)
    below: dict[str, Any] = {
        **own,
        "seed": seed,
        "keys": tuple(KeySettings(id=tenant, key=key) for tenant, key in keys.items()),
        "journal": {"max_exchanges": EXCHANGES_KEPT},
    }
    return checked_settings(merge(below, table), place)

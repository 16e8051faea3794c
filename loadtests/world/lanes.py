"""Who goes through the schedule: the client under test, and beside it one that never retries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadtests.errors import InputError
from loadtests.plan import CLIENT, CONTROL, RAW, Instance, Lane
from loadtests.world.sandboxes import BACKUP, PRIMARY
from mockserver.api.models import EMBER
from scenarios.clients.errors import ClientsError
from scenarios.clients.protocol import SETTINGS
from scenarios.clients.spec import parse_spec
from scenarios.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from loadtests.profile import Profile
    from loadtests.request import LoadRequest
    from loadtests.world.sandboxes import ServerName

CONTROL_SPEC = "reference"

MADE_BY_THE_RUN = frozenset({"base_url", "api_key", "api_keys", "fallbacks", "ca_file"})
"""Settings that name the run's own servers and keys."""

KEPT_BY_CONTROL = (
    *("model", "timeout_s", "connect_timeout_s", "idle_timeout_s", "max_elapsed_s"),
    "environment",
)
"""What the control has of the client's settings; all else would hold calls back or repeat them."""

NEVER_RETRIES: Mapping[str, Any] = {"max_attempts": 1, "max_concurrency": 100_000}
"""One attempt for each call, at once."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a lane finds one of its servers, and with which key each tenant."""

    lane: str
    server: ServerName
    base_url: str
    keys: Mapping[str, str]
    ca_file: Path | None = None


def check_client(request: LoadRequest) -> None:
    """Raise InputError for a client spec that leads nowhere, or settings that no client has."""
    if request.spec != RAW:
        try:
            parse_spec(request.spec)
        except ClientsError as error:
            raise InputError(f"{error}, {RAW}") from None
    place = f"profile {request.profile.name}: client"
    for name in request.profile.client:
        if name in MADE_BY_THE_RUN:
            raise InputError(f"{place}: {name}: the run's own servers have theirs; leave it out")
        if name not in SETTINGS:
            raise InputError(f"{place}: no setting {name!r} in the protocol{_nearest(name)}")


def client_settings(profile: Profile, lane: str) -> dict[str, Any]:
    """What every instance of a lane is opened with, but for addresses and keys."""
    given = {"model": EMBER, **profile.client}
    if lane == CLIENT:
        return given
    return {name: given[name] for name in KEPT_BY_CONTROL if name in given} | dict(NEVER_RETRIES)


def lanes_of(request: LoadRequest, addresses: Sequence[Address]) -> tuple[Lane, ...]:
    """The lanes of a run, with an instance for each tenant."""
    specs = {CLIENT: request.spec, CONTROL: CONTROL_SPEC}
    by_place = {(one.lane, one.server): one for one in addresses}
    lanes: list[Lane] = []
    for lane in dict.fromkeys(one.lane for one in addresses):
        primary = by_place[lane, PRIMARY]
        backup = by_place.get((lane, BACKUP)) if lane == CLIENT else None
        settings = client_settings(request.profile, lane)
        instances = tuple(
            Instance(tenant, settings | _where(primary, backup, tenant, settings["model"]))
            for tenant in primary.keys
        )
        lanes.append(Lane(lane, specs[lane], instances, processes=request.adapters))
    return tuple(lanes)


def _where(primary: Address, backup: Address | None, tenant: str, model: object) -> dict[str, Any]:
    """The settings that name servers and keys."""
    told: dict[str, Any] = {"base_url": primary.base_url, "api_key": primary.keys[tenant]}
    if primary.ca_file is not None:
        told["ca_file"] = str(primary.ca_file)
    if backup is not None:
        second = {"base_url": backup.base_url, "api_key": backup.keys[tenant], "model": model}
        told["fallbacks"] = [second]
    return told


def _nearest(name: str) -> str:
    return nearest(name, SETTINGS - MADE_BY_THE_RUN)

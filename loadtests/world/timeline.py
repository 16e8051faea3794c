"""What the phases of a profile do to a server: its settings from each phase on.

All of it is worked out and checked before anything starts, so that a phase is entered by putting
a finished snapshot in force, at the same moment in all lanes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loadtests.errors import InputError
from loadtests.world.sandboxes import BACKUP, RESERVED, checked_settings, refuse_reserved
from mockserver.configuration.file import merge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadtests.profile import CapacityChange, Profile
    from loadtests.world.sandboxes import ServerName
    from mockserver.sandbox import Sandbox
    from mockserver.settings import SandboxSettings

RESERVED_IN_PHASES: Mapping[str, str] = {
    **RESERVED,
    "journal": "it is set when the server is opened",
}


def states_of(
    profile: Profile, opened: SandboxSettings, server: ServerName
) -> tuple[SandboxSettings, ...]:
    """The settings of a server in each phase; it stays as the last phase left it.

    ``opened`` is what the profile opens it with. The rules of each snapshot are those that are in
    force: those of the latest phase that had some. Raises InputError for what does not fit.
    """
    now, states = opened, []
    for phase in profile.phases:
        place = f"profile {profile.name}: phase {phase.name}"
        if profile.backup is None and phase.backup:
            raise InputError(f"{place}: backup: the profile has no backup; give it [backup] first")
        if server == BACKUP:
            now = _patched(now, phase.backup, f"{place}: backup")
        else:
            now = _patched(now, phase.server, f"{place}: server")
            now = _with_capacity(now, phase.capacity, f"{place}: capacity")
            now = _with_budget(now, phase.budget_to_units, f"{place}: budget_to_units")
        states.append(now)
    return tuple(states)


def begin(sandbox: Sandbox, t0_ns: int) -> None:
    """Let a server begin anew for the run whose clock starts at ``t0_ns``.

    What was seen and spent before is forgotten, and the windows of the rules count from the start
    of the run, which may be a moment ahead: so they are in force for the very first request.
    """
    sandbox.reset()
    sandbox.plan_set_ns = t0_ns


def enter(sandbox: Sandbox, state: SandboxSettings) -> None:
    """Put the settings of a phase in force. Rules that are as they were keep counters and age."""
    if state != sandbox.settings:
        sandbox.revise(state, state.rules)


def _patched(now: SandboxSettings, patch: Mapping[str, Any], place: str) -> SandboxSettings:
    if not patch:
        return now
    refuse_reserved(patch, place, RESERVED_IN_PHASES)
    others = {name: value for name, value in patch.items() if name != "rules"}
    changed = merge(now.model_dump(exclude={"rules"}), others)
    return checked_settings({**changed, "rules": patch.get("rules", now.rules)}, place)


def _with_capacity(
    now: SandboxSettings, change: CapacityChange | None, place: str
) -> SandboxSettings:
    if change is None:
        return now
    if now.capacity is None:
        raise InputError(f"{place}: the server has a worker for everybody; give it server.capacity")
    capacity = now.capacity.model_copy(update=change.model_dump(exclude_none=True))
    return now.model_copy(update={"capacity": capacity})


def _with_budget(now: SandboxSettings, to_units: float | None, place: str) -> SandboxSettings:
    if to_units is None:
        return now
    if now.budget is None:
        raise InputError(f"{place}: the server has no budget; give it server.budget")
    budget = now.budget.model_copy(update={"limit_units": to_units})
    return now.model_copy(update={"budget": budget})

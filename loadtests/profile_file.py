"""Finding and reading profiles: the shipped ones by name, a person's own by path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadtests.errors import InputError
from loadtests.profile import Phase, Profile, Traffic
from mockserver.configuration.file import ConfigError, check, merge, read_table
from scenarios.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED = Path(__file__).with_name("profiles")


def shipped() -> tuple[str, ...]:
    """The names of the shipped profiles."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def load_profile(name: str) -> Profile:
    """A shipped profile by name, or a file (anything with a suffix or a slash).

    A file may begin with ``extends = "outage"``: its tables are laid over that profile's, and its
    phases, where it has some, take the place of all of that profile's.

    Raises InputError, one line for every mistake.
    """
    path = Path(name)
    if not path.suffix and "/" not in name:
        path = _shipped_path(name)
    try:
        return _checked(_extended(read_table(path), path), path)
    except ConfigError as error:
        raise InputError(str(error)) from None


def shipped_text(name: str) -> str:
    """The file of a shipped profile, as it was written. Raises InputError."""
    return _shipped_path(name).read_text("utf-8")


def profile_of(table: Mapping[str, Any], name: str) -> Profile:
    """The profile in a table; ``name`` is what messages call it. Raises InputError."""
    try:
        return _checked(dict(table), Path(name))
    except ConfigError as error:
        raise InputError(str(error)) from None


def traffic_of(profile: Profile, phase: Phase) -> Traffic:
    """The traffic of one phase: its own words laid over the profile's. Raises InputError."""
    below = profile.traffic.model_dump(exclude_unset=True)
    replaced = {key: below[key] for key in below if key not in ("mix", "tenants")} | {
        key: below[key] for key in ("mix", "tenants") if key in below and key not in phase.traffic
    }
    try:
        place = f"profile {profile.name}: phase {phase.name}: traffic"
        return check(Traffic, merge(replaced, phase.traffic), place)
    except ConfigError as error:
        raise InputError(str(error)) from None


def _shipped_path(name: str) -> Path:
    if name not in shipped():
        raise InputError(
            f"there is no profile {name!r}{nearest(name, shipped())}; the shipped ones are "
            f"{', '.join(shipped())}, your own is a path that ends in .toml"
        )
    return SHIPPED / f"{name}.toml"


def _extended(table: dict[str, Any], path: Path) -> dict[str, Any]:
    base = table.pop("extends", None)
    if base is None:
        return table
    if not isinstance(base, str) or base not in shipped():
        raise InputError(
            f"{path}: extends: {base!r} is no shipped profile; they are {', '.join(shipped())}"
        )
    below = read_table(SHIPPED / f"{base}.toml")
    return {**merge(below, table), **{key: table[key] for key in ("phases",) if key in table}}


def _checked(table: dict[str, Any], path: Path) -> Profile:
    profile = check(Profile, table, str(path))
    for phase in profile.phases:
        traffic_of(profile, phase)
    return profile

"""Every number that a check compares with and that a user may set.

A target file is TOML, one table ``[targets]``, one line a target::

    [targets]
    reaction_s = 0.5

A scenario reads a target as ``lab.targets.reaction_s``. Units are in the names; each default comes
from the row's rule in the catalogue or from behaviours/reading.md sections 0.8 and 0.9.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenarios.errors import InputError, nearest

if TYPE_CHECKING:
    from pathlib import Path


def _target(default: float, reason: str, *, above: float = 0.0) -> Any:
    return Field(default, ge=above, allow_inf_nan=False, strict=True, description=reason)


class Targets(BaseModel):
    """The targets of a run. Frozen; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reaction_s: float = _target(0.25, "how long a client may take to act on a limit of its own")
    socket_close_s: float = _target(1.0, "how long a client may keep a socket it has given up")
    drain_s: float = _target(5.0, "how long to watch for attempts after a call has ended")
    plain_call_s: float = _target(10.0, "how long a plain call to a healthy server may take")

    permanent_error_s: float = _target(1.0, "RETRY-004: how soon a permanent error is told")
    single_attempt_s: float = _target(0.25, "RETRY-019: how soon one failed attempt is told")
    mean_first_gap_s: float = _target(0.01, "BACK-001, RATE-005: mean pause, undeclared backoff")
    mean_gap_sum_s: float = _target(0.1, "BACK-001: mean sum of four pauses, undeclared backoff")
    cap_excess_s: float = _target(0.25, "BACK-003: how far a pause may exceed the cap, at least")
    cap_excess_share: float = _target(0.1, "BACK-003: the same as a share of the cap")
    undeclared_cap_s: float = _target(30.0, "BACK-003: longest pause, undeclared cap")
    jitter_none: float = _target(0.04, "BACK-004: a spread below this is no jitter at all")
    jitter_narrow: float = _target(0.12, "BACK-004: a spread below this is an advisory")
    significance: float = _target(1e-3, "BACK-002: false-alarm rate of a statistical check")

    date_resolution_s: float = _target(1.0, "RATE-002: an HTTP date has whole seconds")
    malformed_hint_call_s: float = _target(60.0, "RATE-005: longest call after a malformed hint")
    long_hint_error_s: float = _target(1.0, "RATE-006: how soon a call with a long hint ends")
    long_hint_watch_s: float = _target(10.0, "RATE-006: how long early attempts are watched for")

    response_limit_s: float = _target(120.0, "TIME-002: longest silence, undeclared timeout")
    idle_limit_s: float = _target(120.0, "TIME-003: longest silence in a stream, undeclared")
    idle_limit_factor: float = _target(3.0, "TIME-003: a hang beyond this many limits fails")
    drip_deadline_excess_s: float = _target(0.5, "TIME-004: how late a deadline may be, dripped")
    attempt_after_deadline_s: float = _target(0.05, "TIME-006: latest attempt after the deadline")

    marker_s: float = _target(0.5, "SSE-010: how soon after the marker the call is complete")
    delta_lag_median_s: float = _target(0.1, "SSE-020: median lag from the wire to the caller")
    delta_lag_max_s: float = _target(0.3, "SSE-020: longest lag from the wire to the caller")
    first_delta_lag_s: float = _target(0.1, "LAT-002: median lag of the first piece of text")

    batch_efficiency: float = _target(0.7, "BATCH-001: share of the best possible combining")
    budget_refusal_s: float = _target(0.05, "COST-002: how soon a call over budget is refused")
    error_kinds_good: float = _target(10, "ERR-004: distinct kinds of error without an advisory")
    error_kinds_least: float = _target(6, "ERR-004: fewer distinct kinds of error fail")

    noise_limit_s: float = _target(0.02, "p99 of the machine's lateness that voids timing checks")


def load_targets(path: Path | None) -> Targets:
    """The targets of a file, defaults for what it does not name; all defaults without a file.

    Raises:
        InputError: Unreadable file, no TOML, an unknown target or a value that is no such number.
    """
    if path is None:
        return Targets()
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise InputError(f"targets file {path}: {reason}") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"targets file {path} is no TOML: {error}") from None
    table = written.pop("targets", {})
    if written or not isinstance(table, dict):
        stray = next(iter(written), "targets")
        raise InputError(f"targets file {path}: {stray!r} has no place; write one table [targets]")
    return _checked(table, path)


def _checked(table: dict[str, Any], path: Path) -> Targets:
    for name in table:
        if name not in Targets.model_fields:
            raise InputError(
                f"targets file {path}: unknown target {name!r}{nearest(name, Targets.model_fields)}"
            )
    try:
        return Targets.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"targets file {path}: {name} = {first['input']!r}: {first['msg'].lower()}"
        ) from None

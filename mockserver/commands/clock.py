"""``pawa-mock clock``: show, stop and turn the time of a running server's sandbox."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import click

from mockserver.commands.remote import server_options, steer
from mockserver.moments import iso_time

if TYPE_CHECKING:
    from mockserver.control.calls import ClockInfo

SECONDS_IN = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_PARTS = re.compile(rf"(?:{_PART.pattern})+")


def _duration(_: click.Context, __: click.Parameter, value: str) -> float:
    seconds = duration_s(value)
    if seconds is None:
        raise click.BadParameter(f"{value!r} is no duration; write 90s, 1h30m or 2d")
    return seconds


def _instant(_: click.Context, __: click.Parameter, value: str) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no instant; write 2027-01-01T00:00:00Z") from error
    if instant.tzinfo is None:
        raise click.BadParameter(f"{value!r} says no zone; end it with Z or +03:00")
    return instant


def duration_s(text: str) -> float | None:
    """Seconds in ``90s``, ``1h30m``, ``500ms``, ``2d`` or a bare number; None for no duration."""
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    if _PARTS.fullmatch(text) is None:
        return None
    return sum(float(number) * SECONDS_IN[unit] for number, unit in _PART.findall(text))


@click.group(short_help="Show, stop or turn the time of a running server.")
def clock() -> None:
    """Show, stop and turn the clock of a sandbox.

    \b
    pawa-mock clock show
    pawa-mock clock freeze
    pawa-mock clock advance 90s
    pawa-mock clock set 2027-01-01T00:00:00Z
    pawa-mock clock resume

    Limits, budgets, plans and pauses go by this clock; the stamps in the journal do not.
    """


@clock.command(name="show")
@server_options
def show_clock(server: str, sandbox: str, control_token: str | None) -> None:
    """What time it is there, and who waits."""
    _tell(steer(server, control_token, lambda client: client.clock(sandbox)))


@clock.command()
@server_options
def freeze(server: str, sandbox: str, control_token: str | None) -> None:
    """Let time stand still."""
    _tell(steer(server, control_token, lambda client: client.freeze_clock(sandbox)))


@clock.command()
@click.argument("duration", callback=_duration)
@server_options
def advance(duration: float, server: str, sandbox: str, control_token: str | None) -> None:
    """Turn it forward by DURATION: 90s, 1h30m, 2d."""
    _tell(steer(server, control_token, lambda client: client.advance_clock(duration, sandbox)))


@clock.command(name="set")
@click.argument("instant", callback=_instant)
@server_options
def set_clock(instant: datetime, server: str, sandbox: str, control_token: str | None) -> None:
    """Turn it forward to INSTANT: 2027-01-01T00:00:00Z."""
    _tell(steer(server, control_token, lambda client: client.set_clock(instant, sandbox)))


@clock.command()
@server_options
def resume(server: str, sandbox: str, control_token: str | None) -> None:
    """Let time run on."""
    _tell(steer(server, control_token, lambda client: client.resume_clock(sandbox)))


def _tell(info: ClockInfo) -> None:
    state = "stopped" if info.frozen else "running"
    due = "" if info.next_due_s is None else f", the first for {info.next_due_s:g} s more"
    click.echo(f"{iso_time(info.wall_s)} {state}, {info.waiting} wait{due}")

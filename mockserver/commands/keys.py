"""``pawa-mock keys``: the API keys of a running server, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click
import orjson
from rich.table import Table
from rich.text import Text

from mockserver.commands.clock import duration_s
from mockserver.commands.completion import key_ids
from mockserver.commands.remote import server_options, steer
from mockserver.commands.tables import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.control.calls import KeyInfo, KeyMade
    from mockserver.control.client import ControlClient


def seconds(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """Seconds out of a duration; for options."""
    if value is None:
        return None
    found = duration_s(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no duration; write 90s, 1h30m or 2d")
    return found


@click.group(short_help="Show, add, block, revoke or rotate the keys of a running server.")
def keys() -> None:
    """Show and change the API keys of a sandbox.

    \b
    pawa-mock keys list
    pawa-mock keys add worker --project shop --model 'pawa-v1-*'
    pawa-mock keys block worker --for 10m
    pawa-mock keys unblock worker
    pawa-mock keys rotate worker --overlap 1h
    pawa-mock keys revoke worker

    A change lasts until the server ends; a reset of the sandbox does not undo it.
    """


@keys.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_options
def list_keys(*, as_json: bool, server: str, sandbox: str, control_token: str | None) -> None:
    """List the keys with their state, never their secrets."""
    found = steer(server, control_token, lambda client: client.keys(sandbox))
    if as_json:
        click.echo(orjson.dumps([key.model_dump() for key in found], option=orjson.OPT_INDENT_2))
    elif found:
        show(keys_table(found))
    else:
        click.echo("no keys")


@keys.command()
@click.argument("key_id", metavar="ID")
@click.option("--project", help="The project that it belongs to.")
@click.option("--environment", help="The environment that it is for.")
@click.option("--model", "models", multiple=True, metavar="GLOB", help="Only these models.")
@click.option("--endpoint", "endpoints", multiple=True, metavar="GLOB", help="Only these paths.")
@click.option("--uses", type=int, help="For so many requests.")
@click.option("--for", "for_s", callback=seconds, metavar="DURATION", help="For so long: 1h30m.")
@server_options
def add(
    *,
    key_id: str,
    for_s: float | None,
    server: str,
    sandbox: str,
    control_token: str | None,
    **others: Any,
) -> None:
    """Add a key; its secret is made, and printed this once.

    \b
    pawa-mock keys add worker --project shop --uses 100
    pawa-mock keys add visitor --for 1h
    """
    told = {name: value for name, value in others.items() if value not in {None, ()}}

    async def work(client: ControlClient) -> KeyMade:
        if for_s is not None:
            now = (await client.clock(sandbox)).now
            told["expires_at"] = (now + timedelta(seconds=for_s)).isoformat()
        return await client.add_key(key_id, sandbox, **told)

    _tell_made(steer(server, control_token, work))


@keys.command()
@click.argument("key_id", metavar="ID", shell_complete=key_ids)
@server_options
def revoke(key_id: str, server: str, sandbox: str, control_token: str | None) -> None:
    """Let a key open nothing any more; it cannot be undone."""
    _tell(steer(server, control_token, lambda client: client.revoke_key(key_id, sandbox)))


@keys.command()
@click.argument("key_id", metavar="ID", shell_complete=key_ids)
@click.option(
    "--for",
    "for_s",
    callback=seconds,
    metavar="DURATION",
    help="For so long; else for good.",
)
@server_options
def block(
    *, key_id: str, for_s: float | None, server: str, sandbox: str, control_token: str | None
) -> None:
    """Block a key, for a while or until it is unblocked."""
    _tell(
        steer(server, control_token, lambda client: client.block_key(key_id, sandbox, for_s=for_s))
    )


@keys.command()
@click.argument("key_id", metavar="ID", shell_complete=key_ids)
@server_options
def unblock(key_id: str, server: str, sandbox: str, control_token: str | None) -> None:
    """Let a blocked key open again."""
    _tell(steer(server, control_token, lambda client: client.unblock_key(key_id, sandbox)))


@keys.command()
@click.argument("key_id", metavar="ID", shell_complete=key_ids)
@click.option(
    "--overlap",
    "overlap_s",
    callback=seconds,
    metavar="DURATION",
    help="The old secret opens so long more; else it stops at once.",
)
@server_options
def rotate(
    *, key_id: str, overlap_s: float | None, server: str, sandbox: str, control_token: str | None
) -> None:
    """Give a key a new secret, which is printed this once."""
    _tell_made(
        steer(
            server,
            control_token,
            lambda client: client.rotate_key(key_id, sandbox, overlap_s=overlap_s or 0.0),
        )
    )


def keys_table(found: Sequence[KeyInfo]) -> Table:
    """A line for each key."""
    table = Table("key", "project", "state", "opens", "left", "environment", box=None)
    for key in found:
        opens = ", ".join((*key.models, *key.endpoints)) or "everything"
        cells = (key.id, key.project, _state(key), opens, _left(key), key.environment or "-")
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _state(key: KeyInfo) -> str:
    told = key.state
    if key.blocked_s is not None:
        told += f" for {key.blocked_s:g} s"
    return f"{told}, {key.previous} before it too" if key.previous else told


def _left(key: KeyInfo) -> str:
    return "-" if key.uses_left is None else f"{key.uses_left} of {key.uses}"


def _tell(key: KeyInfo) -> None:
    click.echo(f"{key.id} is {_state(key)}")


def _tell_made(made: KeyMade) -> None:
    click.echo(f"{made.key.id} is {_state(made.key)}")
    if made.secret is not None:
        click.echo(f"secret {made.secret}")

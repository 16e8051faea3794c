"""The command ``notes``: what happened on a running server beside the requests."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import click

from mockserver.commands.remote import server_options, steer

if TYPE_CHECKING:
    from mockserver.control.noted import NoteInfo


@click.command(short_help="Show alerts, blocked keys and changes of a running server.")
@click.argument("kind", required=False)
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="So many, the newest."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines.")
@server_options
def notes(
    *,
    kind: str | None,
    limit: int,
    as_json: bool,
    server: str,
    sandbox: str,
    control_token: str | None,
) -> None:
    """Show what happened beside the requests, the newest last: all of it, or one KIND.

    \b
    pawa-mock notes
    pawa-mock notes budget_alert
    pawa-mock notes key_blocked --json

    Kinds: budget_alert, webhook_failed, key_blocked, control.
    """
    page = steer(
        server, control_token, lambda client: client.notes(sandbox, kind=kind, limit=limit)
    )
    for note in page.notes:
        click.echo(note.model_dump_json() if as_json else note_line(note))
    if not (page.notes or as_json):
        click.echo("no notes")


def note_line(note: NoteInfo) -> str:
    """One note on a line of its own."""
    at = datetime.fromtimestamp(note.wall).astimezone().strftime("%H:%M:%S.%f")[:-3]
    told = (
        f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in note.detail.items()
        if value not in (None, "")
    )
    return "  ".join([at, note.kind, *told])

"""``pawa-mock journal``: what a running server saw and did."""

from __future__ import annotations

from typing import Any

import click

from mockserver.commands.completion import rule_ids
from mockserver.commands.remote import server_options, steer
from mockserver.commands.tables import journal_table, show
from mockserver.journal import to_json_line


@click.command()
@click.option("--token", help="Only exchanges of this call.")
@click.option("--path", help="Only this path.")
@click.option("--status", type=int, help="Only answers with this status.")
@click.option("--rule", shell_complete=rule_ids, help="Only what this rule changed.")
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="So many, the newest."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, everything recorded.")
@server_options
def journal(
    *,
    token: str | None,
    path: str | None,
    status: int | None,
    rule: str | None,
    limit: int,
    as_json: bool,
    server: str,
    sandbox: str,
    control_token: str | None,
) -> None:
    """Show what a running server saw and did."""
    filters: dict[str, Any] = {"token": token, "path": path, "status": status, "rule": rule}
    page = steer(
        server, control_token, lambda client: client.journal(sandbox, limit=limit, **filters)
    )
    if as_json:
        for exchange in page.exchanges:
            click.echo(to_json_line(exchange), nl=False)
    elif page.exchanges:
        show(journal_table(page.exchanges))
    else:
        click.echo("no exchanges")
    if page.dropped and not as_json:
        click.echo(f"{page.dropped} older exchanges are no longer held")

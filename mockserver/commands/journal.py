"""``pawa-mock journal``: what a running server saw and did."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from mockserver.commands.clock import duration_s
from mockserver.commands.completion import key_ids, rule_ids
from mockserver.commands.remote import server_options, steer
from mockserver.commands.tables import journal_line, journal_table, show
from mockserver.journal import to_json_line

if TYPE_CHECKING:
    from mockserver.control.client import ControlClient
    from mockserver.records import Exchange


def _since(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """Seconds ago, out of a duration or an instant."""
    if value is None:
        return None
    seconds = duration_s(value)
    if seconds is not None:
        return seconds
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r} is neither a duration (5m, 1h30m) nor an instant (2027-01-01T00:00:00Z)"
        ) from error
    # Without a zone an instant is one of this machine.
    return max(0.0, (datetime.now(UTC) - instant.astimezone(UTC)).total_seconds())


@click.command(short_help="Show what a running server saw and did.")
@click.option("-f", "--follow", is_flag=True, help="Go on, with each request as it ends.")
@click.option("--path", metavar="GLOB", help="Only these paths, with or without /v1.")
@click.option("--method", help="Only this method.")
@click.option("--model", metavar="GLOB", help="Only these models.")
@click.option("--key", "key_id", metavar="ID", shell_complete=key_ids, help="Only this key.")
@click.option("--status", type=int, help="Only answers with this status.")
@click.option("--rule", shell_complete=rule_ids, help="Only what this rule changed.")
@click.option("--ending", help="Only what ended so: complete, client_left, rst, fin …")
@click.option("--token", help="Only requests of this call.")
@click.option("--request-id", metavar="ID", help="Only the request with this X-Request-Id.")
@click.option(
    "--since",
    "since_s",
    callback=_since,
    metavar="WHEN",
    help="Only what came since: 5m, 1h30m, 2027-01-01T00:00:00Z.",
)
@click.option(
    "--limit", type=click.IntRange(0), default=20, show_default=True, help="So many, the newest."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, everything recorded.")
@server_options
def journal(
    *,
    follow: bool,
    limit: int,
    as_json: bool,
    server: str,
    sandbox: str,
    control_token: str | None,
    **filters: Any,
) -> None:
    """Show what a running server saw and did, the newest requests last.

    \b
    pawa-mock journal
    pawa-mock journal --follow
    pawa-mock journal --path '/chat/*' --status 429 --since 10m
    pawa-mock journal --follow --limit 0 --json

    With --follow it goes on until Ctrl-C, or until the server ends.
    """
    if follow:
        steer(
            server,
            control_token,
            lambda client: _follow(client, sandbox, limit, filters, as_json=as_json),
        )
        click.echo("pawa-mock: the server has ended", err=True)
        return
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


async def _follow(
    client: ControlClient, sandbox: str, limit: int, filters: dict[str, Any], *, as_json: bool
) -> None:
    async for exchange in client.follow_journal(sandbox, limit=limit, **filters):
        _tell(exchange, as_json=as_json)


def _tell(exchange: Exchange, *, as_json: bool) -> None:
    if as_json:
        click.echo(to_json_line(exchange), nl=False)
    else:
        click.echo(journal_line(exchange))

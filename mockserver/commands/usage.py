"""The command ``usage``: what a running server's keys have used, and how its budgets stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import orjson
from rich.table import Table
from rich.text import Text

from mockserver.commands.remote import server_options, steer
from mockserver.commands.tables import show
from mockserver.usage import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mockserver.control.client import ControlClient
    from mockserver.control.spending import BudgetInfo, UsagePage, UseInfo

DAY = click.DateTime(["%Y-%m-%d"])


@click.command(short_help="Show what was used: requests, tokens, cost, budgets.")
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(DIMENSIONS),
    default=("project", "key", "model", "endpoint"),
    help="Tell apart by this; may be given several times.",
)
@click.option("--since", type=DAY, metavar="DAY", help="From this day on (UTC): 2026-01-31.")
@click.option("--until", type=DAY, metavar="DAY", help="Up to this day, itself included.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_options
def usage(
    *,
    by: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
    server: str,
    sandbox: str,
    control_token: str | None,
) -> None:
    """Show what was used, and how the budgets stand.

    \b
    pawa-mock usage --by key --by day
    pawa-mock usage --since 2026-01-01 --json
    """

    async def work(client: ControlClient) -> tuple[UsagePage, tuple[BudgetInfo, ...]]:
        page = await client.usage(
            sandbox,
            by=by,
            since=None if since is None else since.date(),
            until=None if until is None else until.date(),
        )
        return page, await client.budgets(sandbox)

    page, budgets = steer(server, control_token, work)
    if as_json:
        told = {"usage": page.model_dump(), "budgets": [one.model_dump() for one in budgets]}
        options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
        click.echo(orjson.dumps(told, option=options))
        return
    if page.rows:
        show(usage_table(by, page))
    else:
        click.echo("no requests")
    if budgets:
        show(budgets_table(budgets))


def usage_table(by: Sequence[str], page: UsagePage) -> Table:
    """A line for each sum, and one for all."""
    table = Table(*by, box=None)
    for name in ("requests", "refused", "tokens in", "tokens out", "cost"):
        table.add_column(name, justify="right")
    for use in page.rows:
        table.add_row(*(Text(use.labels.get(name) or "-") for name in by), *_numbers(use))
    if by:
        table.add_row(*("total", *("" for _ in by[1:])), *_numbers(page.total))
    return table


def budgets_table(budgets: Sequence[BudgetInfo]) -> Table:
    """A line for each account of each budget."""
    table = Table("budget", "of", "period", box=None)
    for name in ("spent", "limit", "set aside", "tokens", "limit"):
        table.add_column(name, justify="right")
    table.add_column("period ends")
    for one in budgets:
        table.add_row(
            Text(one.id),
            Text(one.subject or "the sandbox"),
            f"{one.period}, {one.mode}",
            units(one.spent_units),
            "-" if one.limit_units is None else units(one.limit_units),
            units(one.reserved_units),
            str(one.spent_tokens),
            "-" if one.limit_tokens is None else str(one.limit_tokens),
            one.end or "never",
        )
    return table


def units(amount: float) -> str:
    """Money to the millionth, without zeros at its end."""
    return f"{amount:.6f}".rstrip("0").rstrip(".")


def _numbers(use: UseInfo) -> tuple[str, ...]:
    refused = ", ".join(f"{count} x {status}" for status, count in use.refused.items())
    return (
        str(use.requests),
        refused or "-",
        str(use.tokens_in),
        str(use.tokens_out),
        units(use.cost_units),
    )

"""``pawa-mock budget``: how much may be spent on a running server, and how much was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import orjson

from mockserver.commands.remote import server_options, steer
from mockserver.commands.tables import show
from mockserver.commands.usage import budgets_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockserver.control.spending import BudgetInfo

BUDGET = click.argument("budget_id", metavar="[ID]", default="budget")
SUBJECT = click.option("--of", "subject", metavar="NAME", help="Only of this project or key.")


@click.group(short_help="Show, raise, top up or reset the budgets of a running server.")
def budget() -> None:
    """Show and change the budgets of a sandbox; without an ID, the one in the table budget.

    \b
    pawa-mock budget show
    pawa-mock budget raise --by-units 50
    pawa-mock budget top-up each-project --units 10 --of shop
    pawa-mock budget reset
    """


@budget.command(name="show")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_options
def show_budgets(*, as_json: bool, server: str, sandbox: str, control_token: str | None) -> None:
    """Show how every budget stands, for each project or key that has one."""
    found = steer(server, control_token, lambda client: client.budgets(sandbox))
    if as_json:
        click.echo(orjson.dumps([one.model_dump() for one in found], option=orjson.OPT_INDENT_2))
    else:
        _tell(found)


@budget.command(name="raise")
@BUDGET
@click.option("--to-units", type=float, help="Money: the new limit.")
@click.option("--by-units", type=float, help="Money: so much more.")
@click.option("--to-tokens", type=int, help="Tokens: the new limit.")
@click.option("--by-tokens", type=int, help="Tokens: so many more.")
@server_options
def raise_limit(
    *,
    budget_id: str,
    server: str,
    sandbox: str,
    control_token: str | None,
    **limits: float | None,
) -> None:
    """Change the limit of a budget, for this period and all that follow.

    \b
    pawa-mock budget raise --by-units 50
    pawa-mock budget raise each-project --to-tokens 1000000
    """
    _change("raise", budget_id, limits, server, sandbox, control_token)


@budget.command(name="top-up")
@BUDGET
@click.option("--units", type=float, help="Money: so much more.")
@click.option("--tokens", type=int, help="Tokens: so many more.")
@SUBJECT
@server_options
def top_up(
    *,
    budget_id: str,
    server: str,
    sandbox: str,
    control_token: str | None,
    **more: float | str | None,
) -> None:
    """Give a budget more for this period alone.

    \b
    pawa-mock budget top-up --units 10
    """
    _change("top-up", budget_id, more, server, sandbox, control_token)


@budget.command()
@BUDGET
@SUBJECT
@server_options
def reset(
    *,
    budget_id: str,
    subject: str | None,
    server: str,
    sandbox: str,
    control_token: str | None,
) -> None:
    """Begin a new period, in which nothing is spent.

    \b
    pawa-mock budget reset each-project --of shop
    """
    _change("reset", budget_id, {"subject": subject}, server, sandbox, control_token)


def _change(  # noqa: PLR0917 - what is changed, and where
    change: str,
    budget_id: str,
    asked: Mapping[str, float | str | None],
    server: str,
    sandbox: str,
    control_token: str | None,
) -> None:
    told = {name: value for name, value in asked.items() if value is not None}
    _tell(
        steer(
            server,
            control_token,
            lambda client: client.change_budget(change, budget_id, sandbox, **told),
        )
    )


def _tell(found: Sequence[BudgetInfo]) -> None:
    if found:
        show(budgets_table(found))
    else:
        click.echo("no budget")

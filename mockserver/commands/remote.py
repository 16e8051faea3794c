"""The commands ``rules`` and ``reset``, and what all share that steer a running server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
import orjson

from mockserver.commands.completion import rule_ids, sandbox_names
from mockserver.commands.tables import rules_table, show
from mockserver.configuration import file as config
from mockserver.control.calls import written_rule
from mockserver.control.client import ControlClient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from mockserver.control.calls import RuleInfo
    from mockserver.faults.rules import Rule

T = TypeVar("T")
Command = TypeVar("Command", bound="Callable[..., None]")


def server_options(command: Command) -> Command:
    """The options that say which server and which of its sandboxes."""
    for option in (
        click.option("--control-token", envvar="PAWA_MOCK_TOKEN", help="Its token, if it asks."),
        click.option(
            "--sandbox",
            default="default",
            show_default=True,
            shell_complete=sandbox_names,
            help="Which sandbox.",
        ),
        click.option(
            "--server",
            default=f"http://127.0.0.1:{config.DEFAULT_PORT}",
            envvar="PAWA_MOCK_SERVER",
            show_default=True,
            help="Address of the running server.",
        ),
    ):
        command = option(command)
    return command


def steer(server: str, token: str | None, work: Callable[[ControlClient], Awaitable[T]]) -> T:
    """Do ``work`` with a client of that server."""

    async def done() -> T:
        async with ControlClient(server, token=token) as client:
            return await work(client)

    return asyncio.run(done())


@click.command(short_help="Show or change the rules of a running server.")
@click.option("--set", "set_file", type=click.Path(path_type=Path), help="Replace all by FILE's.")
@click.option("--add", "add_file", type=click.Path(path_type=Path), help="Add those of FILE.")
@click.option("--remove", metavar="ID", shell_complete=rule_ids, help="Take one away.")
@click.option("--clear", is_flag=True, help="Take all away.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_options
def rules(
    *,
    set_file: Path | None,
    add_file: Path | None,
    remove: str | None,
    clear: bool,
    as_json: bool,
    server: str,
    sandbox: str,
    control_token: str | None,
) -> None:
    """Show the rules of a running server with their counters, and change them.

    \b
    pawa-mock rules
    pawa-mock rules --set bad-day.toml
    pawa-mock rules --remove rule-1
    """
    if sum((set_file is not None, add_file is not None, remove is not None, clear)) > 1:
        raise click.UsageError("give only one of --set, --add, --remove and --clear")
    replacing = config.load_config(set_file).rules if set_file else ()
    adding = config.load_config(add_file).rules if add_file else ()

    async def work(client: ControlClient) -> tuple[tuple[Rule, ...], tuple[RuleInfo, ...]]:
        if clear or set_file is not None:
            await client.replace_rules(*replacing, name=sandbox)
        if adding:
            await client.add_rules(*adding, name=sandbox)
        if remove is not None:
            await client.remove_rule(remove, sandbox)
        return await client.rules(sandbox), await client.plan(sandbox)

    found, plan = steer(server, control_token, work)
    tell_rules(found, plan, as_json=as_json)


def tell_rules(found: Sequence[Rule], plan: Sequence[RuleInfo], *, as_json: bool) -> None:
    """Print rules with their counters."""
    if as_json:
        told = [
            written_rule(rule) | status.model_dump(include={"seen", "fired", "delivered"})
            for rule, status in zip(found, plan, strict=False)
        ]
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    elif found:
        show(rules_table(found, plan))
    else:
        click.echo("no rules")


@click.command(short_help="Bring a running server back to its settings.")
@server_options
def reset(server: str, sandbox: str, control_token: str | None) -> None:
    """Bring a sandbox of a running server back to its settings; forget what it saw.

    \b
    pawa-mock reset
    pawa-mock reset --sandbox staging
    """
    steer(server, control_token, lambda client: client.reset(sandbox))
    click.echo(f"reset {sandbox}")

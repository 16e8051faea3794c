"""The commands that steer a running server: ``rules``, ``fault``, ``journal`` and ``reset``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import orjson

from mockserver import config
from mockserver.commands.tables import journal_table, rules_table, show
from mockserver.control.calls import written_rule
from mockserver.control.client import ControlClient
from mockserver.fault_words import attempts_of, cycle_of, headers_of, ramp_of, rule_of
from mockserver.journal import to_json_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockserver.control.calls import RuleInfo
    from mockserver.faults.rules import Rule

T = TypeVar("T")
Command = TypeVar("Command", bound="Callable[..., None]")


def server_options(command: Command) -> Command:
    """The options that say which server and which of its sandboxes."""
    for option in (
        click.option("--control-token", envvar="PAWA_MOCK_TOKEN", help="Its token, if it asks."),
        click.option("--sandbox", default="default", show_default=True, help="Which sandbox."),
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
@click.option("--remove", metavar="ID", help="Take one away.")
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
    """Show the rules of a running server with their counters, and change them."""
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


@click.group()
def fault() -> None:
    """Make a running server misbehave."""


@fault.command(short_help="Add a rule with one fault of KIND.")
@click.argument("kind")
@click.argument("settings", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--id", "rule_id", help="Name of the rule.")
@click.option("--method", help="Only this method.")
@click.option("--path", metavar="GLOB", help="Only these paths, with or without /v1.")
@click.option("--model", metavar="GLOB", help="Only these models.")
@click.option("--key", metavar="ID", help="Only requests with the key of this id.")
@click.option("--project", metavar="NAME", help="Only requests with a key of this project.")
@click.option("--stream/--no-stream", default=None, help="Only streams, or only the others.")
@click.option(
    "--header", "headers", multiple=True, metavar="NAME=GLOB", help="Only with this header."
)
@click.option("--body", metavar="TEXT", help="Only bodies that hold this text.")
@click.option("--token", metavar="GLOB", help="Only this call token.")
@click.option("--attempt", metavar="N|N-M", help="Only these attempts of a call.")
@click.option("--times", type=int, help="At most so often.")
@click.option("--after", type=int, help="Let so many pass first.")
@click.option("--every", type=int, help="The first of so many each time.")
@click.option("--probability", type=float, help="With this chance, 0 to 1.")
@click.option("--seed", type=int, help="Draw from this seed, not the sandbox's.")
@click.option("--per", type=click.Choice(["rule", "call"]), help="What the counts are of.")
@click.option("--from-s", type=float, help="From so many seconds on.")
@click.option("--until-s", type=float, help="Until so many seconds.")
@click.option(
    "--ramp", nargs=3, type=float, metavar="FROM_P TO_P OVER_S", help="A chance that changes."
)
@click.option(
    "--cycle", nargs=2, type=float, metavar="PERIOD_S ON_S", help="On in the first part of each."
)
@click.option("--execute", is_flag=True, help="Do the work first, and lose its answer.")
@server_options
def add(
    *,
    kind: str,
    settings: tuple[str, ...],
    rule_id: str | None,
    headers: tuple[str, ...],
    attempt: str | None,
    server: str,
    sandbox: str,
    control_token: str | None,
    **options: Any,
) -> None:
    """Add a rule with one fault of KIND; its settings are written as NAME=VALUE.

    \b
    pawa-mock fault add status status=503 retry_after=2 --path /chat/request --times 3
    pawa-mock fault add cut_stream after_chunks=5 how=rst --stream --probability 0.2

    `pawa-mock faults` lists the kinds, `pawa-mock faults KIND` the settings of one.
    """
    matching = ("method", "path", "model", "key", "project", "stream", "body", "token")
    match = {name: options[name] for name in matching}
    match |= {"attempt": attempts_of(attempt), "header": headers_of(headers) or None}
    counts = ("times", "after", "every", "probability", "seed", "per", "from_s", "until_s")
    when = {name: options[name] for name in counts}
    when |= {"ramp": ramp_of(options["ramp"]), "cycle": cycle_of(options["cycle"])}
    execute = options["execute"] or None
    rule = rule_of(kind, settings, match=match, when=when, id=rule_id, execute=execute)

    async def work(client: ControlClient) -> tuple[Rule, ...]:
        return await client.add_rules(rule, name=sandbox)

    click.echo(f"added {steer(server, control_token, work)[-1].id}")


@click.command()
@click.option("--token", help="Only exchanges of this call.")
@click.option("--path", help="Only this path.")
@click.option("--status", type=int, help="Only answers with this status.")
@click.option("--rule", help="Only what this rule changed.")
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


@click.command(short_help="Bring a running server back to its settings.")
@server_options
def reset(server: str, sandbox: str, control_token: str | None) -> None:
    """Bring a sandbox of a running server back to its settings; forget what it saw."""
    steer(server, control_token, lambda client: client.reset(sandbox))
    click.echo(f"reset {sandbox}")

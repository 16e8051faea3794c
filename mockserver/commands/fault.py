"""``pawa-mock fault``: make a running server misbehave, and well again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mockserver.commands.completion import kinds, rule_ids, settings_of_kind
from mockserver.commands.remote import server_options, steer, tell_rules
from mockserver.fault_words import attempts_of, cycle_of, headers_of, ramp_of, rule_of

if TYPE_CHECKING:
    from mockserver.control.calls import RuleInfo
    from mockserver.control.client import ControlClient
    from mockserver.faults.rules import Rule


@click.group(short_help="Make a running server misbehave.")
def fault() -> None:
    """Make a running server misbehave, and well again.

    \b
    pawa-mock fault add 429 --retry-after 2 --times 3 --path '/v1/chat/*'
    pawa-mock fault list
    pawa-mock fault remove rule-1
    pawa-mock fault clear
    """


@fault.command(short_help="Add a rule with one fault of KIND.")
@click.argument("kind", shell_complete=kinds)
@click.argument("settings", nargs=-1, metavar="[NAME=VALUE]...", shell_complete=settings_of_kind)
@click.option("--retry-after", metavar="VALUE", help="As retry_after=VALUE.")
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
    retry_after: str | None,
    rule_id: str | None,
    headers: tuple[str, ...],
    attempt: str | None,
    server: str,
    sandbox: str,
    control_token: str | None,
    **options: Any,
) -> None:
    """Add a rule with one fault; its settings are written as NAME=VALUE.

    KIND is a kind of fault, a status, a shortcut (timeout, rst, close, cut, stall, slow …), or
    either with settings behind it.

    \b
    pawa-mock fault add 429 --retry-after 2 --times 3 --path '/v1/chat/*'
    pawa-mock fault add timeout --probability 0.1
    pawa-mock fault add cut_stream after_chunks=5 how=rst --stream
    pawa-mock fault add '503;retry_after=2;times=1'

    `pawa-mock faults` lists kinds and shortcuts, `pawa-mock faults KIND` the settings of one.
    """
    matching = ("method", "path", "model", "key", "project", "stream", "body", "token")
    match = {name: options[name] for name in matching}
    match |= {"attempt": attempts_of(attempt), "header": headers_of(headers) or None}
    counts = ("times", "after", "every", "probability", "seed", "per", "from_s", "until_s")
    when = {name: options[name] for name in counts}
    when |= {"ramp": ramp_of(options["ramp"]), "cycle": cycle_of(options["cycle"])}
    execute = options["execute"] or None
    if retry_after is not None:
        settings = (*settings, f"retry_after={retry_after}")
    rule = rule_of(kind, settings, match=match, when=when, id=rule_id, execute=execute)

    async def work(client: ControlClient) -> tuple[Rule, ...]:
        return await client.add_rules(rule, name=sandbox)

    click.echo(f"added {steer(server, control_token, work)[-1].id}")


@fault.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_options
def list_faults(*, as_json: bool, server: str, sandbox: str, control_token: str | None) -> None:
    """List the rules with their counters; the same as `pawa-mock rules`.

    \b
    pawa-mock fault list --json
    """

    async def work(client: ControlClient) -> tuple[tuple[Rule, ...], tuple[RuleInfo, ...]]:
        return await client.rules(sandbox), await client.plan(sandbox)

    found, plan = steer(server, control_token, work)
    tell_rules(found, plan, as_json=as_json)


@fault.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True, shell_complete=rule_ids)
@server_options
def remove(*, ids: tuple[str, ...], server: str, sandbox: str, control_token: str | None) -> None:
    """Take rules away by their ids; the counters of the others stay.

    \b
    pawa-mock fault remove rule-1 rule-2
    """

    async def work(client: ControlClient) -> None:
        for each in ids:
            await client.remove_rule(each, sandbox)
            click.echo(f"removed {each}")

    steer(server, control_token, work)


@fault.command()
@server_options
def clear(server: str, sandbox: str, control_token: str | None) -> None:
    """Take every rule away: the server is healthy again, and what it saw stays.

    \b
    pawa-mock fault clear
    """
    steer(server, control_token, lambda client: client.replace_rules(name=sandbox))
    click.echo(f"{sandbox} has no rules any more")

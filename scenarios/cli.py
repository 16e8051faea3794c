"""The command ``pawa-scenarios``: parses, calls, and turns errors into exit codes.

0: no must or must* row failed. 1: one did (``zoo``: a defect escaped). 2: the command or a file is
wrong, told in one line. 3: the harness itself failed, or a row was not testable.
"""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

import click

from scenarios.errors import CatalogueError, ScenariosError

WRONG_INPUT = 2
HARNESS_FAILED = 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pawa-resilience", prog_name="pawa-scenarios")
def commands() -> None:
    """Judge whether a Pawa AI client survives a bad day, from what was seen on the wire."""


@commands.command()
@click.option(
    "--client",
    "spec",
    required=True,
    metavar="SPEC",
    help="reference, pawa-sdk, pawa-sdk-async, python:package.module:factory, cmd:COMMAND, http://…",
)
@click.option("--rows", multiple=True, metavar="IDS", help="Only these rows, as RETRY-001,SSE-*.")
@click.option(
    "--group",
    "groups",
    multiple=True,
    metavar="GROUPS",
    help="Only the rows of these groups, as RETRY,SSE.",
)
@click.option(
    "--targets", metavar="FILE", help="TOML file with thresholds of your own (docs/commands.md)."
)
@click.option("--out", metavar="DIR", help="Write results.json, junit.xml and index.html there.")
@click.option(
    "--seed", type=int, metavar="N", help="Same tokens and draws as in the run of that seed."
)
@click.option(
    "--mock-port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Where an application (http://…) finds the mock.",
)
@click.option("--json", "as_json", is_flag=True, help="Tell the progress as JSON Lines.")
def run(spec: str, as_json: bool, **asked: Any) -> int:
    """Judge a client.

    All rows are judged, or those of --rows and those of --group together.

    \b
    pawa-scenarios run --client reference
    pawa-scenarios run --client "cmd:node my_adapter.mjs" --rows KEY-001,RETRY-004
    pawa-scenarios run --client python:shop.judged:factory --group SSE --out out/shop

    Exits 0 when no must or must* row failed, 1 when one did, 2 when the command or a file is
    wrong, 3 when the harness itself failed, a row was not testable, or the run was interrupted.
    """
    from scenarios.judging import read_request  # noqa: PLC0415 - `list` need not wait for it
    from scenarios.running import run as run_request  # noqa: PLC0415

    return run_request(read_request(spec=spec, **asked), as_json=as_json)


@commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
def list_rows(as_json: bool) -> int:
    """List the rows that have a scenario."""
    from scenarios.explain import listing, listing_text  # noqa: PLC0415
    from scenarios.registry import discover  # noqa: PLC0415

    registry = discover()
    if as_json:
        click.echo(json.dumps(listing(registry), indent=2, ensure_ascii=False))
    else:
        click.echo(listing_text(registry))
    return 0


@commands.command(short_help="Say what a row asks for, why, and how it is tested.")
@click.argument("row", metavar="ROW")
def explain(row: str) -> int:
    """Say what a row asks for, why, how it is tested, and where it comes from.

    \b
    pawa-scenarios explain RETRY-001
    """
    from scenarios.explain import explanation  # noqa: PLC0415
    from scenarios.registry import discover  # noqa: PLC0415

    registry = discover()
    known = registry.row(row)
    click.echo(explanation(known, registry.scenario_of(known.id)))
    return 0


@commands.command(short_help="Prove the scenarios on clients with one known defect each.")
@click.option("--only", multiple=True, metavar="IDS", help="Only these defects, as M01,NULL-A.")
@click.option(
    "--repeat",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Run each so many times.",
)
@click.option(
    "--seed", type=int, metavar="N", help="Same tokens and draws as in the run of that seed."
)
def zoo(only: tuple[str, ...], repeat: int, seed: int | None) -> int:
    """Run the scenarios against clients with one known defect each; all must be caught.

    Exits 0 when they were, 1 when one escaped.

    \b
    pawa-scenarios zoo --only M01,NULL-A --repeat 5
    """
    from scenarios.hunt import hunt  # noqa: PLC0415

    return hunt(only=only, repeat=repeat, seed=seed)


@commands.command(short_help="Judge the reference client and the official SDK.")
@click.option(
    "--out",
    default="out",
    show_default=True,
    metavar="DIR",
    help="Write a folder for each client and the matrix (index.html) there.",
)
@click.option(
    "--seed", type=int, metavar="N", help="Same tokens and draws as in the run of that seed."
)
def demo(out: str, seed: int | None) -> int:
    """Judge the reference client and the official SDK side by side, and compare them.

    Exits 0 although clients fail rows (a demo shows findings), 3 when the harness failed.
    """
    from scenarios.demo import run_demo  # noqa: PLC0415 - `list` need not wait for it

    return run_demo(out, seed=seed)


def _refuse(message: str, code: int = WRONG_INPUT) -> NoReturn:
    click.echo(f"pawa-scenarios: {' '.join(message.split())}", err=True)
    sys.exit(code)


def main() -> None:
    """Run the command line and exit."""
    try:
        code = commands.main(prog_name="pawa-scenarios", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(WRONG_INPUT)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "pawa-scenarios"
        _refuse(f"{error.format_message().rstrip('.')}; see {command} --help")
    except CatalogueError as error:
        _refuse(str(error), HARNESS_FAILED)
    except (ScenariosError, click.ClickException) as error:
        _refuse(str(error))
    except click.Abort:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)

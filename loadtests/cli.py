"""The command ``pawa-load``: parses, calls, and turns errors into exit codes.

0: no must or must* row failed. 1: one did. 2: the command, a file or the client is wrong, told in
one line. 3: the harness itself failed, a row was not testable, or the run was cut short. 130: it
was ended at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from loadtests.errors import Interrupted, LoadError, WorldError

if TYPE_CHECKING:
    from collections.abc import Callable

WRONG_INPUT = 2
HARNESS_FAILED = 3
ENDED_AT_ONCE = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pawa-resilience", prog_name="pawa-load")
def commands() -> None:
    """Judge whether a Pawa AI client holds its promises under traffic."""


_ASKED = (
    click.option(
        "--profile",
        required=True,
        metavar="NAME|FILE",
        help="A shipped profile (`pawa-load list`), or a TOML file of your own.",
    ),
    click.option(
        "--client",
        "spec",
        required=True,
        metavar="SPEC",
        help="reference, pawa-sdk, pawa-sdk-async, python:package.module:factory, cmd:COMMAND, "
        "http://…, raw",
    ),
    click.option("--quick", is_flag=True, help="The short form of the profile, for every day."),
    click.option(
        "--seed", type=int, metavar="N", help="Same arrivals and draws as in the run of that seed."
    ),
    click.option(
        "--targets", metavar="FILE", help="TOML file with targets of your own; they are binding."
    ),
    click.option(
        "--out",
        metavar="DIR",
        help="Write results.json, junit.xml, index.html and Locust's own reports there.",
    ),
    click.option(
        "--control/--no-control",
        default=True,
        help="Run the schedule beside it with a client that never retries; on unless told.",
    ),
    click.option(
        "--adapters",
        type=click.IntRange(1, 64),
        default=1,
        show_default=True,
        help="Processes of the client for each of Locust's.",
    ),
    click.option(
        "--mock-port",
        type=click.IntRange(0, 65535),
        default=8080,
        show_default=True,
        help="Where an application (http://…) finds the mock.",
    ),
)


def _with_what_is_asked(command: Callable[..., int]) -> Callable[..., int]:
    """The options that say what to run."""
    for option in reversed(_ASKED):
        command = option(command)
    return command


@commands.command()
@_with_what_is_asked
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Locust's own worker processes.",
)
@click.option("--json", "as_json", is_flag=True, help="Tell the progress as JSON Lines.")
def run(*, as_json: bool, **asked: Any) -> int:
    """Run a load test.

    \b
    pawa-load run --profile outage --client reference
    pawa-load run --profile errors --client pawa-sdk --quick --out out/sdk
    pawa-load run --profile our.toml --client "cmd:node my_adapter.mjs" --targets our-targets.toml

    Exits 0 when no must or must* row failed and every target of yours was met, 1 when one was not,
    2 when the command, a file or the client is wrong, 3 when the harness itself failed, a row was
    not testable, or the run was cut short.
    """
    from loadtests.asking import read_request  # noqa: PLC0415 - `list` need not wait for it

    request = read_request(**asked)
    from loadtests.running import run as run_request  # noqa: PLC0415 - nor does a mistake

    return run_request(request, as_json=as_json)


@commands.command(hidden=True)
@_with_what_is_asked
@click.option("--folder", required=True, metavar="DIR", help="Where plan.json is to be written.")
def attend(folder: str, **asked: Any) -> int:
    """Be the world of a Locust that was started by hand; the locustfile calls this."""
    from loadtests.asking import read_request  # noqa: PLC0415
    from loadtests.attending import attend as attend_request  # noqa: PLC0415

    return attend_request(read_request(**asked), Path(folder))


@commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
def list_profiles(as_json: bool) -> int:
    """List the shipped profiles."""
    from loadtests.explain import listing_json, listing_text  # noqa: PLC0415

    click.echo(listing_json() if as_json else listing_text())
    return 0


@commands.command(short_help="Say what a profile does, how a row is judged, what a figure means.")
@click.argument("word", metavar="[PROFILE|ROW|FIGURE]", required=False)
def explain(word: str | None) -> int:
    """Say what a profile does, how a row is judged, or what a figure means.

    \b
    pawa-load explain
    pawa-load explain outage
    pawa-load explain LOAD-004
    pawa-load explain time_to_recover_s
    """
    from loadtests.explain import explanation  # noqa: PLC0415

    click.echo(explanation(word))
    return 0


@commands.command(short_help="Print the file of a shipped profile, to begin one of your own.")
@click.argument("name", metavar="NAME")
def profile(name: str) -> int:
    """Print the file of a shipped profile, to begin one of your own.

    \b
    pawa-load profile outage > our-outage.toml
    """
    from loadtests.profile_file import shipped_text  # noqa: PLC0415

    click.echo(shipped_text(name), nl=False)
    return 0


@commands.command(short_help="Say what became better or worse from one run to another.")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--out", metavar="DIR", help="Write index.html with the curves of both runs there.")
@click.option("--json", "as_json", is_flag=True, help="An object instead of a table.")
def compare(first: str, second: str, out: str | None, as_json: bool) -> int:
    """Say what became better or worse from run A to run B.

    Each is the folder of a run or its results.json; both are runs of the same profile in the same
    form. Exits 0 whatever it finds, 2 when they cannot be compared.

    \b
    pawa-load compare out/before out/after
    pawa-load compare out/before out/after --out out/both
    """
    from loadtests.compare import compare_runs  # noqa: PLC0415 - `list` need not wait for it

    return compare_runs(first, second, out=out, as_json=as_json)


@commands.command(short_help="An outage: the reference client, and one without a retry budget.")
@click.option(
    "--out",
    default="out/load",
    show_default=True,
    metavar="DIR",
    help="Write a folder for each client there.",
)
@click.option(
    "--seed", type=int, metavar="N", help="Same arrivals and draws as in the run of that seed."
)
def demo(out: str, seed: int | None) -> int:
    """Put the reference client and one that retries without a budget through the same outage.

    Exits 0 although a client fails rows (a demo shows findings), 3 when the harness failed.
    """
    from loadtests.demo import run_demo  # noqa: PLC0415 - `list` need not wait for it

    return run_demo(out, seed=seed)


@commands.command(short_help="Prove the rows on clients with one known defect each.")
@click.option("--only", multiple=True, metavar="IDS", help="Only these defects, as M19,M94.")
@click.option(
    "--repeat",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Run each so many times.",
)
@click.option(
    "--seed", type=int, metavar="N", help="Same arrivals and draws as in the run of that seed."
)
def zoo(only: tuple[str, ...], repeat: int, seed: int | None) -> int:
    """Put clients with one known defect each under load; all must be caught.

    Exits 0 when they were, 1 when one escaped. A run takes half a minute.

    \b
    pawa-load zoo --only M19 --repeat 10
    """
    from loadtests.hunt import hunt  # noqa: PLC0415

    return hunt(only=only, repeat=repeat, seed=seed)


def _refuse(message: str, code: int = WRONG_INPUT) -> NoReturn:
    """Tell each line of a message; they are mistakes on their own, or what Locust has said."""
    for line in message.splitlines():
        click.echo(f"pawa-load: {line}", err=True)
    sys.exit(code)


def main() -> None:
    """Run the command line and exit."""
    try:
        code = commands.main(prog_name="pawa-load", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(WRONG_INPUT)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "pawa-load"
        _refuse(f"{error.format_message().rstrip('.')}; see {command} --help")
    except WorldError as error:
        _refuse(str(error), HARNESS_FAILED)
    except Interrupted as error:
        _refuse(str(error), ENDED_AT_ONCE)
    except (LoadError, click.ClickException) as error:
        _refuse(str(error))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(ENDED_AT_ONCE)
    sys.exit(code if isinstance(code, int) else 0)

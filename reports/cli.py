"""The command ``pawa-report``: renderings of results that were written before.

Bad input is one line on stderr and exit code 2.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from reports.document import ReportError, read_results
from reports.matrix import read_entries
from reports.terminal import console_for, print_row, print_summary
from reports.writing import page_of, write_matrix, write_whole

_RESULTS = click.argument("results", metavar="RESULTS.json", type=click.Path(path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pawa-resilience", prog_name="pawa-report")
def commands() -> None:
    """Render the results of scenario runs."""


@commands.command()
@_RESULTS
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder for index.html.",
)
def html(results: Path, out: Path) -> None:
    """Write the page of one run into a folder.

    \b
    pawa-report html out/mine/results.json --out out/mine
    """
    page = out / "index.html"
    write_whole(page, page_of(read_results(results)).encode())
    click.echo(page)


@commands.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def matrix(folder: Path) -> None:
    """Write DIR/index.html over every DIR/*/results.json.

    \b
    pawa-report matrix out
    """
    click.echo(write_matrix(read_entries(folder), folder))


@commands.command()
@_RESULTS
@click.option("--row", "row_id", metavar="ID", help="Show the checks and attempts of this row.")
def show(results: Path, row_id: str | None) -> None:
    """Print a run as a short table, or one row with its proof.

    \b
    pawa-report show out/mine/results.json
    pawa-report show out/mine/results.json --row RETRY-001
    """
    run = read_results(results)
    console = console_for(sys.stdout)
    if row_id is None:
        print_summary([(run.client.spec, run)], console)
        return
    try:
        print_row(run.row(row_id), console)
    except KeyError:
        raise ReportError(
            f"{results}: no row {row_id}; it has {_some_ids([row.id for row in run.rows])}"
        ) from None


def _some_ids(ids: list[str]) -> str:
    shown = ", ".join(ids[:5]) or "no rows at all"
    return f"{shown} and {len(ids) - 5} more" if len(ids) > 5 else shown


def _refuse(message: str) -> NoReturn:
    click.echo(f"pawa-report: {' '.join(message.split())}", err=True)
    sys.exit(2)


def main() -> None:
    """Run the command line and exit."""
    try:
        code = commands.main(prog_name="pawa-report", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "pawa-report"
        _refuse(f"{error.format_message().rstrip('.')}; see {command} --help")
    except (ReportError, click.ClickException) as error:
        _refuse(str(error))
    except click.Abort:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)

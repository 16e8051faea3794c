"""The command ``pawa-mock``: what each command is called, and how mistakes are told.

Exit codes: 0 all went well; 2 the command line, a file or the server's address is wrong. A mistake
is one line on stderr that names the thing, the place and the mend.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mockserver.commands import config_files, offline, remote
from mockserver.commands.budget import budget
from mockserver.commands.clock import clock
from mockserver.commands.completion import completion
from mockserver.commands.fault import fault
from mockserver.commands.journal import journal
from mockserver.commands.keys import keys
from mockserver.commands.monitoring import monitoring
from mockserver.commands.notes import notes
from mockserver.commands.openapi import openapi
from mockserver.commands.serve import serve
from mockserver.commands.usage import usage
from mockserver.errors import MockServerError
from mockserver.faults.rules import RuleError

if TYPE_CHECKING:
    from collections.abc import Sequence

WRONG = 2
INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pawa-resilience", message="pawa-mock %(version)s")
def cli() -> None:
    """A mock Pawa AI API that behaves like the real one, and on command like it on a bad day."""


for _command in (
    serve,
    offline.faults,
    offline.list_presets,
    offline.list_choices,
    config_files.init,
    config_files.check,
    config_files.schema,
    remote.rules,
    fault,
    journal,
    notes,
    remote.reset,
    usage,
    budget,
    keys,
    openapi,
    monitoring,
    clock,
    completion,
):
    cli.add_command(_command)


def run(arguments: Sequence[str]) -> int:
    """Run a command line; the exit code."""
    try:
        told = cli.main(list(arguments), prog_name="pawa-mock", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "pawa-mock"
        return _complain([f"{_one_line(error).rstrip('.')}; see {command} --help"])
    except click.ClickException as error:
        return _complain([_one_line(error)])
    except (MockServerError, RuleError) as error:
        return _complain(str(error).splitlines())
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    # What a command gives back when it ends itself: the code of its Exit.
    return told if isinstance(told, int) else 0


def main() -> None:
    """The door of ``pawa-mock`` and of ``python -m mockserver``."""
    sys.exit(run(sys.argv[1:]))


def _one_line(error: click.ClickException) -> str:
    return " ".join(error.format_message().split())


def _complain(lines: Sequence[str]) -> int:
    for line in lines:
        click.echo(f"pawa-mock: {line}", err=True)
    return WRONG

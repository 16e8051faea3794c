"""The commands about configuration files: ``init``, ``check`` and ``schema``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.configuration import file as config
from mockserver.configuration.example import example_text
from mockserver.configuration.schema import config_schema

if TYPE_CHECKING:
    from mockserver.configuration.file import ConfigFile

USUAL_FILE = "pawa-mock.toml"


@click.command(short_help="Write a commented example of a configuration file.")
@click.argument("file", default=USUAL_FILE, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(file: Path, force: bool) -> None:
    """Write an example of every setting to FILE (pawa-mock.toml), explained, and all of it off.

    \b
    pawa-mock init
    pawa-mock init mock.toml --force
    """
    if file.suffix != ".toml":
        raise config.ConfigError([f"{file}: give it a name that ends in .toml"])
    try:
        with file.open("w" if force else "x", encoding="utf-8") as written:
            written.write(example_text())
    except FileExistsError:
        raise config.ConfigError(
            [f"{file}: is there already; choose another name, or --force to write over it"]
        ) from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise config.ConfigError([f"{file}: cannot be written: {reason}"]) from error
    click.echo(f"wrote {file}; start with it: pawa-mock serve --config {file}")


@click.command(short_help="Check configuration files.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Check configuration FILES; every mistake is told at once, a line each.

    \b
    pawa-mock check mock.toml
    pawa-mock check --json *.toml
    """
    told: list[dict[str, Any]] = []
    lines: list[str] = []
    for file in files:
        try:
            read = config.load_config(file)
        except config.ConfigError as error:
            lines += error.lines
            told.append({"file": str(file), "good": False, "errors": list(error.lines)})
        else:
            told.append({"file": str(file), "good": True} | _found_in(read))
            if not as_json:
                click.echo(f"{file}: good ({_counted(read)})")
    if as_json:
        click.echo(json.dumps(told, indent=2))
    if lines and as_json:
        # Every mistake is in the JSON already.
        raise click.exceptions.Exit(2)
    if lines:
        raise config.ConfigError(lines)


@click.command(short_help="Print the JSON Schema of the configuration file.")
def schema() -> None:
    """Print the JSON Schema of the configuration file, for editors that complete and check.

    A TOML file names it in its first line (#:schema ./pawa-mock.schema.json), as the file of
    `pawa-mock init` does; a JSON file in its field $schema.

    \b
    pawa-mock schema > pawa-mock.schema.json
    """
    click.echo(json.dumps(config_schema(), indent=2))


def _counted(read: ConfigFile) -> str:
    """How many rules there are, and in how many sandboxes where there are several."""
    count = sum(len(sandbox.rules) for sandbox in (read, *read.sandboxes))
    told = "1 rule" if count == 1 else f"{count} rules"
    return f"{told} in {1 + len(read.sandboxes)} sandboxes" if read.sandboxes else told


def _found_in(read: ConfigFile) -> dict[str, Any]:
    return {
        "rules": [rule.id or f"rule-{number}" for number, rule in enumerate(read.rules, start=1)],
        "keys": [key.id for key in read.keys],
        "sandboxes": [read.name, *(sandbox.name for sandbox in read.sandboxes)],
    }

"""The commands that need no server: ``faults``, ``presets`` and ``check``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from mockserver import config, presets
from mockserver.commands.completion import fault_kinds, preset_names
from mockserver.commands.tables import show
from mockserver.faults.catalogue import describe
from mockserver.faults.complaints import nearest

if TYPE_CHECKING:
    from mockserver.faults.description import FaultDescription, Parameter


@click.command()
@click.argument("kind", required=False, shell_complete=fault_kinds)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def faults(kind: str | None, as_json: bool) -> None:
    """List the faults, or tell all about one KIND."""
    known = {fault.kind: fault for fault in describe()}
    if kind is not None and kind not in known:
        raise config.ConfigError([f"fault {kind!r} is unknown; {nearest(kind, known)}"])
    wanted = [known[kind]] if kind is not None else list(known.values())
    if as_json:
        click.echo(json.dumps([_as_json(fault) for fault in wanted], indent=2))
    elif kind is not None:
        _show_fault(known[kind])
    else:
        _show_faults(wanted)


@click.command(name="presets", short_help="List the presets, or print the file of one.")
@click.argument("name", required=False, shell_complete=preset_names)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_presets(name: str | None, as_json: bool) -> None:
    """List the presets, or print the file of one NAME to begin your own with."""
    if name is not None:
        click.echo(presets.preset_text(name), nl=False)
    elif as_json:
        told = [{"name": each, "summary": presets.summary(each)} for each in presets.NAMES]
        click.echo(json.dumps(told, indent=2))
    else:
        table = Table("preset", "what it does", box=None)
        for each in presets.NAMES:
            table.add_row(each, presets.summary(each))
        show(table)


@click.command(short_help="Check configuration files.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check configuration FILES; every mistake is told at once, a line each."""
    lines: list[str] = []
    for file in files:
        try:
            read = config.load_config(file)
        except config.ConfigError as error:
            lines += error.lines
        else:
            click.echo(f"{file}: good ({len(read.rules)} rules)")
    if lines:
        raise config.ConfigError(lines)


def _show_faults(wanted: list[FaultDescription]) -> None:
    table = Table("fault", "what a client sees", box=None)
    for fault in wanted:
        table.add_row(fault.kind, fault.summary)
    show(table)
    click.echo("\nMore on one: pawa-mock faults KIND")


def _show_fault(fault: FaultDescription) -> None:
    click.echo(f"{fault.kind}: {fault.summary}")
    if fault.parameters:
        table = Table("setting", "allowed", "default", "meaning", box=None)
        for parameter in fault.parameters:
            table.add_row(parameter.name, parameter.allowed, _default(parameter), parameter.meaning)
        click.echo()
        show(table)
    click.echo(f"\nExample: {fault.toml}")


def _default(parameter: Parameter) -> str:
    if parameter.required:
        return "must be given"
    return "-" if parameter.default is None else json.dumps(parameter.default)


def _as_json(fault: FaultDescription) -> dict[str, object]:
    return {
        "kind": fault.kind,
        "summary": fault.summary,
        "example": fault.example,
        "settings": [
            {
                "name": parameter.name,
                "meaning": parameter.meaning,
                "allowed": parameter.allowed,
                "unit": parameter.unit,
                "required": parameter.required,
                "default": parameter.default,
            }
            for parameter in fault.parameters
        ],
    }

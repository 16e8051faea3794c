"""The commands that need neither server nor file: ``faults``, ``presets`` and ``choices``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from mockserver import presets
from mockserver.commands.completion import fault_kinds, preset_names
from mockserver.commands.tables import show
from mockserver.configuration import file as config
from mockserver.configuration.choices import choices
from mockserver.faults.catalogue import describe
from mockserver.faults.spelling import SHORTCUTS, SpellingError, parts_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from mockserver.faults.description import FaultDescription, Parameter


@click.command()
@click.argument("kind", required=False, shell_complete=fault_kinds)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def faults(kind: str | None, as_json: bool) -> None:
    """List the faults, or tell all about one KIND: a kind, a status or a shortcut.

    \b
    pawa-mock faults
    pawa-mock faults cut_stream
    pawa-mock faults timeout
    pawa-mock faults --json
    """
    known = {fault.kind: fault for fault in describe()}
    wanted = list(known.values()) if kind is None else [known[_kind_of(kind, known)]]
    if as_json:
        click.echo(json.dumps([_as_json(fault) for fault in wanted], indent=2))
    elif kind is None:
        _show_faults(wanted)
    else:
        _show_fault(kind, wanted[0])


def _kind_of(spelled: str, known: Collection[str]) -> str:
    """The kind of whatever ``pawa-mock fault add`` takes for one; raises ConfigError."""
    if spelled in known:
        return spelled
    try:
        kind, _ = parts_of(spelled)
    except SpellingError as mistake:
        raise config.ConfigError(mistake.lines) from None
    return kind


@click.command(name="presets", short_help="List the presets, or print the file of one.")
@click.argument("name", required=False, shell_complete=preset_names)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_presets(name: str | None, as_json: bool) -> None:
    """List the presets, or print the file of one NAME to begin your own with.

    \b
    pawa-mock presets
    pawa-mock presets bad-day > mock.toml
    """
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


@click.command(name="choices", short_help="List what the API's documents leave open.")
@click.argument("word", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_choices(word: str | None, as_json: bool) -> None:
    """List what the documents of the real API leave open, what was chosen here, and the switch.

    With a WORD, only what speaks of it. "Told" is what could be read: documents (D), the official
    SDK and its tests (S), or nothing.

    \b
    pawa-mock choices
    pawa-mock choices stream
    pawa-mock choices retry --json
    """
    found = [choice for choice in choices() if word is None or choice.speaks_of(word)]
    if not found:
        raise config.ConfigError([f"no choice speaks of {word!r}; pawa-mock choices lists all"])
    if as_json:
        click.echo(json.dumps([asdict(choice) for choice in found], indent=2, ensure_ascii=False))
        return
    table = Table("point", "told", "the mock", "switch", box=None)
    for choice in found:
        cells = (choice.point, choice.told, choice.mock, choice.switch)
        table.add_row(*(Text(cell) for cell in cells))
    show(table)


def _show_faults(wanted: list[FaultDescription]) -> None:
    table = Table("fault", "what a client sees", box=None)
    for fault in wanted:
        table.add_row(fault.kind, fault.summary)
    show(table)
    click.echo("\nMore on one: pawa-mock faults KIND. Short names for pawa-mock fault add:\n")
    table = Table("shortcut", "fault", "what a client sees", box=None)
    for name, shortcut in SHORTCUTS.items():
        table.add_row(name, shortcut.kind, shortcut.meaning)
    show(table)


def _show_fault(spelled: str, fault: FaultDescription) -> None:
    if spelled != fault.kind:
        _, settings = parts_of(spelled)
        words = "".join(f" {name}={value}" for name, value in settings.items())
        click.echo(f"{spelled} is short for {fault.kind}{words}\n")
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

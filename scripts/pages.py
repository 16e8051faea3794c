"""Writes the pages of docs/ that are made from the code, or says which are out of date.

``python scripts/pages.py`` writes ``docs/api.md``, ``docs/rows.md``, the tables of targets and of
the mock's commands in ``docs/commands.md``, that of defects in ``docs/zoo.md`` and those of
settings in ``docs/config.md``; with ``--check`` it only compares and exits 1 when one differs.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockserver.cli import cli as mock_cli
from mockserver.configuration.page import with_settings
from scenarios.registry import discover
from scenarios.targets import Targets
from scenarios.zoo.defects import DEFECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[1] / "docs"
MOCK_MARK = "<!-- pawa-mock -->"
SHARED_OPTIONS = {"--server", "--sandbox", "--control-token"}
"""The options of every command that steers a running server; they are told once."""
TARGETS_MARK = "<!-- targets -->"
DEFECTS_MARK = "<!-- defects -->"
PACKAGES = ("mockserver", "scenarios", "reports")


def api_page() -> str:
    """Every public name of every package, with the first sentence of its docstring."""
    lines = [
        "# Public names",
        "",
        "What each package offers to others; everything else is its own. Made from the code by",
        "`python scripts/pages.py`.",
    ]
    for package in PACKAGES:
        module = importlib.import_module(package)
        lines += [
            "",
            f"## `{package}`",
            "",
            _first(module),
            "",
            "| name | what it is |",
            "|---|---|",
        ]
        lines += [f"| `{name}` | {_first(getattr(module, name))} |" for name in module.__all__]
    return "\n".join(lines) + "\n"


def rows_page() -> str:
    """Every row that has a scenario, by group, and how it is tested."""
    registry = discover()
    lines = [
        "# Rows",
        "",
        "The promises that are judged. `must` is a norm's own word; `must*` is ours, where the",
        "failure costs money, secrets, data or floods a server; `should` has wide agreement; `may`",
        "depends on what the client claims. `pawa-scenarios explain ROW` tells more of one. Made",
        "from the code by `python scripts/pages.py`.",
    ]
    groups = dict.fromkeys(row.group for row in registry.rows())
    for group in groups:
        lines += ["", f"## {group}", "", "| row | what is right | how it is tested | claims |"]
        lines += ["|---|---|---|---|"]
        for row in registry.rows():
            if row.group == group:
                entry = registry.scenario_of(row.id)
                claims = ", ".join(f"`{claim}`" for claim in entry.unclaimed()) or "none"
                claims = claims.replace(" or ", "` or `")
                told = " ".join(entry.told.split("\n\n")[0].split())
                cells = (f"{row.id} {row.severity}", row.right, told, claims)
                lines.append(
                    f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
                )
    return "\n".join(lines) + "\n"


def commands_page(document: str) -> str:
    """The page of the commands with its table of targets written anew."""
    before, _, after = document.split(TARGETS_MARK)
    rows = [
        f"| `{name}` | {field.default:g} | {field.description} |"
        for name, field in Targets.model_fields.items()
    ]
    table = "\n".join(["", "| target | default | what for |", "|---|---|---|", *rows, ""])
    return f"{before}{TARGETS_MARK}{table}{TARGETS_MARK}{after}"


def mock_commands_page(document: str) -> str:
    """The page of the commands with its table of those of the mock written anew."""
    before, _, after = document.split(MOCK_MARK)
    rows = [
        f"| `{_escaped(' '.join(['pawa-mock', *path, *_arguments(command)]))}` "
        f"| {command.get_short_help_str(limit=200).rstrip('.')} | {_options(command)} |"
        for path, command in _leaves((), mock_cli)
    ]
    table = "\n".join(["", "| command | what it does | options |", "|---|---|---|", *rows, ""])
    return f"{before}{MOCK_MARK}{table}{MOCK_MARK}{after}"


def _leaves(
    path: tuple[str, ...], command: click.Command
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that is no group, with the words that call it."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name, inner in command.commands.items():
        yield from _leaves((*path, name), inner)


def _arguments(command: click.Command) -> list[str]:
    context = click.Context(command)
    return [
        parameter.make_metavar(context)
        for parameter in command.params
        if isinstance(parameter, click.Argument)
    ]


def _options(command: click.Command) -> str:
    context = click.Context(command)
    told: list[str] = []
    for option in command.params:
        if not isinstance(option, click.Option) or SHARED_OPTIONS & set(option.opts):
            continue
        names = [*sorted(option.opts, key=len, reverse=True), *option.secondary_opts]
        value = "" if option.is_flag else f" {option.make_metavar(context)}"
        told += [
            f"`{name}{value}`" if number == 0 else f"`{name}`" for number, name in enumerate(names)
        ]
    return _escaped(", ".join(told))


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


def zoo_page(document: str) -> str:
    """The page of the zoo with its table of defects written anew."""
    before, _, after = document.split(DEFECTS_MARK)
    rows = []
    for defect in DEFECTS.values():
        caught_by = "<br>".join(
            f"{row}: {' or '.join(f'`{glob}`' for glob in defect.globs(row))}"
            for row in (*defect.rows, *defect.load_rows)
        )
        cells = (f"{defect.id} `{defect.kind.__name__}`", defect.defect, defect.seen, caught_by)
        rows.append(f"| {' | '.join(cells)} |".replace("``", "`"))
    head = ["", "| defect | what is wrong | seen | caught by |", "|---|---|---|---|"]
    return f"{before}{DEFECTS_MARK}{chr(10).join([*head, *rows, ''])}{DEFECTS_MARK}{after}"


def _first(thing: object) -> str:
    """The first paragraph of a docstring on one line; a type alias has none of its own."""
    if not (inspect.isclass(thing) or inspect.isfunction(thing) or inspect.ismodule(thing)):
        return "A type alias."
    text = (inspect.getdoc(thing) or "").split("\n\n")[0]
    return " ".join(text.split()).replace("|", "\\|")


def pages() -> Iterator[tuple[Path, str]]:
    """Each page with its text."""
    yield DOCS / "api.md", api_page()
    yield DOCS / "rows.md", rows_page()
    commands = DOCS / "commands.md"
    yield commands, mock_commands_page(commands_page(commands.read_text("utf-8")))
    zoo = DOCS / "zoo.md"
    yield zoo, zoo_page(zoo.read_text("utf-8"))
    config = DOCS / "config.md"
    yield config, with_settings(config.read_text("utf-8"))


def main() -> int:
    """Write the pages, or check them."""
    stale = [path for path, text in pages() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"docs/{path.name} is out of date: run python scripts/pages.py")  # noqa: T201 - a script
        return 1 if stale else 0
    for path, text in pages():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

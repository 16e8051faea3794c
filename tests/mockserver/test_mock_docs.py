"""`docs/mock.md` and `docs/choices.md` say all that there is, and nothing that there is not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click
import pytest

from mockserver.api.routes import ENDPOINTS
from mockserver.cli import cli
from mockserver.configuration.file import ConfigFile, check
from mockserver.control.calls import JournalQuery
from mockserver.control.dispatch import CALLS
from mockserver.presets import NAMES, summary
from mockserver.settings import SandboxSettings, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.api.endpoint import Endpoint

DOCS = Path(__file__).parents[2] / "docs"
MOCK = (DOCS / "mock.md").read_text("utf-8")
CHOICES = (DOCS / "choices.md").read_text("utf-8")


def section(name: str) -> str:
    """The table behind a marker."""
    return MOCK.split(f"<!-- {name} -->")[1].split("\n\n")[0]


def models_in(annotation: object) -> Iterator[type[Snapshot]]:
    """The tables that a field can hold."""
    if isinstance(annotation, type) and issubclass(annotation, Snapshot):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def test_every_command_is_told() -> None:
    """Here by its name; all of its options in `docs/commands.md`, which is made from the code."""
    told = section("what-for")

    assert [name for name in cli.commands if f"`{name}`" not in told] == []


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_every_endpoint_is_told(endpoint: Endpoint) -> None:
    """With its path, in the row of its family."""
    assert f"/v1{endpoint.path}`" in MOCK


def test_every_preset_is_told_in_its_own_words() -> None:
    """The sentence of the file."""
    for name in NAMES:
        assert f"| `{name}` | {summary(name)} |" in MOCK


def test_every_call_of_the_control_api_is_told() -> None:
    """And every filter of the journal."""
    told = section("calls")

    assert [f"{m} {p}" for m, p in CALLS if f"`{m} {p}`" not in told] == []
    assert len(re.findall(r"`(?:GET|POST|PUT|PATCH|DELETE) /", told)) == len(CALLS)
    assert [name for name in JournalQuery.model_fields if f"`{name}`" not in told] == []


def test_the_rules_for_replies_in_the_documents_are_good_ones() -> None:
    """As they stand there."""
    (text,) = re.findall(r"```toml\n(.*?)```", MOCK, re.DOTALL)
    assert len(check(ConfigFile, tomllib.loads(text), "docs/mock.md").replies.rules) == 3


def test_the_command_lines_in_the_documents_are_good_ones() -> None:
    """Each is parsed as the command would."""
    lines = re.findall(r"^pawa-mock (.+)$", MOCK, re.MULTILINE)
    assert len(lines) >= 6
    for line in lines:
        words = line.split("#")[0].split()
        command: click.Command = cli
        while isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        command.make_context("pawa-mock", words)


def test_every_switch_in_the_choices_exists() -> None:
    """Each names a setting of a sandbox."""
    rows = CHOICES.split("<!-- choices -->\n")[1].splitlines()[2:]
    switches = [name for row in rows for name in re.findall(r"`(\w+\.\w+)`", row.split("|")[-2])]

    assert len(switches) >= 15
    for switch in switches:
        table, name = switch.split(".")
        tables = list(models_in(SandboxSettings.model_fields[table].annotation))
        assert name in tables[0].model_fields, switch

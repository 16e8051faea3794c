"""The commented example: all off, all explained, and all of it good when it is switched on."""

from __future__ import annotations

import re
import tomllib
from typing import get_args

import pytest

from mockserver.configuration.example import example_text, explanations, sections, switched_on
from mockserver.configuration.file import ConfigFile, check
from mockserver.settings import Snapshot


def test_as_it_is_written_everything_is_off() -> None:
    """A server that is started with it is one without a file."""
    assert tomllib.loads(example_text()) == {}


@pytest.mark.parametrize("section", list(sections()), ids=lambda text: text.splitlines()[0][:30])
def test_each_section_can_be_switched_on_alone(section: str) -> None:
    """It is TOML, and the settings of a sandbox or a server."""
    table = tomllib.loads(section)

    assert table
    assert check(ConfigFile, table, "example").model_fields_set == table.keys()


def test_all_of_it_can_be_switched_on_at_once() -> None:
    """Nothing in it contradicts anything else."""
    file = check(ConfigFile, tomllib.loads(switched_on(example_text())), "example")

    assert len(file.rules) == 2
    assert [sandbox.name for sandbox in file.sandboxes] == ["staging"]


def tables(model: type[Snapshot]) -> dict[str, type[Snapshot]]:
    """The tables inside a table, by the names of their fields."""
    return {
        name: inner
        for name, field in model.model_fields.items()
        for inner in _models_in(field.annotation)
    }


def _models_in(annotation: object) -> list[type[Snapshot]]:
    if isinstance(annotation, type) and issubclass(annotation, Snapshot):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models_in(inner)]


def test_every_setting_is_in_it() -> None:
    """Every table and every field of it, on a line of its own or inside an inline table."""
    text = switched_on(example_text())
    told = {name for _, name in explanations()} | set(re.findall(r"\b(\w+) = ", text))
    missing = set(ConfigFile.model_fields) - told - {"port"}
    missing = {name for name in missing if not re.search(rf"^\[+{name}\b", text, re.MULTILINE)}
    for inner in tables(ConfigFile).values():
        if inner.__module__.startswith("mockserver.settings") and "sandboxes" not in inner.__name__:
            missing |= set(inner.model_fields) - told - set(tables(ConfigFile)) - {"rules"}

    assert missing == set()


def test_every_setting_is_explained() -> None:
    """But for those of a further sandbox, which stand above."""
    silent = [place for place, said in explanations().items() if not said]

    assert {table for table, _ in silent} <= {"sandboxes"}


def test_an_explanation_is_in_plain_words() -> None:
    """What stands above a setting, as one sentence or two."""
    said = explanations()

    assert said["", "seed"].startswith("Where chance begins: the same seed")
    assert said["rate_limit", "requests_per_minute"] == (
        "Requests in any minute. The documented tiers are 5, 50 and 500."
    )
    assert said["replies.rules", "match"].startswith("Which requests: model, path")

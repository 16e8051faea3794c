"""The schema of the configuration file says what the program itself would say."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import jsonschema
import pytest

from mockserver.configuration.example import example_text, sections, switched_on
from mockserver.configuration.file import ConfigError, ConfigFile, check
from mockserver.configuration.schema import config_schema
from mockserver.presets import NAMES, preset_text

SCHEMA = config_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def plain(text: str) -> Any:
    """A TOML text as JSON: dates are texts there."""
    return json.loads(json.dumps(tomllib.loads(text), default=str))


def test_it_is_a_schema() -> None:
    """Of the dialect that it names."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["title"] == "pawa-mock configuration"


@pytest.mark.parametrize(
    "text",
    [*(preset_text(name) for name in NAMES), *sections(), switched_on(example_text())],
    ids=lambda text: text.splitlines()[0][:30],
)
def test_what_is_good_is_good_for_it(text: str) -> None:
    """Every preset and every section of the example."""
    assert [error.message for error in VALIDATOR.iter_errors(plain(text))] == []


@pytest.mark.parametrize(
    "text",
    [
        "sead = 1",
        'seed = "x"',
        "[latency]\nanswer_s = -1",
        '[[rules]]\nfault = { kind = "stauts" }',
        '[[rules]]\nfault = { kind = "hold", secs = 1 }',
        "[[rules]]\nmatch = { attempt = 0 }\nfault = { kind = 'noop' }",
        '[[keys]]\nid = "a"',
        'limit_headers = "x"',
        "[server]\nport = 70000",
    ],
)
def test_what_is_refused_is_refused_by_it(text: str) -> None:
    """So that an editor marks it before the server does."""
    with pytest.raises(ConfigError):
        check(ConfigFile, tomllib.loads(text), "x")

    assert not VALIDATOR.is_valid(plain(text))


@pytest.mark.parametrize(
    "text",
    [
        "[[rules]]\nmatch = { attempt = 2 }\nfault = { kind = 'noop' }",
        'limit_headers = "ietf"',
        "[[sandboxes]]\nname = 'b'\nlimit_headers = 'ietf'",
    ],
)
def test_the_short_ways_to_write_are_good_for_it(text: str) -> None:
    """A number for a range of one, a word for a table of one field."""
    check(ConfigFile, tomllib.loads(text), "x")

    assert VALIDATOR.is_valid(plain(text))


def test_a_setting_is_explained_in_the_words_of_the_example() -> None:
    """Where an editor shows them."""
    assert SCHEMA["properties"]["seed"]["description"].startswith("Where chance begins")
    assert SCHEMA["$defs"]["ReplyRule"]["properties"]["match"]["description"].startswith("Which")
    models = SCHEMA["$defs"]["ModelLatencySettings"]["properties"]
    assert models["base_s"]["description"].startswith("Seconds before")


def test_a_json_file_may_name_it() -> None:
    """In the field that editors look at."""
    assert VALIDATOR.is_valid({"$schema": "./pawa-mock.schema.json", "seed": 1})

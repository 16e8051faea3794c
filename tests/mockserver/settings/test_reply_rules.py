"""Rules for answers as people write them."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from mockserver.configuration.file import ConfigError, ConfigFile, check
from mockserver.settings import ReplySettings, SandboxSettings

if TYPE_CHECKING:
    from pathlib import Path


def written(rules: str) -> ConfigFile:
    return check(ConfigFile, tomllib.loads(rules), "mock.toml")


def test_rules_are_tables_of_the_replies() -> None:
    """In a file as in Python."""
    file = written(
        """
        [[replies.rules]]
        match = { user = "*bei*", stream = false }
        template = "{model} says {prompt}"

        [[replies.rules]]
        echo = true
        """
    )

    assert file.replies.script is not None
    assert [rule.echo for rule in file.replies.rules] == [None, True]
    assert ReplySettings().script is None


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        (
            "[[replies.rules]]",
            "replies.rules[0]: has nothing to say; give one of text, template, echo, file",
        ),
        (
            '[[replies.rules]]\ntext = "a"\necho = true',
            "replies.rules[0]: has text and echo; give one of text, template, echo, file",
        ),
        (
            '[[replies.rules]]\ntext = "a"\norder = "attempt"',
            "replies.rules[0]: order is for a file of several answers; leave it out",
        ),
        (
            '[[replies.rules]]\ntemplate = "{who}"',
            (
                "replies.rules[0].template: has the unknown placeholder {who}; known: {prompt}, "
                "{system}, {model}, {path}, {n}, {turn}, {seed}, {user}, {token}"
            ),
        ),
        (
            '[[replies.rules]]\ntext = "a"\nmatch = { modle = "x" }',
            "replies.rules[0].match.modle: unknown field; nearest: model",
        ),
        (
            '[[replies.rules]]\nfile = "no/such.jsonl"',
            "replies.rules[0]: no/such.jsonl: cannot be read: no such file or directory",
        ),
    ],
)
def test_a_mistake_is_one_line(rules: str, line: str) -> None:
    """With its place and its mend."""
    with pytest.raises(ConfigError) as caught:
        written(rules)

    assert caught.value.lines == (f"mock.toml: {line}",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"text": "a", "data": {}}', "line 1: needs a text or a data; give one of the two"),
        ('{"text": "a", "math": {}}', "line 1: math: unknown field; nearest: match, data"),
        ('{"data": {}}', "line 1: data needs request[0].message, as an answer of the API has it"),
        ("[1]", "line 1: must be a table, not a list"),
    ],
)
def test_a_mistake_in_a_file_of_answers_is_one_line(
    tmp_path: Path, content: str, message: str
) -> None:
    """File, line, field."""
    file = tmp_path / "answers.jsonl"
    file.write_text(content, "utf-8")

    with pytest.raises(ConfigError) as caught:
        written(f"[[replies.rules]]\nfile = '{file}'")

    assert caught.value.lines == (f"mock.toml: replies.rules[0]: {file}, {message}",)


def test_settings_are_equal_when_what_they_say_is(tmp_path: Path) -> None:
    """A file that says something else makes them differ."""
    file = tmp_path / "answers.jsonl"

    def settings(text: str) -> SandboxSettings:
        file.write_text(f'{{"text": "{text}"}}', "utf-8")
        return SandboxSettings.model_validate({"replies": {"rules": [{"file": str(file)}]}})

    assert settings("a") == settings("a")
    assert settings("a") != settings("b")

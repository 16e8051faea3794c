"""Configuration files: what they hold, and that every mistake is told at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mockserver.configuration.file import (
    ConfigError,
    load_config,
    merge,
    parse_table,
    server_settings,
)

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
note = "for the demo"
seed = 7

[server]
port = 0

[[keys]]
id = "app"
key = "app-key-1"

[rate_limit]
requests_per_minute = 5

[[rules]]
when = { times = 2 }
fault = { kind = "status", status = 503, retry_after = "1" }

[[sandboxes]]
name = "staging"
seed = 8
"""


def write(directory: Path, text: str, name: str = "mock.toml") -> Path:
    path = directory / name
    path.write_text(text, "utf-8")
    return path


def lines_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return tuple(line.removeprefix(f"{path}: ") for line in caught.value.lines)


def test_a_file_makes_a_server(tmp_path: Path) -> None:
    """The sandbox `default` at the top, the listener and further sandboxes in their tables."""
    server = server_settings(load_config(write(tmp_path, GOOD)))

    default, staging = server.sandboxes
    assert (server.host, server.port) == ("127.0.0.1", 0)
    assert (default.name, default.seed, default.keys[0].id) == ("default", 7, "app")
    assert default.rate_limit is not None
    assert default.rules[0].when.times == 2
    assert (staging.name, staging.seed) == ("staging", 8)


def test_the_listener_of_the_command_line_wins(tmp_path: Path) -> None:
    """Then the file's, then the top-level port, then 8080."""
    file = load_config(write(tmp_path, GOOD))
    bare = load_config(write(tmp_path, "port = 9000"))
    empty = load_config(write(tmp_path, ""))

    assert server_settings(file, host="::1", port=81).port == 81
    assert server_settings(file, host="::1").host == "::1"
    assert server_settings(bare).port == 9000
    assert server_settings(empty).port == 8080


def test_json_does_as_well(tmp_path: Path) -> None:
    """A table, or a bare list of rules."""
    rules = [{"fault": {"kind": "hold", "seconds": 1}}]

    table = load_config(write(tmp_path, json.dumps({"rules": rules}), "a.json"))
    bare = load_config(write(tmp_path, json.dumps(rules), "b.json"))

    assert table.rules == bare.rules
    assert len(bare.rules) == 1


def test_every_mistake_is_told_at_once_with_place_and_mend(tmp_path: Path) -> None:
    """A wrong key, a negative delay, an unknown fault, a bad type: a line each."""
    path = write(
        tmp_path,
        """
        sead = 3
        [latency]
        answer_s = -1
        [rate_limit]
        requests_per_minute = "five"
        [[rules]]
        fault = { kind = "stauts", status = 503 }
        [[rules]]
        fault = { kind = "hold", seconds = -5 }
        [[rules]]
        match = { pth = "/x" }
        when = { probability = 2 }
        fault = { kind = "noop" }
        [server]
        prot = 80
        [[sandboxes]]
        name = "two words"
        """,
    )

    lines = lines_of(path)

    assert set(lines) >= {
        "sead: unknown field; nearest: seed, stream",
        "latency.answer_s: must be at least 0, not -1",
        "rate_limit.requests_per_minute: must be a whole number, not 'five'",
        "rules[0].fault.kind: unknown kind 'stauts'; nearest: status, stall",
        "rules[1].fault.seconds: must be at least 0, not -5",
        "rules[2].match.pth: unknown field; nearest: path",
        "rules[2].when.probability: must be at most 1, not 2",
        "server.prot: unknown field; nearest: port, host",
    }
    assert any(line.startswith("sandboxes[0].name: ") for line in lines)
    assert len(lines) == 9


def test_twins_are_told(tmp_path: Path) -> None:
    """A mistake that is in no single field."""
    twins = '[[keys]]\nid="a"\nkey="x"\n[[keys]]\nid="a"\nkey="y"'

    assert lines_of(write(tmp_path, twins)) == ("key id 'a' occurs twice; each needs its own",)


def test_a_file_of_recorded_answers_is_read_with_the_file(tmp_path: Path) -> None:
    """A mistake in it is told by `check`, not by the first chat."""
    recorded = tmp_path / "answers.jsonl"
    recorded.write_text('{"text": "Karibu"}\n{"txt": "x"}')
    path = write(tmp_path, f'[[replies.rules]]\nfile = "{recorded}"')

    (line,) = lines_of(path)

    assert line.startswith(f"replies.rules[0]: {recorded}, line 2: ")


def test_the_sandbox_of_the_top_level_has_a_name_too(tmp_path: Path) -> None:
    """It is ``default`` where none is given."""
    twins = '[[sandboxes]]\nname = "default"'

    assert lines_of(write(tmp_path, twins)) == (
        "sandbox name 'default' occurs twice; each needs its own",
    )


def test_a_secret_is_not_repeated(tmp_path: Path) -> None:
    """A mistake inside a key does not print the key."""
    bad = '[[keys]]\nid = "a"\nkey = "se cret-1234"'

    assert "cret-1234" not in "\n".join(lines_of(write(tmp_path, bad)))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.toml", "seed = = 1", "is not TOML: invalid value (at line 1, column 8)"),
        ("a.json", '{"seed": }', "is not JSON: expecting value (line 1, column 10)"),
        ("a.json", '"text"', "must hold a table (or a list of rules)"),
        ("a.yaml", "seed: 1", "give it a name that ends in .toml or .json"),
        ("a.json", "[" * 100_000, "is nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_parsed_is_told(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    """With line and column."""
    assert lines_of(write(tmp_path, text, name)) == (told,)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Missing, a directory, or not UTF-8."""
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'note = "\xe9"')

    assert lines_of(tmp_path / "none.toml") == ("cannot be read: no such file or directory",)
    assert lines_of(tmp_path) == ("cannot be read: is a directory",)
    assert lines_of(latin) == ("byte 8 is not UTF-8; save it as UTF-8",)


def test_merging_keeps_the_rules_of_both() -> None:
    """Tables are merged, the upper one wins, its rules come first."""
    below = {"stream": {"style": "sse", "chunks": 3}, "rules": [1], "seed": 1}
    above = {"stream": {"chunks": 5}, "rules": [2], "seed": 2}

    merged = merge(below, above)

    assert merged == {"stream": {"style": "sse", "chunks": 5}, "rules": [2, 1], "seed": 2}
    assert below["rules"] == [1]


def test_a_text_is_parsed_under_its_name() -> None:
    """For presets, which are no files of the user's."""
    assert parse_table("seed = 1", ".toml", "preset x") == {"seed": 1}
    with pytest.raises(ConfigError, match="preset x: is not TOML"):
        parse_table("seed", ".toml", "preset x")

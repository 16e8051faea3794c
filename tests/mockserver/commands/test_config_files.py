"""`init`, `check` and `schema`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mockserver.configuration.example import example_text
from mockserver.configuration.schema import config_schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]


def test_init_writes_a_file_that_is_good(pawa_mock: PawaMock, tmp_path: Path) -> None:
    """And says how to start with it."""
    file = tmp_path / "mock.toml"

    wrote = pawa_mock("init", str(file))

    assert wrote.code == 0
    assert wrote.out == f"wrote {file}; start with it: pawa-mock serve --config {file}\n"
    assert file.read_text("utf-8") == example_text()
    assert pawa_mock("check", str(file)).out == f"{file}: good (0 rules)\n"


def test_init_writes_over_nothing_unless_told(pawa_mock: PawaMock, tmp_path: Path) -> None:
    """One line, and the file as it was."""
    file = tmp_path / "mock.toml"
    file.write_text("seed = 1")

    refused = pawa_mock("init", str(file))

    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        f"pawa-mock: {file}: is there already; choose another name, or --force to write over it\n"
    )
    assert file.read_text("utf-8") == "seed = 1"
    assert pawa_mock("init", str(file), "--force").code == 0
    assert file.read_text("utf-8") == example_text()


def test_init_tells_where_it_cannot_write(pawa_mock: PawaMock, tmp_path: Path) -> None:
    """A folder that is not there, a name that no command would read."""
    nowhere = tmp_path / "none" / "mock.toml"

    assert pawa_mock("init", str(nowhere)).err == (
        f"pawa-mock: {nowhere}: cannot be written: no such file or directory\n"
    )
    assert pawa_mock("init", "mock.yaml").err == (
        "pawa-mock: mock.yaml: give it a name that ends in .toml\n"
    )


def test_the_schema_is_printed(pawa_mock: PawaMock) -> None:
    """As a file for an editor."""
    assert json.loads(pawa_mock("schema").out) == config_schema()


def test_check_tells_programs_the_same(pawa_mock: PawaMock, tmp_path: Path) -> None:
    """What is in good files, what is wrong with bad ones; nothing on stderr."""
    good, bad = tmp_path / "good.toml", tmp_path / "bad.json"
    good.write_text('[[rules]]\nfault = { kind = "noop" }\n[[sandboxes]]\nname = "other"')
    bad.write_text('{"seed": "x"}')

    ran = pawa_mock("check", "--json", str(good), str(bad))

    assert (ran.code, ran.err) == (2, "")
    assert json.loads(ran.out) == [
        {
            "file": str(good),
            "good": True,
            "rules": ["rule-1"],
            "keys": ["dev"],
            "sandboxes": ["default", "other"],
        },
        {
            "file": str(bad),
            "good": False,
            "errors": [f"{bad}: seed: must be a whole number, not 'x'"],
        },
    ]
    assert pawa_mock("check", "--json", str(good)).code == 0


def test_check_tells_every_mistake_of_every_file(pawa_mock: PawaMock, tmp_path: Path) -> None:
    """Exit code 0 only when all are good."""
    good, bad, worse = (tmp_path / name for name in ("good.toml", "bad.json", "worse.toml"))
    good.write_text('[[rules]]\nfault = { kind = "noop" }')
    bad.write_text('{"seed": "x", "latency": {"answer_s": -1}}')
    worse.write_text("=")

    fine = pawa_mock("check", str(good))
    wrong = pawa_mock("check", str(good), str(bad), str(worse))

    assert (fine.code, fine.out, fine.err) == (0, f"{good}: good (1 rule)\n", "")
    assert wrong.code == 2
    assert wrong.out == fine.out
    assert len(wrong.err.splitlines()) == 3
    assert f"pawa-mock: {bad}: latency.answer_s: must be at least 0, not -1\n" in wrong.err


def test_check_wants_a_file(pawa_mock: PawaMock) -> None:
    """One line."""
    assert pawa_mock("check").err == (
        "pawa-mock: Missing argument 'FILES...'; see pawa-mock check --help\n"
    )


def test_check_counts_the_rules_of_every_sandbox(pawa_mock: PawaMock, tmp_path: Path) -> None:
    """Those of further sandboxes, too."""
    file = tmp_path / "two.toml"
    file.write_text(
        '[[sandboxes]]\nname = "staging"\nrules = [{ fault = { kind = "noop" } }, '
        '{ fault = { kind = "bom" } }]'
    )

    assert pawa_mock("check", str(file)).out == f"{file}: good (2 rules in 2 sandboxes)\n"

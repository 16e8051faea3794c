"""The options of plain Locust."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest

from loadtests.errors import InputError
from loadtests.generator.options import (
    Options,
    add_options,
    attend_command,
    options_given,
    options_of_test,
    out_of_test,
)


class Parser:
    """Locust's parser, as far as it matters: it also asks what the web page may show."""

    def __init__(self) -> None:
        self.real = ArgumentParser()
        self.shown: dict[str, bool] = {}

    def add_argument(self, name: str, *, include_in_web_ui: bool, **how: Any) -> None:
        self.shown[name] = include_in_web_ui
        self.real.add_argument(name, **how)


def parser() -> Parser:
    one = Parser()
    add_options(one)
    return one


def given(*line: str) -> Options:
    return options_given(parser().real.parse_args(line))


def page(**sent: Any) -> Any:
    """What Locust has parsed after the page has sent its form."""
    parsed = parser().real.parse_args([])
    for name, value in sent.items():
        setattr(parsed, name, value)
    return parsed


def test_without_options_the_reference_client_goes_through_steady() -> None:
    """The control beside it, nothing written."""
    assert given() == Options(profile="steady", client="reference")


def test_everything_can_be_said_on_the_command_line() -> None:
    """As with `pawa-load run`."""
    told = given(
        *("--pawa-profile", "outage", "--pawa-client", "cmd:./mine", "--pawa-quick"),
        *("--pawa-seed", "7", "--pawa-out", "there", "--pawa-targets", "t.toml"),
        "--pawa-no-control",
    )

    assert told == Options(
        "outage", "cmd:./mine", True, 7, Path("there"), control=False, targets=Path("t.toml")
    )


def test_the_page_shows_nothing_that_names_a_program_or_a_path() -> None:
    """Whoever reaches the page must not start what they like."""
    shown = {name for name, there in parser().shown.items() if there}

    assert shown == {"--pawa-profile", "--pawa-quick", "--pawa-seed", "--pawa-no-control"}


def test_what_the_page_sends_chooses_among_what_is_there() -> None:
    """Client, output and targets stay the command line's, even when the page sends some."""
    line = given("--pawa-client", "cmd:./mine", "--pawa-out", "there")
    sent = page(
        pawa_profile="outage",
        pawa_quick=True,
        pawa_seed="9",
        pawa_no_control=True,
        pawa_client="cmd:rm",
        pawa_out="/",
        pawa_targets="/etc/passwd",
    )

    assert options_of_test(line, sent) == Options(
        "outage", "cmd:./mine", True, 9, Path("there"), control=False
    )


def test_the_command_line_may_name_a_profile_of_ones_own() -> None:
    """The page may keep it, and name no other file."""
    line = given("--pawa-profile", "mine.toml")

    assert options_of_test(line, page(pawa_profile="mine.toml")).profile == "mine.toml"
    assert options_of_test(line, page(pawa_profile="")).profile == "mine.toml"
    with pytest.raises(InputError, match=r"no profile 'other\.toml'.*the command line a path"):
        options_of_test(line, page(pawa_profile="other.toml"))


def test_a_profile_that_is_nearly_right_is_told() -> None:
    """In one line."""
    with pytest.raises(InputError, match=r"no profile 'outege'.*outage"):
        options_of_test(given(), page(pawa_profile="outege"))


@pytest.mark.parametrize(("sent", "seed"), [(None, None), ("", None), ("12", 12), (3, 3)])
def test_the_page_sends_numbers_as_text(sent: object, seed: int | None) -> None:
    """An empty field leaves the seed to the world."""
    assert options_of_test(given("--pawa-seed", "5"), page(pawa_seed=sent)).seed == seed


def test_a_seed_that_is_no_number_is_told() -> None:
    """In one line."""
    with pytest.raises(InputError, match=r"^seed: 'abc' is not a whole number$"):
        options_of_test(given(), page(pawa_seed="abc"))


def test_the_world_is_started_with_the_same_words(tmp_path: Path) -> None:
    """`attend` of this very Python; nothing is said that was not asked for."""
    start = [sys.executable, "-m", "loadtests", "attend", "--folder", str(tmp_path)]
    plain = [*start, "--profile", "steady", "--client", "reference"]
    everything = Options("outage", "raw", True, 0, Path("o"), control=False, targets=Path("t"))

    assert attend_command(given(), tmp_path, 1) == plain
    assert attend_command(everything, tmp_path, 2) == [
        *(*start, "--profile", "outage", "--client", "raw", "--quick", "--seed", "0"),
        *("--out", "o-2", "--no-control", "--targets", "t"),
    ]


def test_each_test_has_a_folder_of_its_own() -> None:
    """The second start from the page does not write over the first."""
    assert [str(out_of_test(Path("a/out"), test)) for test in (1, 2, 3)] == [
        *("a/out", "a/out-2", "a/out-3"),
    ]

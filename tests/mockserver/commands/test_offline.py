"""`faults`, `presets` and `choices`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mockserver.configuration.choices import choices
from mockserver.faults.catalogue import FAULTS
from mockserver.faults.spelling import SHORTCUTS
from mockserver.presets import NAMES, preset_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]


def test_faults_lists_every_fault(pawa_mock: PawaMock) -> None:
    """For people, and as JSON for programs."""
    told = pawa_mock("faults")
    listed = json.loads(pawa_mock("faults", "--json").out)

    assert told.code == 0
    assert [kind for kind in FAULTS if f" {kind} " not in told.out] == []
    assert [fault["kind"] for fault in listed] == list(FAULTS)
    assert set(listed[0]) == {"kind", "summary", "example", "settings"}


@pytest.mark.parametrize("kind", list(FAULTS))
def test_one_fault_is_told_in_full(pawa_mock: PawaMock, kind: str) -> None:
    """Its settings, and an example on one line."""
    told = pawa_mock("faults", kind)

    assert told.code == 0
    assert told.out.startswith(f"{kind}: ")
    assert f'Example: fault = {{ kind = "{kind}"' in told.out
    assert [name for name in FAULTS[kind].model_fields if name not in told.out] in ([], ["kind"])


@pytest.mark.parametrize(
    ("spelled", "kind", "short"),
    [
        ("429", "status", "429 is short for status status=429\n"),
        ("timeout", "hold", "timeout is short for hold\n"),
        ("cut", "cut_body", "cut is short for cut_body after_bytes=60\n"),
        ("503;retry_after=2", "status", "503;retry_after=2 is short for status status=503 "),
    ],
)
def test_whatever_can_be_added_is_told(
    pawa_mock: PawaMock, spelled: str, kind: str, short: str
) -> None:
    """A status or a shortcut leads to the fault that it is short for."""
    told = pawa_mock("faults", spelled)

    assert told.code == 0
    assert told.out.startswith(short)
    assert f"\n{kind}: " in told.out


def test_an_unknown_fault_is_one_line(pawa_mock: PawaMock) -> None:
    """With the nearest."""
    told = pawa_mock("faults", "stauts")

    assert (told.code, told.out) == (2, "")
    assert told.err == "pawa-mock: fault 'stauts' is unknown; nearest: status, stall\n"


def test_presets_are_listed_and_printed(pawa_mock: PawaMock) -> None:
    """The printed file is a beginning of one's own."""
    told = pawa_mock("presets")

    assert [name for name in NAMES if name not in told.out] == []
    assert [each["name"] for each in json.loads(pawa_mock("presets", "--json").out)] == list(NAMES)
    assert pawa_mock("presets", "outage").out == preset_text("outage")
    assert pawa_mock("presets", "x").code == 2


def test_the_shortcuts_are_listed_too(pawa_mock: PawaMock) -> None:
    """With what they are short for."""
    told = pawa_mock("faults").out

    assert [name for name in SHORTCUTS if f"\n {name} " not in told] == []


def test_choices_are_listed_and_filtered(pawa_mock: PawaMock) -> None:
    """All of the page, or what speaks of a word."""
    every = json.loads(pawa_mock("choices", "--json").out)
    some = json.loads(pawa_mock("choices", "RETRY", "--json").out)

    assert len(every) == len(choices())
    assert 0 < len(some) < len(every)
    assert all("retry" in json.dumps(choice).lower() for choice in some)
    assert "rate_limit.retry_after" in pawa_mock("choices", "retry-after").out


def test_a_word_that_no_choice_speaks_of_is_one_line(pawa_mock: PawaMock) -> None:
    """Exit code 2."""
    told = pawa_mock("choices", "zebra")

    assert (told.code, told.out) == (2, "")
    assert told.err == "pawa-mock: no choice speaks of 'zebra'; pawa-mock choices lists all\n"

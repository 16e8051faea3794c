"""BACK rows, judged on clients whose pauses are right and wrong."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from reports.results import Verdict
from scenarios.catalogue.backoff import by_number, least_pause_s
from scenarios.client import Client
from scenarios.clients.protocol import Manifest
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.miniature import Miniature

ROWS = ("BACK-001", "BACK-002", "BACK-003", "BACK-004")


class NoPause(Miniature):
    """Tries again at once."""

    def backoff_s(self, retry: int) -> float:
        return 0.0


class ShorterThanDeclared(Miniature):
    """Says "equal jitter" and draws from nothing up."""

    limits: ClassVar = {**Miniature.limits, "backoff_family": "equal"}

    def backoff_s(self, retry: int) -> float:
        return super().backoff_s(1) * 0.3


class Constant(Miniature):
    """Always pauses for the base."""

    def backoff_s(self, retry: int) -> float:
        return float(self.settings["backoff_base_s"])


class Uncapped(Miniature):
    """Doubles for ever."""

    def backoff_s(self, retry: int) -> float:
        return float(self.settings["backoff_base_s"] * 2.0 ** (retry - 1))


class NarrowJitter(Miniature):
    """Adds up to 10 % to a doubling pause, as several clients do."""

    def backoff_s(self, retry: int) -> float:
        ceiling = min(
            self.settings["backoff_base_s"] * 2.0 ** (retry - 1), self.settings["backoff_cap_s"]
        )
        return float(ceiling * (1 + 0.1 * (super().backoff_s(1) / self.settings["backoff_base_s"])))


class DeclaresNoNumbers(Miniature):
    """Has a backoff of 50 ms with full jitter, and declares nothing of it."""

    limits: ClassVar = {"timeout_s": 60.0, "idle_timeout_s": 30.0, "max_attempts": 3}

    def __init__(self, settings: Any) -> None:
        super().__init__({**settings, "backoff_base_s": 0.05, "backoff_cap_s": 1.0})


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, three at once."""
    return judge_together(
        {
            Miniature: ROWS,
            DeclaresNoNumbers: ("BACK-001", "BACK-003"),
            Constant: ("BACK-002", "BACK-004"),
            NoPause: ("BACK-001", "BACK-003"),
            ShorterThanDeclared: ("BACK-001",),
            Uncapped: ("BACK-003",),
            NarrowJitter: ("BACK-004",),
        },
        at_once=3,
    )


def test_a_client_that_does_it_right_passes(verdicts: Verdicts) -> None:
    """Full jitter that doubles up to the cap."""
    judged = verdicts[Miniature]

    assert {found.verdict for found in judged.values()} == {Verdict.PASS}


def test_a_hot_loop_is_found_out(verdicts: Verdicts) -> None:
    """No pause at all fails both means."""
    found = missed(verdicts[NoPause]["BACK-001"])

    assert found == {"mean of the first pauses", "mean sum of the first 4 pauses"}


def test_a_hot_loop_does_not_pass_as_capped(verdicts: Verdicts) -> None:
    """The floor that keeps BACK-003 honest."""
    assert "control: typical pause" in missed(verdicts[NoPause]["BACK-003"])


def test_a_declared_family_has_to_be_kept(verdicts: Verdicts) -> None:
    """Pauses under the lower bound of the family that the client declares."""
    assert "shortest pause, against the declared family's lower bound" in missed(
        verdicts[ShorterThanDeclared]["BACK-001"]
    )


def test_undeclared_numbers_are_judged_by_the_row_s_own(verdicts: Verdicts) -> None:
    """50 ms with full jitter passes for a client that declares no base and no cap."""
    judged = verdicts[DeclaresNoNumbers]

    assert {row: found.judgement.reason for row, found in judged.items() if missed(found)} == {}


def test_a_constant_pause_does_not_grow_and_does_not_vary(verdicts: Verdicts) -> None:
    """Both statistics recognise it, in both of their runs."""
    judged = verdicts[Constant]

    assert "pause 3 is longer than pause 1" in missed(judged["BACK-002"])
    assert "spread of the first pauses" in missed(judged["BACK-004"])
    assert "Confirmed by a second run" in judged["BACK-002"].judgement.reason


def test_a_pause_without_a_cap_is_found_out(verdicts: Verdicts) -> None:
    """0.1 s doubled six times is far beyond 0.4 s."""
    assert missed(verdicts[Uncapped]["BACK-003"]) == {"longest typical pause"}


def test_narrow_jitter_is_an_advisory(verdicts: Verdicts) -> None:
    """Plus 0 to 10 % is jitter, and too little to pull a herd apart."""
    found = verdicts[NarrowJitter]["BACK-004"]

    assert found.verdict is Verdict.ADVISORY
    assert soft(found) == {"spread that pulls a herd apart"}


@pytest.mark.parametrize(
    ("family", "least_s"),
    [("full", None), ("decorrelated", None), ("equal", 0.2), ("additive", 0.4), ("none", 0.4)],
)
def test_the_lower_bound_of_a_family(family: str, least_s: float | None) -> None:
    """A share of the base, never of more than the cap; nothing where full jitter may come to 0."""
    limits: ClassVar = {"backoff_family": family, "backoff_base_s": 0.5, "backoff_cap_s": 0.4}
    client = Client(None, {}, Manifest("x", limits=limits), fixed=False, note=lambda _: None)  # type: ignore[arg-type]

    assert least_pause_s(client, limits) == least_s


def test_pauses_are_regrouped_by_their_number() -> None:
    """Calls may have made different numbers of attempts."""
    assert by_number([[1.0, 2.0], [3.0]]) == [[1.0, 3.0], [2.0]]
    assert by_number([]) == []

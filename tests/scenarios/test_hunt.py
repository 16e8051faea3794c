"""The zoo's keeper: what counts as caught, and what as escaped."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from reports.results import Verdict
from scenarios import hunt as hunting
from scenarios.catalogue.rows import load_rows
from scenarios.checks import equal
from scenarios.hunt import hunt_all, under_load_alone
from scenarios.registry import Registry, scenario
from tests.scenarios.fakes import FakeDriver

if TYPE_CHECKING:
    from scenarios.lab import Lab
    from scenarios.zoo.defect import Defect


@dataclass(frozen=True, slots=True)
class Quarry:
    """Stands where a defect of the zoo would; `spec` is a manner of the fake client."""

    id: str
    spec: str
    rows: tuple[str, ...] = ("RETRY-001",)
    wanted: str = "attempts"
    defect: str = "Does it wrong."

    def shows_in(self, row: str, check: str) -> bool:
        return check == self.wanted


@pytest.fixture(autouse=True)
def field(monkeypatch: pytest.MonkeyPatch) -> None:
    """One row that a good client passes, and clients that are known by their manners."""
    registry = Registry(load_rows())

    @scenario("RETRY-001", "RETRY-002", registry=registry)
    async def retried(lab: Lab) -> None:
        """A call has to arrive once."""
        call = lab.call()
        outcome = await (await lab.open()).chat(call)
        lab.check(equal("attempts", len(lab.attempts(call)), 1), row="RETRY-001")
        lab.check(equal("outcome", outcome.kind, "ok"))

    def parsed(manner: str) -> SimpleNamespace:
        async def start(*, debug_log: bool) -> FakeDriver:
            assert debug_log, "a leak into a debug log is a leak"
            return await FakeDriver(manner).launch()

        return SimpleNamespace(start=start)

    monkeypatch.setattr(hunting, "discover", lambda: registry)
    monkeypatch.setattr(hunting, "parse_spec", parsed)
    monkeypatch.setattr("scenarios.engine.QUIET_S", 0.01)


def silence() -> Console:
    return Console(file=io.StringIO())


async def hunted(*quarries: Quarry) -> dict[str, bool]:
    found = await hunt_all(list(quarries), 1, silence())  # type: ignore[arg-type]
    return {one.defect.id: one.caught for one in found}


async def test_a_defect_is_caught_by_the_check_that_it_names() -> None:
    """Each row has to fail, by one of its checks."""
    assert await hunted(Quarry("NULL-C", "canned"), Quarry("NULL-F", "refuses")) == {
        "NULL-C": True,
        "NULL-F": True,
    }


async def test_a_row_that_passes_lets_the_defect_escape() -> None:
    """A good client is nobody's quarry."""
    assert await hunted(Quarry("M00", "good")) == {"M00": False}


async def test_a_row_that_fails_for_another_reason_lets_it_escape() -> None:
    """The defect's own check has held."""
    assert await hunted(Quarry("M00", "canned", wanted="outcome")) == {"M00": False}


async def test_every_row_has_to_catch_it() -> None:
    """One of two is not enough."""
    both = Quarry("M00", "canned", rows=("RETRY-001", "RETRY-002"))

    assert await hunted(both) == {"M00": False}


async def test_without_a_quarry_nothing_is_hunted() -> None:
    """And nothing escapes."""
    assert await hunted() == {}


async def test_what_was_found_is_kept() -> None:
    """For the table."""
    (one,) = await hunt_all([Quarry("M00", "canned")], 1, silence())  # type: ignore[list-item]

    (catch,) = one.catches
    assert catch.verdict is Verdict.FAIL
    assert "attempts" in catch.missed
    assert (catch.named, catch.told) == (("attempts",), "attempts")


@pytest.mark.parametrize(
    ("manner", "wanted", "told"),
    [
        ("canned", "outcome", "failed by another check than the defect names: attempts"),
        ("good", "attempts", "All 3 checks hold."),
    ],
)
async def test_what_escaped_is_told(manner: str, wanted: str, told: str) -> None:
    """Which check missed instead, or that none did."""
    quarry = Quarry("M00", manner, wanted=wanted)
    (one,) = await hunt_all([quarry], 1, silence())  # type: ignore[list-item]

    assert told in one.catches[0].told


ZOO: dict[str, Defect] = {  # type: ignore[assignment]
    quarry.id: quarry for quarry in (Quarry("M01", "good"), Quarry("NULL-A", "good"))
}


async def test_an_interrupted_hunt_ends_every_process_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those that take a while to end, too."""
    met, ended = asyncio.Event(), []

    async def slow_to_end(defect: Defect, _: int) -> None:
        """A hunt whose client needs a moment after Ctrl-C."""
        met.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.02 * int(defect.id))
            ended.append(defect.id)

    monkeypatch.setattr(hunting, "hunt_one", slow_to_end)
    monkeypatch.setattr(hunting, "EVERY_S", 0.0)
    quarries = [Quarry("0", "good"), Quarry("3", "good")]
    running = asyncio.create_task(hunt_all(quarries, 1, silence()))  # type: ignore[arg-type]
    await met.wait()
    await asyncio.sleep(0)
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended == ["0", "3"]


def test_what_shows_under_load_alone_is_hunted_there() -> None:
    """Refused by name, with the way to go on."""
    zoo = {**ZOO, "M19": Quarry("M19", "good", rows=())}

    assert under_load_alone(zoo) == {  # type: ignore[arg-type]
        "M19": "shows under load alone: `pawa-load zoo` hunts it"
    }


@pytest.mark.parametrize(("manner", "code"), [("canned", 0), ("good", 1)])
def test_the_hunt_tells_what_escaped(
    manner: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 when all was caught, 1 when something escaped; repeated as often as asked."""
    monkeypatch.setattr(hunting, "all_defects", lambda: {"M01": Quarry("M01", manner)})

    assert hunting.hunt(only=["M01"], repeat=2, seed=5) == code

    out = capsys.readouterr().out
    assert "run 2 of 2, seed 6" in out
    assert ("escaped: M01" if code else "all 1 caught") in out
    assert "RETRY-001" in out

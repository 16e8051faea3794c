"""``pawa-mock clock`` against a running server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mockserver.commands.clock import duration_s

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.threaded import ThreadedMockServer
    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]

TOLD = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z (running|stopped), 0 wait\n")


@pytest.fixture
def clock(pawa_mock: PawaMock, server: ThreadedMockServer) -> PawaMock:
    """Run ``pawa-mock clock …`` against the running server."""

    def call(*arguments: str) -> Ran:
        return pawa_mock("clock", *arguments, "--server", server.url)

    return call


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("1.5m", 90),
        ("1h30m", 5400),
        ("2d", 172_800),
        ("250ms", 0.25),
        ("", None),
        ("-1s", None),
        ("1 h", None),
        ("1h30", None),
        ("s", None),
        ("1w", None),
    ],
)
def test_a_duration_is_written_as_people_write_it(text: str, seconds: float | None) -> None:
    """Number and unit, several of them in a row, or seconds without a unit."""
    assert duration_s(text) == seconds


def test_the_clock_is_shown_stopped_turned_and_let_go(
    clock: PawaMock, server: ThreadedMockServer
) -> None:
    """Each command tells what the clock shows then."""
    sandbox = server.sandbox()
    shown = clock("show")
    stopped = clock("freeze")
    wall_s = sandbox.clock.wall_s()
    turned = clock("advance", "1h30m")

    assert [ran.code for ran in (shown, stopped, turned)] == [0, 0, 0]
    assert [TOLD.fullmatch(ran.out).group(1) for ran in (shown, stopped, turned)] == [  # type: ignore[union-attr]
        "running",
        "stopped",
        "stopped",
    ]
    assert sandbox.clock.wall_s() - wall_s == pytest.approx(5400, abs=1e-6)
    assert "running" in clock("resume").out


def test_the_clock_is_set_to_an_instant(clock: PawaMock, server: ThreadedMockServer) -> None:
    """A century from now is the furthest."""
    clock("freeze")

    assert clock("set", "2050-01-01T03:00:00+03:00").out.startswith("2050-01-01T00:00:00.000Z")
    late = clock("set", "2049-01-01T00:00:00Z")

    assert late.code == 2
    assert late.err.startswith("pawa-mock: the clock shows 2050-01-01T00:00:00.000Z")
    assert server.sandbox().clock.frozen


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("advance", "soon"), "'soon' is no duration; write 90s, 1h30m or 2d"),
        (("set", "tomorrow"), "'tomorrow' is no instant; write 2027-01-01T00:00:00Z"),
        (("set", "2027-01-01"), "'2027-01-01' says no zone; end it with Z or +03:00"),
    ],
)
def test_a_wrong_time_is_told_in_one_line(
    clock: PawaMock, arguments: tuple[str, ...], line: str
) -> None:
    """With the mend."""
    ran = clock(*arguments)

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert line in ran.err

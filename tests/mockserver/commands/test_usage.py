"""What a running server's keys have used, as a table and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mockserver.commands.usage import units
from mockserver.settings import SandboxSettings, ServerSettings
from mockserver.threaded import ThreadedMockServer
from tests.mockserver.commands.test_remote import chat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]


@pytest.fixture
def paid() -> Iterator[ThreadedMockServer]:
    """A server with a budget for one chat and a limit for each key."""
    settings = SandboxSettings.model_validate(
        {
            "budget": {"limit_units": 0.1},
            "budgets": [{"id": "mine", "scope": "key", "limit_tokens": 1_000, "period": "daily"}],
        }
    )
    with ThreadedMockServer(ServerSettings(sandboxes=(settings,))) as started:
        yield started


def test_use_and_budgets_are_shown(pawa_mock: PawaMock, paid: ThreadedMockServer) -> None:
    """A line for each sum, one for all, and how every budget stands."""
    assert [chat(paid.url) for _ in range(3)] == [200, 402, 402]
    lines = pawa_mock("usage", "--server", paid.url).out.splitlines()

    assert lines[0].split()[:4] == ["project", "key", "model", "endpoint"]
    sums = ["3", "2", "x", "402", "1", "40", "0.081"]
    assert lines[1].split() == ["default", "dev", "pawa-v1-ember-20240924", "chat", *sums]
    assert lines[2].split() == ["total", *sums]
    assert lines[4].split()[:7] == ["budget", "the", "sandbox", "lifetime,", "hard", "0.081", "0.1"]
    assert lines[5].split()[:4] == ["mine", "dev", "daily,", "hard"]


def test_the_same_as_json(pawa_mock: PawaMock, paid: ThreadedMockServer) -> None:
    """By other dimensions, of some days."""
    chat(paid.url)
    ran = pawa_mock(
        "usage", "--by", "key", "--by", "day", "--since", "2020-01-01", "--json",
        "--server", paid.url,
    )  # fmt: skip

    told = json.loads(ran.out)
    (row,) = told["usage"]["rows"]
    assert list(row["labels"]) == ["key", "day"]
    assert row["cost_micro"] == told["usage"]["total"]["cost_micro"] == 81_000
    assert [one["id"] for one in told["budgets"]] == ["budget", "mine"]


def test_nothing_used_is_said(pawa_mock: PawaMock, server: ThreadedMockServer) -> None:
    """And no table of budgets where there are none."""
    assert pawa_mock("usage", "--server", server.url).out == "no requests\n"


def test_a_wrong_day_is_one_line(pawa_mock: PawaMock, server: ThreadedMockServer) -> None:
    """Exit code 2."""
    ran = pawa_mock("usage", "--since", "yesterday", "--server", server.url)

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "'yesterday' does not match the format" in ran.err


@pytest.mark.parametrize(
    ("amount", "text"), [(0.0, "0"), (10.0, "10"), (0.1, "0.1"), (1e-06, "0.000001")]
)
def test_money_has_no_zeros_at_its_end(amount: float, text: str) -> None:
    """To the millionth."""
    assert units(amount) == text

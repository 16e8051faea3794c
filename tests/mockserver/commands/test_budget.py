"""`pawa-mock budget` against a running server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mockserver.settings import SandboxSettings, ServerSettings
from mockserver.threaded import ThreadedMockServer
from tests.mockserver.commands.chatting import chat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]

SETTINGS = {
    "budget": {"limit_units": 0.0},
    "budgets": [{"id": "each-key", "scope": "key", "limit_tokens": 1_000_000}],
}


@pytest.fixture
def server() -> Iterator[ThreadedMockServer]:
    """A server whose money is used up."""
    settings = SandboxSettings.model_validate(SETTINGS)
    with ThreadedMockServer(ServerSettings(sandboxes=(settings,))) as started:
        yield started


@pytest.mark.parametrize(
    "change",
    [
        ("raise", "--by-units", "5"),
        ("raise", "--to-units", "5"),
        ("top-up", "--units", "5"),
    ],
)
def test_a_budget_is_raised(
    steer: PawaMock, server: ThreadedMockServer, change: tuple[str, ...]
) -> None:
    """Requests are let in again."""
    assert chat(server.url) == 402

    changed = steer("budget", *change)

    assert changed.code == 0
    assert " 5 " in changed.out
    assert chat(server.url) == 200


def test_a_budget_is_reset(steer: PawaMock, server: ThreadedMockServer) -> None:
    """Nothing is spent in the new period."""
    steer("budget", "raise", "--to-units", "5")
    chat(server.url)

    def spent() -> list[float]:
        return [one["spent_units"] for one in json.loads(steer("budget", "show", "--json").out)]

    assert spent()[0] > 0
    assert steer("budget", "reset").code == 0
    assert spent()[0] == 0


def test_another_budget_is_named(steer: PawaMock, server: ThreadedMockServer) -> None:
    """By its id, and for one of its accounts alone."""
    steer("budget", "raise", "--to-units", "5")
    chat(server.url)

    changed = steer("budget", "top-up", "each-key", "--tokens", "7", "--of", "dev")

    assert changed.code == 0
    assert "1000007" in changed.out
    assert "each-key" in steer("budget", "show").out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("raise",), "body: give one of to_units, by_units, to_tokens and by_tokens"),
        (("raise", "--by-units", "-1"), "body: by_units: must be more than 0, not -1.0"),
        (("top-up",), "body: give units, tokens or both"),
    ],
)
def test_a_mistake_is_one_line(steer: PawaMock, arguments: tuple[str, ...], line: str) -> None:
    """Exit code 2."""
    ran = steer("budget", *arguments)

    assert (ran.code, ran.out, ran.err) == (2, "", f"pawa-mock: {line}\n")


def test_an_unknown_budget_is_one_line(steer: PawaMock) -> None:
    """With those that there are."""
    ran = steer("budget", "reset", "nothing")

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "nothing" in ran.err

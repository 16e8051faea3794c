"""The commands that steer a running server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mockserver.commands.chatting import chat

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.threaded import ThreadedMockServer
    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]


def test_rules_are_set_added_removed_and_cleared(
    steer: PawaMock, server: ThreadedMockServer, tmp_path: Path
) -> None:
    """From files."""
    file = tmp_path / "rules.json"
    file.write_text('[{"id": "a", "fault": {"kind": "noop"}}, {"fault": {"kind": "noop"}}]')

    def ids() -> list[str | None]:
        return [rule.id for rule in server.sandbox().plan.rules]

    steer("fault", "add", "noop", "--id", "before")
    assert steer("rules", "--set", str(file)).code == 0
    assert ids() == ["a", "rule-2"]
    assert steer("rules", "--remove", "a").code == 0
    assert ids() == ["rule-2"]
    assert steer("rules", "--add", str(file)).code == 0
    assert ids()[:2] == ["rule-2", "a"]
    assert steer("rules", "--clear").out == "no rules\n"
    assert ids() == []


def test_a_reset_forgets(steer: PawaMock, server: ThreadedMockServer) -> None:
    """Rules and journal."""
    steer("fault", "add", "status", "status=500")
    chat(server.url)

    assert steer("reset").out == "reset default\n"
    assert steer("rules").out == "no rules\n"
    assert steer("journal").out == "no exchanges\n"
    assert chat(server.url) == 200


def test_the_server_can_be_named_once_for_all(
    pawa_mock: PawaMock, server: ThreadedMockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the environment."""
    monkeypatch.setenv("PAWA_MOCK_SERVER", server.url)

    assert pawa_mock("rules").out == "no rules\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("rules", "--sandbox", "other"), "no sandbox 'other'; open are: default"),
        (("rules", "--remove", "x"), "no rule 'x'; there are: none"),
        (
            ("rules", "--clear", "--remove", "x"),
            "give only one of --set, --add, --remove and --clear; see pawa-mock rules --help",
        ),
        (("rules", "--set", "no.toml"), "no.toml: cannot be read: no such file or directory"),
    ],
)
def test_a_mistake_is_one_line(steer: PawaMock, arguments: tuple[str, ...], line: str) -> None:
    """Exit code 2."""
    ran = steer(*arguments)

    assert (ran.code, ran.out, ran.err) == (2, "", f"pawa-mock: {line}\n")


def test_no_server_is_one_line(pawa_mock: PawaMock) -> None:
    """With the command that starts one."""
    ran = pawa_mock("reset", "--server", "http://127.0.0.1:1")

    assert ran.code == 2
    assert ran.err.startswith("pawa-mock: no mock server answers at http://127.0.0.1:1 (")
    assert ran.err.count("\n") == 1

"""One process: started in a group of its own, with a clean environment, ended for certain."""

from __future__ import annotations

import sys

import pytest

from scenarios.clients import child as child_module
from scenarios.clients.child import child_environment, end_child, exit_words, exited, start_child
from scenarios.clients.errors import ClientStartError


def test_the_environment_loses_keys_and_keeps_the_rest() -> None:
    """API keys of any name go, case does not matter; the loopback is out of every proxy's reach."""
    parent = {"PATH": "/bin", "PAWA_AI_API_KEY": "x", "some_api_key": "y", "no_proxy": "intern"}

    environment = child_environment(parent, {"PAWA_CLIENT_LOG": "debug"})

    assert environment == {
        "PATH": "/bin",
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "intern,127.0.0.1,localhost",
        "PAWA_CLIENT_LOG": "debug",
    }


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "ended with exit code 0"),
        (3, "ended with exit code 3"),
        (-9, "was ended by SIGKILL"),
        (None, "closed its stdout and went on running"),
    ],
)
def test_an_end_in_words(code: int | None, words: str) -> None:
    """For messages."""
    assert exit_words(code) == words


async def test_a_child_that_ends_with_its_stdin_needs_no_more() -> None:
    """The polite step was enough."""
    child = await start_child([sys.executable, "-c", "import sys; sys.stdin.read()"], {})

    assert not await exited(child, 0.05)
    assert await end_child(child) is None
    assert child.exit_code == 0
    child.release()


async def test_the_whole_group_of_a_stubborn_child_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrapper's own child is ended with it."""
    monkeypatch.setattr(child_module, "EXIT_GRACE_S", 0.2)
    child = await start_child(["sh", "-c", "trap '' TERM; sleep 3600 & echo up; wait; wait"], {})
    assert await child.stdout.readline() == b"up\n"

    words = await end_child(child)

    assert words in ("ended by SIGTERM", "ended by SIGKILL")
    # the pipe ends only once the grandchild, who holds it too, has gone
    assert await child.stdout.read() == b""
    child.release()


async def test_a_missing_command_is_named() -> None:
    """One line that says what to do."""
    with pytest.raises(ClientStartError, match="'no-such-thing' was not found: is it installed"):
        await start_child(["no-such-thing", "--flag"], {})

"""`pawa-mock journal` against a running server."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.mockserver.commands.chatting import chat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.threaded import ThreadedMockServer
    from tests.mockserver.commands.conftest import MockProcess, Ran

    PawaMock = Callable[..., Ran]


def test_the_journal_is_shown(steer: PawaMock, server: ThreadedMockServer) -> None:
    """As a table, or everything as JSON Lines; no secret in either."""
    assert steer("journal").out == "no exchanges\n"
    chat(server.url)
    steer("fault", "add", "status", "status=500")
    chat(server.url)

    table = steer("journal")
    lines = [json.loads(line) for line in steer("journal", "--json").out.splitlines()]
    refused = steer("journal", "--status", "500", "--rule", "rule-1", "--json").out.splitlines()

    assert "complete" in table.out
    assert [line["status"] for line in lines] == [200, 500]
    assert len(refused) == 1
    assert "pawa-dev-key" not in table.out + str(lines)


def test_a_bad_filter_is_one_line(steer: PawaMock) -> None:
    """Exit code 2."""
    ran = steer("journal", "--status", "5")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "pawa-mock: query: status: must be at least 100, not '5'\n"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (("--path", "/chat/*"), 2),
        (("--path", "/agents/*"), 0),
        (("--method", "POST", "--model", "pawa-v1-*", "--key", "dev"), 2),
        (("--since", "1h"), 2),
        (("--since", "2020-01-01T00:00:00Z"), 2),
        (("--since", "2999-01-01"), 0),
        (("--ending", "complete", "--limit", "1"), 1),
    ],
)
def test_every_filter_has_its_option(
    steer: PawaMock, server: ThreadedMockServer, filters: tuple[str, ...], found: int
) -> None:
    """Globs for paths and models, a duration or an instant for the beginning."""
    chat(server.url)
    chat(server.url)

    assert len(steer("journal", "--json", *filters).out.splitlines()) == found


def test_a_wrong_beginning_is_one_line(steer: PawaMock) -> None:
    """With the mend."""
    ran = steer("journal", "--since", "yesterday")

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "'yesterday' is neither a duration (5m, 1h30m) nor an instant" in ran.err


class Follower:
    """A real `pawa-mock journal --follow`."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mockserver", "journal", "--follow", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        """The next line of stdout."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self) -> tuple[int, str, str]:
        """Wait for its end; exit code, the rest of stdout, stderr."""
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@pytest.fixture
def follow() -> Iterator[Callable[..., Follower]]:
    """Start followers; none outlives the test."""
    started: list[Follower] = []

    def start(*arguments: str) -> Follower:
        started.append(Follower(*arguments))
        return started[-1]

    yield start
    for follower in started:
        if follower.process.poll() is None:
            follower.process.kill()
        follower.process.communicate()


def test_the_journal_is_followed_until_somebody_has_seen_enough(
    server: ThreadedMockServer, follow: Callable[..., Follower]
) -> None:
    """Earlier ones first, then each as it ends; Ctrl-C ends it with 130 and no word."""
    chat(server.url)
    follower = follow("--server", server.url, "--json")
    assert json.loads(follower.line())["seq"] == 1
    chat(server.url)
    assert json.loads(follower.line())["seq"] == 2
    follower.process.send_signal(signal.SIGINT)

    code, out, err = follower.end()
    assert (code, out, err.strip()) == (130, "", "")


def test_a_follower_ends_with_its_server(
    start_mock: Callable[..., MockProcess], follow: Callable[..., Follower]
) -> None:
    """What it was told is told; the rest is one line, and no error."""
    mock = start_mock("--port", "0")
    chat(mock.url)
    follower = follow("--server", mock.url, "--path", "/chat/*")
    line = follower.line()
    mock.stop(signal.SIGTERM)

    assert "POST /v1/chat/request" in line
    assert "key dev" in line
    assert follower.end() == (0, "", "pawa-mock: the server has ended\n")


def test_a_reader_that_goes_ends_a_follower(
    server: ThreadedMockServer, follow: Callable[..., Follower]
) -> None:
    """As `| head -1` does: no traceback."""
    chat(server.url)
    follower = follow("--server", server.url)
    follower.line()
    assert follower.process.stdout is not None
    follower.process.stdout.close()
    while follower.process.poll() is None:
        chat(server.url)
    assert follower.process.stderr is not None

    assert "Traceback" not in follower.process.stderr.read()


def test_nobody_to_follow_is_one_line(pawa_mock: PawaMock) -> None:
    """Exit code 2, as for every other command."""
    ran = pawa_mock("journal", "--follow", "--server", "http://127.0.0.1:1")

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("pawa-mock: no mock server answers at http://127.0.0.1:1 (")

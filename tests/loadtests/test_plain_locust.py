"""Locust started by hand with our locustfile: on one machine or over several, from its web page."""

from __future__ import annotations

import json
import signal
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from loadtests.locust_child import LOCUSTFILE, free_port
from reports.document import ReportError, read_results
from reports.results import Results, Verdict, exit_code
from tests.loadtests.command import Command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def locust(folder: Path, *arguments: str) -> Command:
    """Plain Locust with our locustfile."""
    return Command(folder, "-f", str(LOCUSTFILE), *arguments, module="locust")


def asked(brief: Path, out: Path) -> tuple[str, ...]:
    """The brief profile, and where its results go."""
    profile = ("--pawa-profile", str(brief), "--pawa-client", "reference", "--pawa-seed", "1")
    return (*profile, "--pawa-out", str(out))


def whole(out: Path) -> Results:
    """The results of a run in which every call came to its end, each once."""
    results = read_results(out / "results.json")
    assert results.run.complete
    assert results.run.seed == 1
    assert results.load is not None
    assert results.load.counts["finished"] == results.load.counts["scheduled"] == 20
    assert results.load.counts["control.attempts"] == 20
    assert results.row("RUN-001").verdict in (Verdict.PASS, Verdict.HARNESS_FAULT)
    return results


@pytest.mark.usefixtures("load_alone")
@pytest.mark.parametrize("processes", [(), ("--processes", "2")], ids=["one", "two"])
def test_it_comes_to_the_same_verdict(
    tmp_path: Path, brief: Path, processes: tuple[str, ...]
) -> None:
    """Written like that of `pawa-load run`; the exit code is its own."""
    out, port = tmp_path / "out", str(free_port())
    meet = ("--master-bind-port", port, "--master-port", port) if processes else ()
    command = locust(tmp_path, "--headless", *asked(brief, out), *processes, *meet)

    code = command.end()
    assert code == exit_code(whole(out)), command.err
    assert f"page: {out / 'index.html'}" in command.out
    assert command.left() == []


@pytest.mark.usefixtures("load_alone")
def test_workers_may_be_started_one_by_one(tmp_path: Path, brief: Path) -> None:
    """A master and two workers that meet on a port; the workers need no options of ours."""
    out, port = tmp_path / "out", str(free_port())
    meet = ("--master-bind-host", "127.0.0.1", "--master-bind-port", port)
    expect = ("--headless", "--expect-workers", "2")
    master = locust(tmp_path / "master", "--master", *meet, *expect, *asked(brief, out))
    workers = [
        locust(tmp_path / name, "--worker", "--master-host", "127.0.0.1", "--master-port", port)
        for name in ("one", "other")
    ]

    code = master.end()
    assert code == exit_code(whole(out)), master.err
    assert [worker.end() for worker in workers] == [0, 0]
    assert [command.left() for command in (master, *workers)] == [[], [], []]


class Page:
    """Locust's web page, as a browser uses it."""

    def __init__(self, command: Command, port: int) -> None:
        self._command = command
        self._port = port

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> Any:
        """What it answers; None while nobody listens."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, urlencode(form or {}), headers)
            return json.loads(connection.getresponse().read())
        except ConnectionError:
            return None
        finally:
            connection.close()

    def until_it_is(self, *states: str) -> None:
        """Wait until a test can be started, or is over."""
        self._command.until(
            lambda: (self.ask("GET", "/stats/requests") or {}).get("state") in states
        )

    def start(self, **form: str) -> None:
        """Press the button."""
        self.until_it_is("ready", "stopped")
        told = self.ask("POST", "/swarm", {"user_count": "1", "spawn_rate": "1", **form})
        assert told["success"], told


@pytest.fixture
def page(tmp_path: Path, brief: Path) -> Iterator[tuple[Page, Command]]:
    """A Locust that waits for somebody at its page."""
    port = free_port()
    listen = ("--web-host", "127.0.0.1", "--web-port", str(port))
    command = locust(tmp_path, *listen, *asked(brief, tmp_path / "out"))
    yield Page(command, port), command
    command.signal(signal.SIGTERM)
    command.end()
    assert command.left() == []


def written(command: Command, out: Path) -> Results:
    """The results, as soon as all of them are there."""

    def there() -> bool:
        try:
            read_results(out / "results.json")
        except ReportError:
            return False
        return True

    command.until(there)
    return whole(out)


@pytest.mark.usefixtures("load_alone")
def test_each_start_from_the_page_is_a_run_of_its_own(
    page: tuple[Page, Command], tmp_path: Path, brief: Path
) -> None:
    """With a fresh mock and a folder of its own; the page stays."""
    web, command = page
    web.start(pawa_profile=str(brief))
    first = written(command, tmp_path / "out")
    web.start(pawa_profile=str(brief), pawa_no_control="true")
    command.until((tmp_path / "out-2" / "results.json").exists)
    web.until_it_is("stopped")
    second = read_results(tmp_path / "out-2" / "results.json")

    assert first.load is not None
    assert second.load is not None
    assert second.run.complete
    assert second.load.counts["finished"] == first.load.counts["finished"] == 20
    assert "control.attempts" not in second.load.counts

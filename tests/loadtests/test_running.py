"""The life of a run, in real processes: whatever ends it, nothing of it is left."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from loadtests import running
from loadtests.asking import read_request
from loadtests.errors import InputError
from reports.document import read_results
from reports.results import Verdict
from tests.loadtests.command import Command

if TYPE_CHECKING:
    from pathlib import Path

    import psutil


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where results are asked for."""
    return tmp_path / "out"


def run(
    tmp_path: Path, brief: Path, out: Path, *more: str, stand_in: str, client: str = "reference"
) -> Command:
    """The command with the brief profile and a stand-in for Locust."""
    asked = ("run", "--profile", str(brief), "--client", client, "--out", str(out), *more)
    return Command(tmp_path, *asked, stand_in=stand_in)


def test_a_run_is_judged_written_and_shown(tmp_path: Path, brief: Path, out: Path) -> None:
    """From its phases on stderr to the table on stdout; its private folder is gone."""
    command = run(tmp_path, brief, out, "--seed", "5", stand_in="well")
    code = command.end()

    results = read_results(out / "results.json")
    assert code in (0, 1, 3), command.err
    assert (results.run.seed, results.run.complete) == (5, True)
    assert results.client.spec == "reference"
    assert results.load is not None
    assert [span.name for span in results.load.spans] == ["well", "ill"]
    assert "0.7 s  ill: a third fails" in command.err
    assert f"page: {out / 'index.html'}" in command.out
    assert {path.name for path in out.iterdir()} >= {"results.json", "junit.xml", "index.html"}
    assert command.left() == []


def test_programs_are_told_on_stdout(tmp_path: Path, brief: Path, out: Path) -> None:
    """JSON Lines and nothing else; the last one has the exit code."""
    command = run(tmp_path, brief, out, "--json", stand_in="well")
    code = command.end()

    told = [json.loads(line) for line in command.out.splitlines()]
    assert told[0]["event"] == "started"
    assert [one["name"] for one in told if one["event"] == "phase"] == ["well", "ill"]
    assert told[-1] == {"event": "ended", "exit_code": code}
    assert command.err == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_ends_it_early_gets_what_was_seen(
    tmp_path: Path, brief: Path, out: Path, number: signal.Signals
) -> None:
    """Marked as cut short, with exit code 3 unless a promise was already broken."""
    command = run(tmp_path, brief, out, stand_in="well")
    command.until_told("0.0 s  well")
    command.signal(number)
    code = command.end()

    results = read_results(out / "results.json")
    assert code in (1, 3), command.err
    assert not results.run.complete
    assert f"{number.name}: ending" in command.err
    assert "The run was interrupted." in command.out
    assert command.left() == []


def test_a_second_signal_ends_it_at_once(tmp_path: Path, brief: Path, out: Path) -> None:
    """Without waiting for a Locust that does not listen; nothing is written."""
    command = run(tmp_path, brief, out, stand_in="stubborn")
    command.until_told("0.0 s  well")
    command.signal(signal.SIGINT)
    command.until_told("SIGINT: ending")
    command.signal(signal.SIGINT)

    assert command.end() == 130
    assert "pawa-load: ended at once; nothing was written" in command.err
    assert not out.exists()
    assert command.left() == []


def test_a_locust_that_does_not_listen_is_killed(tmp_path: Path, brief: Path, out: Path) -> None:
    """The run ends in a few seconds all the same, with what was seen."""
    command = run(tmp_path, brief, out, stand_in="stubborn")
    command.until_told("0.0 s  well")
    command.signal(signal.SIGTERM)

    assert command.end() in (1, 3)
    assert not read_results(out / "results.json").run.complete
    assert command.left() == []


def test_a_locust_that_dies_ends_the_run(tmp_path: Path, brief: Path, out: Path) -> None:
    """What was seen until then is judged, as cut short."""
    command = run(tmp_path, brief, out, stand_in="dies")

    assert command.end() in (1, 3)
    assert not read_results(out / "results.json").run.complete
    assert "Locust ended with exit code -9" in command.err
    assert command.left() == []


def test_a_client_that_is_none_is_told_in_one_line(tmp_path: Path, brief: Path, out: Path) -> None:
    """Exit 2, nothing written, nothing left."""
    command = run(tmp_path, brief, out, stand_in="refuses")

    assert command.end() == 2
    assert command.err == "pawa-load: it refuses\n"
    assert (command.out, out.exists(), command.left()) == ("", False, [])


@pytest.mark.parametrize(("word", "said"), [("breaks", "it breaks"), ("silent", "no module named")])
def test_a_locust_that_cannot_is_no_verdict(
    tmp_path: Path, brief: Path, out: Path, word: str, said: str
) -> None:
    """Exit 3, with what Locust has said; nothing written, nothing left."""
    command = run(tmp_path, brief, out, stand_in=word)

    assert command.end() == 3
    assert said in command.err
    assert "Traceback" not in command.err
    assert (out.exists(), command.left()) == (False, [])


def test_a_port_that_is_taken_is_told_before_anything_starts(
    tmp_path: Path, brief: Path, out: Path
) -> None:
    """An application knows one address of the mock."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        application = "http://127.0.0.1:9"
        asked = ("--mock-port", port)
        command = run(tmp_path, brief, out, *asked, stand_in="well", client=application)

        assert command.end() == 2
    assert port in command.err
    assert command.err.count("\n") == 1
    assert (out.exists(), command.left()) == (False, [])


def with_locust(tmp_path: Path, brief: Path, out: Path, *more: str) -> Command:
    """The command as it is, with Locust and the reference client."""
    asked = ("--profile", str(brief), "--client", "reference", "--out", str(out), *more)
    return Command(tmp_path, "run", *asked)


@pytest.mark.usefixtures("load_alone")
def test_locust_makes_the_traffic(tmp_path: Path, brief: Path, out: Path) -> None:
    """Every call that was scheduled has come to its end; Locust's own reports lie beside ours."""
    command = with_locust(tmp_path, brief, out, "--seed", "5")
    code = command.end()

    results = read_results(out / "results.json")
    assert code in (0, 3), command.err
    assert results.run.complete
    assert results.row("RUN-001").verdict in (Verdict.PASS, Verdict.HARNESS_FAULT)
    assert results.load is not None
    assert results.load.counts["scheduled"] == results.load.counts["finished"] == 20
    assert results.load.counts["attempts"] > results.load.counts["control.attempts"] == 20
    assert {path.name for path in out.iterdir()} == {
        *("results.json", "junit.xml", "index.html"),
        *results.load.files.values(),
    }
    assert {"locust.html", "locust_stats.csv", "locust.json"} <= {*results.load.files.values()}
    assert command.left() == []


def locusts(command: Command) -> list[psutil.Process]:
    """Locust's processes, the master first."""
    found = [one for one in command.processes() if "locust" in one.cmdline()]
    return sorted(found, key=lambda one: one.create_time())


@pytest.mark.usefixtures("load_alone")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_locust_and_its_clients_end_with_the_run(
    tmp_path: Path, brief: Path, out: Path, number: signal.Signals
) -> None:
    """Ended in the middle, with several workers and several clients in each."""
    command = with_locust(tmp_path, brief, out, "--processes", "2", "--adapters", "2")
    command.until_told("0.0 s  well")
    assert len(command.processes()) >= 3 + 8
    command.signal(number)

    assert command.end() == 3
    assert not read_results(out / "results.json").run.complete
    assert command.left() == []


@pytest.mark.usefixtures("load_alone")
def test_a_worker_that_is_killed_is_no_verdict(tmp_path: Path, brief: Path, out: Path) -> None:
    """The run ends by itself, as a fault of the harness, with nothing left."""
    command = with_locust(tmp_path, brief, out, "--processes", "2")
    command.until_told("0.0 s  well")
    locusts(command)[-1].kill()

    assert command.end() == 3
    results = read_results(out / "results.json")
    assert results.counts[Verdict.HARNESS_FAULT] == len(results.rows)
    assert "1 of its workers were lost with their calls" in results.row("RUN-002").reason
    assert command.left() == []


@pytest.mark.usefixtures("load_alone")
@pytest.mark.parametrize("more", [(), ("--processes", "2")], ids=["alone", "with workers"])
def test_a_locust_that_is_killed_leaves_nothing(
    tmp_path: Path, brief: Path, out: Path, more: tuple[str, ...]
) -> None:
    """Neither workers nor clients; what was seen until then is written as cut short."""
    command = with_locust(tmp_path, brief, out, *more)
    command.until_told("0.0 s  well")
    locusts(command)[0].kill()

    assert command.end() == 3
    assert not read_results(out / "results.json").run.complete
    assert "Locust ended with exit code -9" in command.err
    assert command.left() == []


@pytest.mark.usefixtures("load_alone")
@pytest.mark.parametrize("more", [(), ("--processes", "2")], ids=["alone", "with workers"])
def test_nobody_outlives_a_command_that_is_killed(
    tmp_path: Path, brief: Path, out: Path, more: tuple[str, ...]
) -> None:
    """Locust, its workers and the clients see that it is gone, and end within seconds."""
    command = with_locust(tmp_path, brief, out, *more)
    command.until_told("0.0 s  well")
    command.signal(signal.SIGKILL)

    assert command.end() == -signal.SIGKILL
    command.until_alone()
    assert not out.exists()


@pytest.mark.parametrize(
    ("client", "told"),
    [("cmd:./no-such-command", "was not found"), ("cmd:false", "did not say hello")],
)
def test_a_dead_client_is_told_in_one_line(
    tmp_path: Path, brief: Path, out: Path, client: str, told: str
) -> None:
    """Exit 2, nothing written, nothing left."""
    asked = ("--profile", str(brief), "--client", client, "--out", str(out))
    command = Command(tmp_path, "run", *asked)

    assert command.end() == 2
    assert told in command.err
    assert command.err.count("\n") == 1
    assert (out.exists(), command.left()) == (False, [])


def test_without_locust_it_is_told_how_to_get_it(
    brief: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It belongs to an extra."""
    monkeypatch.setattr(running, "find_spec", lambda _: None)

    with pytest.raises(InputError, match=r"pip install 'pawa-resilience\[load\]'"):
        running.run(read_request(profile=str(brief), spec="raw"))

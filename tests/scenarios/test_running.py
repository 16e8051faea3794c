"""pytest started in this process, with the plugin and nothing else."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from scenarios.errors import InputError
from scenarios.judging import read_request
from scenarios.running import run

if TYPE_CHECKING:
    from pathlib import Path


def test_a_run_prints_its_table_and_its_page(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is that of the results, and the environment is as before."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    request = read_request(spec="pawa-sdk", rows=["RETRY-002"], out=tmp_path)

    assert run(request) == 0

    shown = capfd.readouterr()
    assert "✓ pass          RETRY-002" in shown.err
    assert f"page: {tmp_path / 'index.html'}" in shown.out
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ


def test_a_run_can_tell_a_program(capfd: pytest.CaptureFixture[str]) -> None:
    """JSON Lines on stdout and no table."""
    assert run(read_request(spec="pawa-sdk", rows=["RETRY-002"]), as_json=True) == 0

    events = [json.loads(line)["event"] for line in capfd.readouterr().out.splitlines()]
    assert events == ["started", "judged", "ended"]


def test_a_client_that_does_not_start_is_refused() -> None:
    """One line, for the command to print."""
    with pytest.raises(InputError, match="no-such-command"):
        run(read_request(spec="cmd:./no-such-command", rows=["RETRY-001"]))


def test_a_harness_that_fails_says_how(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The traceback on stderr, exit 3, and the run told of as not complete."""

    async def broken(*_: object) -> None:
        raise ZeroDivisionError("in the engine")

    monkeypatch.setattr("scenarios.engine.Engine._judge", broken)

    assert run(read_request(spec="pawa-sdk", rows=["RETRY-002"])) == 3

    shown = capfd.readouterr()
    assert "the harness failed:" in shown.err
    assert "ZeroDivisionError: in the engine" in shown.err

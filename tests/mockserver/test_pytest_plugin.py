"""The fixture `pawa_mock` in a project of somebody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TESTS = """
import json, os, urllib.error, urllib.request
import pytest

def chat(url=None):
    url = (url or os.environ["PAWA_AI_BASE_URL"]) + "/chat/request"
    body = {"model": "pawa-v1-ember-20240924", "messages": [{"role": "user", "content": "Hi"}]}
    headers = {"Authorization": "Bearer " + os.environ["PAWA_AI_API_KEY"]}
    asked = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code

def test_a_synchronous_one(pawa_mock):
    pawa_mock.fail(503)
    assert [chat(), chat()] == [503, 200]
    pawa_mock.assert_all_consumed()

async def test_an_asynchronous_one(pawa_mock):
    import asyncio
    assert await asyncio.get_running_loop().run_in_executor(None, chat) == 200
    pawa_mock.assert_attempts(1)

@pytest.mark.pawa_mock(budget={"limit_units": 0.0}, keys=[{"id": "mine", "key": "my-key"}])
def test_settings(pawa_mock):
    assert os.environ["PAWA_AI_API_KEY"] == "my-key"
    assert chat() == 402

def test_each_has_its_own(pawa_mock):
    pawa_mock.assert_attempts(0)

def test_one_that_does_not_ask_has_none():
    assert os.environ.get("PAWA_AI_BASE_URL") == "before"

def test_a_miss_is_told(pawa_mock):
    chat()
    pawa_mock.assert_attempts(2)
"""


MISSPELT = """
import pytest

@pytest.mark.pawa_mock(budgt={"limit_units": 5})
def test_settings(pawa_mock):
    pass
"""


def run(folder: Path, *arguments: str, tests: str = TESTS) -> subprocess.CompletedProcess[str]:
    """pytest in a project of somebody else's, with this plugin."""
    (folder / "test_app.py").write_text(tests)
    plugins = ("-p", "mockserver.pytest_plugin", "-p", "pytest_asyncio.plugin")
    environment = os.environ | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PAWA_AI_BASE_URL": "before",
    }
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins),
            *("--strict-markers", "-o", "asyncio_mode=auto", *arguments),
        ],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_test_has_a_mock_of_its_own(tmp_path: Path) -> None:
    """Synchronous, asynchronous, with settings; the environment is put back; a miss is readable."""
    done = run(tmp_path)

    assert "5 passed" in done.stdout, done.stdout + done.stderr
    assert "FAILED test_app.py::test_a_miss_is_told" in done.stdout
    assert "wanted 2 requests (any), there were 1" in done.stdout


def test_workers_do_not_meet(tmp_path: Path) -> None:
    """With pytest-xdist each process has a server of its own."""
    done = run(tmp_path, "-p", "xdist.plugin", "-n", "2")

    assert "5 passed" in done.stdout, done.stdout + done.stderr


def test_a_misspelt_setting_is_told_in_one_line(tmp_path: Path) -> None:
    """With the one that was probably meant, and none of the plugin's own code."""
    done = run(tmp_path, tests=MISSPELT)

    assert "pawa_mock: budgt: unknown field; nearest: budget, budgets" in done.stdout
    assert "model_validate" not in done.stdout

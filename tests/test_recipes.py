"""The pages for who uses the mock are true: every block of them runs, and prints what they say."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from mockserver.api.models import BLAZE, EMBER
from mockserver.cli import cli
from mockserver.replies.latency import REALISTIC
from tests.pages import ROOT, Walk, blocks_of, is_test, printed

if TYPE_CHECKING:
    from pathlib import Path

DOCS = ROOT / "docs"
PAGES = [DOCS / "start.md", DOCS / "config.md", *sorted((DOCS / "recipes").glob("*.md"))]


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_what_a_page_shows_happens(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files are good ones, its commands run in their order, and print what stands there."""
    monkeypatch.chdir(tmp_path)
    with Walk(page, tmp_path) as walk:
        walk.go()


def test_the_tests_in_the_pages_pass(tmp_path: Path) -> None:
    """As files of a project that has this one installed."""
    count = 0
    for page in PAGES:
        tests = [block.text for block in blocks_of(page) if is_test(block)]
        for number, text in enumerate(tests):
            count += text.count("def test_")
            name = f"test_{page.stem}_{number}.py".replace("-", "_")
            (tmp_path / name).write_text(text, "utf-8")
    plugins = ("-p", "mockserver.pytest_plugin", "-p", "pytest_asyncio.plugin")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins),
            *("--strict-markers", "-W", "error", "-o", "asyncio_mode=auto"),
            *("-o", "asyncio_default_fixture_loop_scope=function"),
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split(" passed")[0].split()[-1]) >= count > 20


@pytest.mark.parametrize(("name", "model"), [("ember", EMBER), ("blaze", BLAZE)])
def test_the_times_of_the_models_are_told(name: str, model: str) -> None:
    """Those that the profile "realistic" has."""
    times = REALISTIC[model]
    told = (
        f"{times.base_s:g} s",
        f"{times.per_input_token_s * 1000:g} ms",
        f"{times.per_output_token_s * 1000:g} ms",
    )

    page = (DOCS / "recipes" / "latency.md").read_text("utf-8")
    assert f"| {name} | {' | '.join(told)} |" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_commands_within_the_text_are_good_ones(page: Path) -> None:
    """Each is parsed as it would be when it is typed."""
    prose = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    for line in re.findall(r"`pawa-mock ([^`]+)`", prose):
        command: click.Command = cli
        words = shlex.split(line)
        while words and isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        if not isinstance(command, click.Group):
            command.make_context("pawa-mock", words, resilient_parsing=not words)


def test_every_recipe_is_in_the_list() -> None:
    """With the question that it answers."""
    listed = (DOCS / "recipes" / "README.md").read_text("utf-8")

    assert [page.name for page in PAGES[2:] if f"]({page.name})" not in listed] == ["README.md"]


def test_a_page_that_shows_something_else_is_found() -> None:
    """Whatever the columns and the times, words and numbers must be those that were printed."""
    assert printed("a   200  0.004 s\nb", "a 200 1 s\nb")
    assert printed("one two three", "one … three")
    assert not printed("a 200", "a 201")
    assert not printed("a 200 more", "a 200")

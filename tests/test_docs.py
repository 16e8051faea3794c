"""The documents are true: what they show runs, and what the code offers they name."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loadtests.cli import commands as load_commands
from reports.cli import commands as report_commands
from scenarios.cli import commands as scenario_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def run(command: list[str], **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, **more
    )


def sh_blocks(path: Path) -> list[list[str]]:
    """The shell blocks of a document, as lines without their comments."""
    blocks = re.findall(r"```sh\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
    lines = [[line.split("   #")[0].strip() for line in block.splitlines()] for block in blocks]
    return [[line for line in block if line and not line.startswith("#")] for block in lines]


def test_the_pages_made_from_the_code_are_current() -> None:
    """docs/api.md, docs/rows.md and the targets in docs/commands.md say what the code says."""
    done = run([sys.executable, "scripts/pages.py", "--check"])

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    """A link to a file of ours names a file that is there."""
    prose = re.sub(r"```.*?```|`[^`]*`", "", document.read_text("utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose)

    assert [link for link in links if not (document.parent / link).exists()] == []


def commands_of(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    for sub, command in group.commands.items():
        if not command.hidden:
            yield f"{name} {sub}", command


@pytest.mark.parametrize(
    ("spelled", "command"),
    [
        *commands_of(scenario_commands, "pawa-scenarios"),
        *commands_of(load_commands, "pawa-load"),
        *commands_of(report_commands, "pawa-report"),
    ],
)
def test_every_command_and_option_is_documented(spelled: str, command: click.Command) -> None:
    """docs/commands.md names each command, and each of its options."""
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    name = spelled.split()[1]
    options = [option for param in command.params for option in param.opts if option[0] == "-"]

    assert re.search(rf"`{name}\b", page), f"{spelled} is not in docs/commands.md"
    assert [
        o for o in options if o.startswith("--") and f"`{o}" not in page and o not in page
    ] == []


def readme_block(start: str) -> list[str]:
    return next(block for block in sh_blocks(ROOT / "README.md") if start in block[0])


def as_command(line: str) -> list[str]:
    return [
        str(BIN / word.removeprefix(".venv/bin/")) if word.startswith(".venv/bin/") else word
        for word in shlex.split(line)
    ]


def test_the_readme_judges_a_client(tmp_path: Path) -> None:
    """Each line of "Judge your own client" does what it says; findings are no errors."""
    run_line, python_line, explain_line, pytest_line, show_line = readme_block("run --client")

    if shutil.which("node"):
        # The lines write where they are told; a test writes elsewhere.
        line = run_line.replace("out/mine", str(tmp_path)) + " --rows RETRY-001,ERR-002"
        assert run(as_command(line)).returncode in (0, 1)
        shown = run(as_command(show_line.replace("out/mine", str(tmp_path))))
        assert "RETRY-001" in shown.stdout, shown.stderr
    judged = run([*as_command(python_line)])
    assert judged.returncode in (0, 1), judged.stderr
    assert "What is right" in run(as_command(explain_line)).stdout
    same = run([*as_command(pytest_line), "--rows", "SSE-013"])
    assert same.returncode == 0, same.stdout
    assert "1 passed" in same.stdout


def test_the_readme_starts_the_mock() -> None:
    """Each line of "Start the mock for an app" works against a running server."""
    serve, *rest = readme_block("pawa-mock serve")
    server = subprocess.Popen(
        [*as_command(serve), "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        ready = server.stdout.readline()
        address = ready.split()[1].removesuffix("/v1")
        done = [run([*as_command(line), "--server", address]) for line in rest]
    finally:
        server.terminate()
        code = server.wait(timeout=20)
        server.stdout.close()

    assert ready.endswith("key pawa-dev-key\n")
    assert [each.stderr for each in done if each.returncode] == []
    assert code == 0


def example(page: str, language: str, start: str) -> str:
    """The block of a page in that language that begins so."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return next(block for block in blocks if block.startswith(start))


def test_the_mock_page_shows_a_test_that_passes() -> None:
    """A team's own test of its client, with the mock inside."""
    names: dict[str, Any] = {}
    exec(example("mock.md", "python", "from mockserver import Sandbox"), names)  # noqa: S102 - ours

    names["test_my_client_tries_again"]()


def test_the_makefile_tells_its_tasks() -> None:
    """`make help` lists every task with a sentence."""
    told = run(["make", "help"]).stdout

    for task in ("setup", "demo", "test", "lint", "zoo", "prove"):
        assert re.search(rf"make {task} +\w", told)

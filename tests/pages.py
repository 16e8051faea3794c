"""Pages whose blocks run in their order: files, a server, commands, programs and tests.

- ``toml``: must be a good configuration; one that begins with ``# NAME.toml`` is that file.
- ``sh``: ``pawa-mock serve`` starts a server, on free ports; all else runs beside it. Variables and
  functions of a line hold for the rest of the page.
- ``python``: with a test in it, a test file; else a program that is run. So is ``js``, where there
  is node.
- ``text``: what the block before it printed; ``…`` stands for anything, and seconds are the
  machine's.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from click.testing import CliRunner

from mockserver.cli import cli
from mockserver.commands.serve import load
from mockserver.configuration.env_lines import env_lines
from mockserver.configuration.file import ConfigFile, check
from mockserver.serving import ready_lines
from mockserver.threaded import ThreadedMockServer

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
FIRST_PORT = 8080
_PORT = re.compile(r"^port = 80\d\d$", re.MULTILINE)
_CARRIED = re.compile(r"^(?:\w+=.+|\w+\(\) \{.+\})$")
_SECONDS = re.compile(r"\d+(?:\.\d+)? s\b")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of code in a page."""

    language: str
    text: str
    line: int


def blocks_of(path: Path) -> list[Block]:
    """The blocks of a page, in their order."""
    page = path.read_text("utf-8")
    found = re.finditer(r"^```(\w+)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return [Block(one[1], one[2], page.count("\n", 0, one.start()) + 1) for one in found]


def is_test(block: Block) -> bool:
    """Whether a Python block is a file of tests."""
    return block.language == "python" and bool(
        re.search(r"^(async )?def test_", block.text, re.MULTILINE)
    )


def printed(text: str, wanted: str) -> bool:
    """Whether a program printed what a page shows, however wide its columns are."""
    pattern = re.escape(" ".join(wanted.split())).replace("…", ".*")
    pattern = _SECONDS.sub(r"[0-9.]+ s", pattern.replace("\\ ", " ").replace("\\.", "."))
    return re.fullmatch(pattern, " ".join(text.split()), re.DOTALL) is not None


@dataclass
class Walk:
    """One way through a page, in a folder of its own, which is the working directory."""

    path: Path
    folder: Path
    server: ThreadedMockServer | None = None
    carried: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.server is not None:
            self.server.close()

    def go(self) -> None:
        """Do all that the page says. Raises AssertionError for what is not so."""
        said = ""
        for block in blocks_of(self.path):
            place = f"{self.path.name}:{block.line}"
            if block.language == "toml":
                self._keep(block.text, place)
            elif block.language == "sh":
                said = "".join(self._commands(block.text, place))
            elif block.language == "python" and not is_test(block):
                said = self._program([sys.executable], "program.py", block.text, place)
            elif block.language == "js" and shutil.which("node"):
                said = self._program(["node"], "program.mjs", block.text, place)
            elif block.language == "text":
                assert printed(said, block.text), f"{place}: it printed\n{said}"

    def _keep(self, text: str, place: str) -> None:
        check(ConfigFile, tomllib.loads(text), place)
        named = re.match(r"# (\S+\.toml)\n", text)
        if named:
            (self.folder / named[1]).write_text(_PORT.sub("port = 0", text), "utf-8")

    def _commands(self, text: str, place: str) -> Iterator[str]:
        script: list[str] = []
        for line in text.replace("\\\n", "").splitlines():
            if not re.match(r"pawa-mock [^|>]+$", line):
                script.append(line)
                continue
            yield self._shell(script, place)
            script = []
            yield self._pawa_mock(shlex.split(line, comments=True)[1:], place)
        yield self._shell(script, place)

    def _shell(self, script: list[str], place: str) -> str:
        if not script:
            return ""
        # The environment is made already: of `make TASK` only that there is such a task.
        script = [
            re.sub(r"^make (\w+)", f"make -n -C {ROOT} \\1 >/dev/null", one) for one in script
        ]
        lines = self._at_home("\n".join([*self.carried, *script]))
        self.carried += [line for line in script if _CARRIED.match(line)]
        return self._ran(["bash", "-euo", "pipefail", "-c", lines], place)

    def _program(self, command: list[str], name: str, text: str, place: str) -> str:
        program = self.folder / name
        program.write_text(self._at_home(text), "utf-8")
        return self._ran([*command, str(program)], place)

    def _ran(self, command: list[str], place: str) -> str:
        environment = os.environ | {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PAWA_MOCK_SERVER": self._address(),
        }
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{place}: {done.stderr or done.stdout}"
        return self._as_told(done.stdout)

    def _pawa_mock(self, words: list[str], place: str) -> str:
        """In this process: a page has many commands, and each process would take half a second."""
        if words[0] == "serve":
            return self._serve(words[1:])
        environment = {"PAWA_MOCK_SERVER": self._address(), "COLUMNS": "160"}
        done = CliRunner().invoke(cli, words, env=environment)
        assert done.exit_code == 0, f"{place}: {words}: {done.output} {done.exception}"
        return self._as_told(done.output)

    def _serve(self, words: list[str]) -> str:
        if self.server is not None:
            self.server.close()
        command = cli.commands["serve"]
        options = command.make_context("serve", list(words)).params
        given = {name: options[name] for name in ("config_file", "preset", "tls") if options[name]}
        settings = load(given.pop("config_file", None), port=0, **given)
        self.server = ThreadedMockServer(settings)
        self.server.start()
        lines = [*ready_lines(self.server.server), *env_lines(self.server.server)]
        return self._as_told("\n".join([*lines, ""]))

    def _address(self) -> str:
        return f"http://127.0.0.1:{FIRST_PORT}" if self.server is None else self.ports()[0][1]

    def ports(self) -> list[tuple[str, str]]:
        """Each address that the page tells, and the one where it is."""
        if self.server is None:
            return []
        return [
            (f"http://127.0.0.1:{FIRST_PORT + number}", each.base_url.removesuffix("/v1"))
            for number, each in enumerate(self.server.server.sandboxes)
        ]

    def _at_home(self, text: str) -> str:
        for told, real in self.ports():
            text = text.replace(told, real)
        return text

    def _as_told(self, text: str) -> str:
        for told, real in self.ports():
            text = text.replace(real, told)
        return text

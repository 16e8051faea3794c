"""``pawa-scenarios run``: pytest, started in this process with the plugin and nothing else."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reports.terminal import console_for, print_summary
from scenarios.errors import InputError
from scenarios.progress import JsonProgress, LiveProgress
from scenarios.pytest_plugin import FAILURE, REFUSAL, REQUEST, WATCHER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenarios.judging import Request

PACKAGE = Path(__file__).parent

ARGUMENTS = (
    str(PACKAGE / "catalogue"),
    "-p",
    "scenarios.pytest_plugin",
    "-p",
    "no:terminal",
    "-p",
    "no:cacheprovider",
    "-c",
    os.devnull,
    f"--rootdir={PACKAGE.parent}",
    "--capture=no",
)
"""No configuration, plugin or cache of the folder that the command is typed in has a say."""


class _Handover:
    """The plugin that gives pytest the request and the listener, and takes what came of it."""

    def __init__(self, request: Request, progress: LiveProgress | JsonProgress) -> None:
        self._request = request
        self._progress = progress
        self.refusal: str | None = None
        self.failure: str | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[REQUEST] = self._request
        config.stash[WATCHER] = self._progress

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        self.refusal = config.stash.get(REFUSAL, None)
        self.failure = config.stash.get(FAILURE, None)


def run(request: Request, *, as_json: bool = False) -> int:
    """Judge a client, show it live, print a short table; the command's exit code.

    `as_json` tells the progress on stdout as JSON Lines, and no table.

    Raises:
        InputError: The client does not start, or the results cannot be written.
    """
    with _progress(request, as_json=as_json) as progress, _alone():
        handover = _Handover(request, progress)
        code = int(pytest.main(list(ARGUMENTS), plugins=[handover]))
    if handover.refusal is not None:
        raise InputError(handover.refusal)
    if handover.failure is not None:
        sys.stderr.write(f"the harness failed:\n{handover.failure}\n")
    if progress.results is not None and not as_json:
        page = request.out_dir / "index.html" if request.out_dir else None
        print_summary([(request.spec, progress.results)], console_for(sys.stdout), page)
    return code


def _progress(request: Request, *, as_json: bool) -> LiveProgress | JsonProgress:
    if as_json:
        return JsonProgress(sys.stdout, len(request.rows))
    return LiveProgress(console_for(sys.stderr), len(request.rows))


@contextmanager
def _alone() -> Iterator[None]:
    """Plugins that happen to be installed stay out; the environment is as before afterwards."""
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before

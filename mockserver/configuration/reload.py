"""A configuration file that is followed while the server runs.

What a file changes is changed, all of it or nothing; what it leaves alone stays as it is, with what
control calls have changed in the meantime, and with every counter. A bad file changes nothing.

The file is looked at, not waited for: a look costs nothing, and finds every way of saving (a write
in place, a rename over it, a link that is turned) on every file system, mounted ones too.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.configuration.revision import Revision, kept_until_restart, revision_of
from mockserver.control.address import is_loopback
from mockserver.errors import MockServerError
from mockserver.faults.rules import RuleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockserver.server import MockServer
    from mockserver.settings import SandboxSettings, ServerSettings

LOOK_S = 0.3
"""How often the files are looked at; a change counts when it is there at two looks in a row."""

Stamps = dict[str, tuple[int, int, int] | None]

log = logging.getLogger(__name__)


class CannotReloadError(MockServerError):
    """A good file that a running server cannot turn to."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where settings come from: ``read`` makes them anew (raises ConfigError) from ``path``.

    With ``watch`` the file is followed; without it, only a call reloads.
    """

    path: Path
    read: Callable[[], ServerSettings]
    watch: bool = True


class Reloader:
    """Follows a file for a running server. Whatever happens is logged, in one line."""

    def __init__(self, server: MockServer, source: Source) -> None:
        self._server = server
        self._source = source
        self._settings = server.settings
        self._asked = asyncio.Event()
        self._seen = self._stamps()

    def ask(self) -> None:
        """Read the file now, changed or not. Called on the server's loop."""
        self._asked.set()

    async def run(self) -> None:
        """Follow the file until cancelled."""
        before = self._seen
        while True:
            asked = await self._asked_within(LOOK_S if self._source.watch else None)
            now = self._stamps()
            if asked or (now != self._seen and now == before):
                touched = {name for name, stamp in now.items() if self._seen.get(name) != stamp}
                if await self._reload(touched):
                    # The new settings may name other files.
                    self._seen = now = self._stamps() | now
            before = now

    async def _asked_within(self, seconds: float | None) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._asked.wait()
        except TimeoutError:
            return False
        self._asked.clear()
        return True

    async def _reload(self, touched: set[str]) -> bool:
        """Read the files and turn to them; False when they were being written meanwhile."""
        path, before = self._source.path, self._stamps()
        try:
            new: ServerSettings | None = await asyncio.to_thread(self._source.read)
        except (MockServerError, RuleError) as error:
            new, wrong = None, error
        if self._stamps() != before:
            return False
        if new is None:
            self._complain(wrong)
            return True
        try:
            lines = await turn_to(self._server, self._settings, new, touched)
        except (MockServerError, RuleError) as error:
            self._complain(error)
            return True
        self._settings = new
        log.info("read %s anew: %s", path, "; ".join(lines) or "nothing is different")
        return True

    def _complain(self, error: MockServerError | RuleError) -> None:
        path = self._source.path
        first, *others = str(error).splitlines()
        more = f" (and {len(others)} more: pawa-mock check {path})" if others else ""
        log.warning("%s%s; nothing was changed", _placed(first, path), more)

    def _stamps(self) -> Stamps:
        names = [str(self._source.path), *recordings(self._settings.sandboxes)]
        return {name: _stamp(Path(name)) for name in names}


async def turn_to(
    server: MockServer, old: ServerSettings, new: ServerSettings, touched: Iterable[str] = ()
) -> tuple[str, ...]:
    """Turn a server from the settings of a file to later ones; what was done, a line each.

    ``touched`` are files named in the settings whose contents have changed. Raises MockServerError
    or RuleError; then everything is as before.
    """
    if new.sandboxes[0].name != old.sandboxes[0].name:
        raise CannotReloadError(
            f"name: the first sandbox is {old.sandboxes[0].name!r} as long as the server runs; "
            "start it anew to rename it"
        )
    before = {settings.name: settings for settings in old.sandboxes}
    after = {settings.name: settings for settings in new.sandboxes}
    is_open = {sandbox.name for sandbox in server.sandboxes}
    gone = [before[name] for name in before.keys() - after.keys() if name in is_open]
    fresh = [each for name, each in after.items() if name not in before or name not in is_open]
    revisions = [
        revision_of(server.sandbox(name), before[name], after[name], touched)
        for name in after
        if name in before and name in is_open
    ]
    async with AsyncExitStack() as undo:
        await _close_where_ports_are_wanted(server, gone, fresh, undo)
        lines = [line for revision in revisions for line in _carry_out(revision, undo)]
        for settings in fresh:
            sandbox = await server.open_sandbox(settings)
            undo.push_async_callback(server.close_sandbox, settings.name)
            lines.append(f"sandbox {settings.name} is at {sandbox.base_url}")
        undo.pop_all()
    for settings in gone:
        if settings.name in {sandbox.name for sandbox in server.sandboxes}:
            await server.close_sandbox(settings.name)
        lines.append(f"sandbox {settings.name} is closed")
    _adopt_token(server, new)
    return (*lines, *kept_until_restart(old, new))


async def _close_where_ports_are_wanted(
    server: MockServer,
    gone: list[SandboxSettings],
    fresh: list[SandboxSettings],
    undo: AsyncExitStack,
) -> None:
    """Close first what stands on a port that a new sandbox is to have, such as a renamed one."""
    wanted = {settings.port for settings in fresh} - {0}
    for settings in gone:
        if settings.port in wanted:
            await server.close_sandbox(settings.name)
            undo.push_async_callback(server.open_sandbox, settings)


def _carry_out(revision: Revision, undo: AsyncExitStack) -> tuple[str, ...]:
    if not revision.lines:
        return ()
    sandbox = revision.sandbox
    back = partial(sandbox.revise, sandbox.settings, sandbox.plan.rules)
    sandbox.revise(revision.settings, revision.rules)
    undo.callback(back)
    return revision.lines


def _adopt_token(server: MockServer, new: ServerSettings) -> None:
    """The token of the file; one that was made for a listener beyond loopback stays without it."""
    if new.control_token is not None or is_loopback(server.settings.host):
        server.settings = server.settings.model_copy(update={"control_token": new.control_token})


def recordings(sandboxes: Iterable[SandboxSettings]) -> tuple[str, ...]:
    """The files of recorded answers that settings name."""
    return tuple(
        rule.file
        for settings in sandboxes
        for rule in settings.replies.rules
        if rule.file is not None
    )


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file does; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _placed(line: str, path: Path) -> str:
    """A line that names its file."""
    return line if str(path) in line else f"{path}: {line}"

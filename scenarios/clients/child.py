"""One adapter process: its start, its environment, its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.clients.errors import ClientStartError
from scenarios.clients.protocol import MAX_LINE_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EXIT_GRACE_S = 2.0
"""How long a process has to end after its stdin ended, and once more after SIGTERM."""

LOOPBACK = "127.0.0.1,localhost"


@dataclass(frozen=True, slots=True)
class Child:
    """A started process and its three pipes."""

    process: asyncio.subprocess.Process
    stdin: asyncio.StreamWriter
    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while the process runs."""
        return self.process.returncode

    def release(self) -> None:
        """Lets go of the pipes, which a grandchild can hold open for ever."""
        # asyncio has no public way to close them all (python/cpython issue 88050)
        transport: asyncio.SubprocessTransport = self.process._transport  # type: ignore[attr-defined]  # noqa: SLF001
        transport.close()


def child_environment(parent: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of an adapter.

    Without any ``*_API_KEY`` of this machine, so that a client cannot fall back on a real key, and
    with the loopback outside any proxy, since the mock lives there.
    """
    kept = {name: value for name, value in parent.items() if not name.upper().endswith("_API_KEY")}
    for name in ("NO_PROXY", "no_proxy"):
        kept[name] = ",".join(filter(None, (parent.get(name), LOOPBACK)))
    return {**kept, "PYTHONUNBUFFERED": "1", **extra}


def not_started(command: str, error: OSError) -> ClientStartError:
    """Why a command cannot be run, for a person."""
    if isinstance(error, FileNotFoundError):
        return ClientStartError(
            f"client command {command!r} was not found: is it installed and on PATH?"
        )
    return ClientStartError(f"client command {command!r} could not be started: {error.strerror}")


async def start_child(command: Sequence[str], environment: Mapping[str, str]) -> Child:
    """Starts an adapter in a process group of its own; raises :class:`ClientStartError`."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=child_environment(os.environ, environment),
            start_new_session=True,
            limit=MAX_LINE_BYTES,
        )
    except OSError as error:
        raise not_started(command[0], error) from None
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise ClientStartError(f"client command {command[0]!r} was started without its pipes")
    return Child(process, process.stdin, process.stdout, process.stderr)


async def end_child(child: Child, *, at_once: bool = False) -> str | None:
    """Ends an adapter: by the end of its stdin, else SIGTERM, else SIGKILL to its own group.

    ``at_once`` leaves the first, polite step out. Returns what had to be done beyond the first
    step, in words, or None.
    """
    child.stdin.close()
    if not at_once and await exited(child, EXIT_GRACE_S):
        return None
    _signal_group(child, signal.SIGTERM)
    if await exited(child, EXIT_GRACE_S):
        return "ended by SIGTERM"
    _signal_group(child, signal.SIGKILL)
    await child.process.wait()
    return "ended by SIGKILL"


async def exited(child: Child, within_s: float) -> bool:
    """Whether the process ends within some seconds."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(child.process.wait(), within_s)
    return child.exit_code is not None


def exit_words(code: int | None) -> str:
    """How a process ended, for a message."""
    if code is None:
        return "closed its stdout and went on running"
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def _signal_group(child: Child, number: signal.Signals) -> None:
    # the group is the child's own (start_new_session), so nothing else can be hit
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.process.pid, number)

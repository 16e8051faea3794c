"""What the harness needs of any way to a client.

A :class:`Driver` is one running client program; a :class:`ClientHandle` is one client instance in
it, with its own cache, breaker, budget and connections. No method raises for what a client does
wrong: that is an :class:`~scenarios.clients.protocol.Outcome`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Generator, Mapping, Sequence

    from scenarios.clients.protocol import Delta, Manifest, Outcome


class RunningCall(Protocol):
    """A call that was started; ``await`` it for its outcome."""

    @property
    def task(self) -> asyncio.Task[Outcome]:
        """Ends with the outcome; to cancel the client's call use :meth:`cancel`, not the task."""

    def deltas(self) -> tuple[Delta, ...]:
        """The pieces of text that have arrived so far."""

    async def cancel(self) -> bool:
        """Asks the client to cancel; False when it refused. The outcome is still to be awaited."""

    def __await__(self) -> Generator[Any, None, Outcome]:
        """The outcome."""


class ClientHandle(Protocol):
    """One client instance."""

    async def chat(
        self,
        request: Mapping[str, Any],
        *,
        deadline_s: float | None = None,
        fallback: bool | None = None,
        pace: Mapping[str, Any] | None = None,
        patience_s: float = 30.0,
    ) -> Outcome:
        """Runs one chat call; ``hung`` when no final answer comes within ``patience_s``."""

    def start_chat(
        self,
        request: Mapping[str, Any],
        *,
        deadline_s: float | None = None,
        fallback: bool | None = None,
        pace: Mapping[str, Any] | None = None,
        patience_s: float = 30.0,
    ) -> RunningCall:
        """Starts one chat call that can be watched and cancelled."""

    async def embed(
        self,
        sentences: Sequence[str],
        *,
        model: str | None = None,
        deadline_s: float | None = None,
        patience_s: float = 30.0,
    ) -> Outcome:
        """Runs one embedding call."""

    async def rotate_key(self, key: str) -> None:
        """Gives the client a new key; raises :class:`~scenarios.clients.errors.OperationFailed`."""

    async def telemetry(self) -> Mapping[str, Any]:
        """The client's counters; raises :class:`~scenarios.clients.errors.OperationFailed`."""

    async def close(self) -> None:
        """Closes the instance; what it still had in flight ends with it."""


class Driver(Protocol):
    """One running client program."""

    @property
    def manifest(self) -> Manifest:
        """What the client said of itself in its hello."""

    @property
    def fixed_address(self) -> bool:
        """Whether the client talks to one address that ``open`` cannot change."""

    async def open(self, settings: Mapping[str, Any]) -> ClientHandle:
        """A fresh client instance.

        A client that refuses its settings, or crashes over them, still gives a handle: each of its
        calls ends at once with that error or crash.
        """

    async def close(self) -> None:
        """Ends the program and everything that was opened in it."""

    def stderr_text(self) -> str:
        """What the program wrote to stderr (bounded), with known secrets masked."""

    def stderr_raw(self) -> str:
        """The same unmasked: only to be scanned for leaked secrets, never to be written."""

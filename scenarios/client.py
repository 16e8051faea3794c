"""The client under test as a scenario sees it: an instance, its calls, its numbers in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

    from scenarios.call import Call
    from scenarios.clients.driver import ClientHandle, RunningCall
    from scenarios.clients.protocol import Delta, Manifest, Outcome

PATIENCE_S = 30.0

NOT_UNDER_TEST: Mapping[str, tuple[str, Any]] = {
    "max_concurrency": ("concurrency_limit", 1000),
    "queue_limit": ("queueing", 100_000),
    "rate_per_s": ("rate_limit", 10_000.0),
    "retry_budget_ratio": ("retry_budget", 1000.0),
    "breaker": (
        "circuit_breaker",
        {"failures": 1_000_000, "window_s": 1.0, "open_s": 0.01, "probes": 1},
    ),
}
"""Settings that put a feature out of the way of rows about another one, with the feature's claim.

A breaker that opens, or a limit of the client's own, would hide what the row is about.
"""


def out_of_the_way(claims: frozenset[str]) -> dict[str, Any]:
    """The settings that keep a client's other features from hiding what a row is about."""
    return {name: value for name, (claim, value) in NOT_UNDER_TEST.items() if claim in claims}


@dataclass(frozen=True, slots=True)
class Told:
    """What a client told of one call: the tokens that it carried, its label, how it ended."""

    tokens: tuple[str, ...]
    label: str
    outcome: Outcome


class Running:
    """A call that was started with :meth:`Client.start`; ``await`` it for its outcome."""

    def __init__(self, running: RunningCall) -> None:
        self._running = running

    def deltas(self) -> tuple[Delta, ...]:
        """The pieces of text that reached the caller so far."""
        return self._running.deltas()

    async def cancel(self) -> bool:
        """Ask the client to cancel; False when it refused. The outcome is still to be awaited."""
        return await self._running.cancel()

    def __await__(self) -> Generator[Any, None, Outcome]:
        return self._running.__await__()


class Client:
    """One client instance; made by :meth:`scenarios.lab.Lab.open`.

    No method raises for what the client does wrong: that is the :class:`Outcome` (``ok``,
    ``kind``, ``text``, ``elapsed_s``, ``answer``, ``error``, ``deltas``). Every outcome goes into
    the report.
    """

    def __init__(
        self,
        handle: ClientHandle,
        settings: Mapping[str, Any],
        manifest: Manifest,
        *,
        fixed: bool,
        note: Callable[[Told], None],
    ) -> None:
        self._handle = handle
        self._manifest = manifest
        self._fixed = fixed
        self._note = note
        self.settings = settings
        """What ``open`` was given."""

    @overload
    def limit(self, name: str, default: float) -> float: ...
    @overload
    def limit(self, name: str, default: None = None) -> float | None: ...
    def limit(self, name: str, default: float | None = None) -> float | None:
        """The number in force for this instance.

        1. The setting that this scenario gave, if the client declares a limit of that name (it
           then applies the setting; a client that declares none ignores it) and is not an
           application whose settings the harness cannot reach.
        2. Else the number that the client declares.
        3. Else `default`, the row's own threshold for an undeclared client.
        """
        declared = self._manifest.limits.get(name)
        if declared is None:
            return default
        given = None if self._fixed else self.settings.get(name)
        return float(declared if given is None else given)

    @property
    def alone(self) -> bool:
        """Whether nothing else is asked of the client meanwhile (an application)."""
        return self._fixed

    async def chat(
        self,
        call: Call,
        *,
        deadline_s: float | None = None,
        fallback: bool | None = None,
        pace: Mapping[str, Any] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> Outcome:
        """Run one chat call to its end; ``hung`` after `patience_s` without one."""
        return await self.start(
            call, deadline_s=deadline_s, fallback=fallback, pace=pace, patience_s=patience_s
        )

    async def chat_all(
        self,
        calls: Iterable[Call],
        *,
        deadline_s: float | None = None,
        patience_s: float = PATIENCE_S,
    ) -> list[Outcome]:
        """Run calls side by side; outcomes in the order of `calls`."""
        started = [self.start(call, deadline_s=deadline_s, patience_s=patience_s) for call in calls]
        return [await running for running in started]

    def start(
        self,
        call: Call,
        *,
        deadline_s: float | None = None,
        fallback: bool | None = None,
        pace: Mapping[str, Any] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> Running:
        """Start a chat call that can be watched and cancelled."""
        running = self._handle.start_chat(
            call.request,
            deadline_s=deadline_s,
            fallback=fallback,
            pace=pace,
            patience_s=patience_s,
        )
        running.task.add_done_callback(lambda task: self._tell((call.token,), call.label, task))
        return Running(running)

    async def embed(
        self,
        sentences: Sequence[str],
        *,
        tokens: Sequence[str] = (),
        label: str = "",
        model: str | None = None,
        deadline_s: float | None = None,
        patience_s: float = PATIENCE_S,
    ) -> Outcome:
        """Embed sentences in one call; `tokens` are theirs (:meth:`Lab.sentences` gives both)."""
        outcome = await self._handle.embed(
            sentences, model=model, deadline_s=deadline_s, patience_s=patience_s
        )
        self._note(Told(tuple(tokens), label, outcome))
        return outcome

    async def rotate_key(self, key: str) -> None:
        """Give the client a new key.

        Raises:
            OperationFailed: The client refused or cannot.
        """
        await self._handle.rotate_key(key)

    async def telemetry(self) -> Mapping[str, Any]:
        """The client's own counters.

        Raises:
            OperationFailed: The client has none.
        """
        return await self._handle.telemetry()

    async def close(self) -> None:
        """Close the instance (the engine does it at the end of the scenario)."""
        await self._handle.close()

    def _tell(self, tokens: tuple[str, ...], label: str, task: asyncio.Task[Outcome]) -> None:
        if not task.cancelled() and task.exception() is None:
            self._note(Told(tokens, label, task.result()))

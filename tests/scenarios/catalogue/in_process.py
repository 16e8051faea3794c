"""Judges small hosted clients without starting a process: the engine, a mock server, real sockets.

``judge_together({Miniature: ("RETRY-001",)})`` runs the row's scenario as ``pawa-scenarios run``
does and gives its judgement; :func:`missed` names the checks that failed.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from reports.results import Verdict
from scenarios.clients.hosted import HostedClient, HostedError
from scenarios.clients.protocol import (
    ClientAnswer,
    ClientError,
    Delta,
    Manifest,
    Outcome,
)
from scenarios.engine import Engine
from scenarios.registry import discover
from scenarios.targets import Targets
from tests.scenarios.catalogue.once_a_run import once_a_run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence

    from scenarios.engine import Judged

BRIEF = Targets(drain_s=0.5, long_hint_watch_s=1.5, plain_call_s=5.0, noise_limit_s=1.0)
"""Shorter watching than in a real run, and no excuse for a busy machine."""


class Crash(BaseException):
    """Raised by a client to stand for the end of its process."""


class InProcessCall:
    """A call in flight."""

    def __init__(self, work: Callable[[], Awaitable[dict[str, Any]]], patience_s: float) -> None:
        self._deltas: list[Delta] = []
        self._work = work
        self._patience_s = patience_s
        self._client: asyncio.Task[Any] | None = None
        self.task = asyncio.create_task(self._outcome())

    def emit(self, text: str) -> None:
        self._deltas.append(Delta(text, time.monotonic()))

    def deltas(self) -> tuple[Delta, ...]:
        return tuple(self._deltas)

    async def cancel(self) -> bool:
        if self._client is None:
            return False
        self._client.cancel()
        return True

    def __await__(self) -> Generator[Any, None, Outcome]:
        return self.task.__await__()

    async def _outcome(self) -> Outcome:
        started_s = time.monotonic()
        answer: ClientAnswer | None = None
        error: ClientError | None = None
        ending: Any = "error"
        self._client = asyncio.ensure_future(self._caught())
        await asyncio.wait([self._client], timeout=self._patience_s)
        if not self._client.done():
            ending = "hung"
            self._client.cancel()
        elif self._client.cancelled():
            error = ClientError("cancelled")
        else:
            ending, answer, error = self._client.result()
        return Outcome(ending, answer, error, self.deltas(), started_s, time.monotonic())

    async def _caught(self) -> tuple[str, ClientAnswer | None, ClientError | None]:
        try:
            answer = await self._work()
        except HostedError as failure:
            facts = {k: tuple(v) if isinstance(v, list) else v for k, v in failure.facts.items()}
            return "error", None, ClientError(failure.kind, failure.message, **facts)
        except Crash:
            return "crashed", None, None
        except Exception as bare:  # noqa: BLE001 - what the host makes of any exception
            return "error", None, ClientError("internal", str(bare), code=type(bare).__name__)
        if isinstance(answer.get("vectors"), list):
            answer = {**answer, "vectors": tuple(answer["vectors"])}
        return "ok", ClientAnswer(**answer), None


class InProcessHandle:
    """One instance."""

    def __init__(self, client: HostedClient) -> None:
        self._client = client

    def start_chat(
        self,
        request: Mapping[str, Any],
        *,
        deadline_s: float | None = None,
        fallback: bool | None = None,
        pace: Mapping[str, Any] | None = None,
        patience_s: float = 30.0,
    ) -> InProcessCall:
        async def work() -> dict[str, Any]:
            return await self._client.chat(
                request, emit=call.emit, deadline_s=deadline_s, fallback=fallback, pace=pace
            )

        call = InProcessCall(work, patience_s)
        return call

    async def chat(self, request: Mapping[str, Any], **options: Any) -> Outcome:
        return await self.start_chat(request, **options)

    async def embed(
        self,
        sentences: Sequence[str],
        *,
        model: str | None = None,
        deadline_s: float | None = None,
        patience_s: float = 30.0,
    ) -> Outcome:
        request = {"sentences": list(sentences), **({"model": model} if model else {})}

        async def work() -> dict[str, Any]:
            return await self._client.embed(request, deadline_s=deadline_s)

        return await InProcessCall(work, patience_s)

    async def rotate_key(self, key: str) -> None:
        await self._client.rotate_key(key)

    async def telemetry(self) -> Mapping[str, Any]:
        return await self._client.telemetry()

    async def close(self) -> None:
        await self._client.close()


class InProcessDriver:
    """Stands where an adapter's process would."""

    fixed_address = False

    def __init__(self, kind: type[Any]) -> None:
        self._kind = kind
        self.manifest = Manifest(
            kind.__name__, "1", "python", frozenset(kind.claims), dict(kind.limits)
        )

    async def open(self, settings: Mapping[str, Any]) -> InProcessHandle:
        return InProcessHandle(self._kind(settings))

    async def close(self) -> None:
        return

    def stderr_text(self) -> str:
        return self.stderr_raw()

    def stderr_raw(self) -> str:
        """What the kind of client has ``written`` in place of a log."""
        return "".join(getattr(self._kind, "written", ()))


class Silent:
    """Hears of a run and says nothing."""

    def run_started(self, manifest: Manifest) -> None: ...
    def row_started(self, row: object) -> None: ...
    def row_judged(self, judged: Judged) -> None: ...


async def judge_all(
    kind: type[Any], *rows: str, targets: Targets = BRIEF, seed: int = 7
) -> dict[str, Judged]:
    """The judgement on each row of a client; rows run side by side."""

    async def launch() -> InProcessDriver:
        return InProcessDriver(kind)

    registry = discover()
    engine = Engine(
        registry=registry,
        rows=[registry.row(row) for row in rows],
        launch=launch,
        seed=seed,
        targets=targets,
        listener=Silent(),
    )
    await engine.run()
    return {judged.row.id: judged for judged in engine.judged}


Verdicts = dict[type[Any], dict[str, "Judged"]]


def judge_together(clients: Mapping[type[Any], Sequence[str]], *, at_once: int = 20) -> Verdicts:
    """Each client by its rows, so many at once, each with an engine and a server of its own.

    Clients that mostly wait can all go at once; where short pauses are measured, a few. It is done
    once in a test run, by whichever worker asks first.
    """

    async def judge_every() -> Verdicts:
        free = asyncio.Semaphore(at_once)

        async def one(kind: type[Any], rows: Sequence[str]) -> dict[str, Judged]:
            async with free:
                return await judge_all(kind, *rows)

        found = await asyncio.gather(*(one(kind, rows) for kind, rows in clients.items()))
        return dict(zip(clients, found, strict=True))

    def judged() -> Verdicts:
        with ThreadPoolExecutor(max_workers=1) as apart:
            return apart.submit(asyncio.run, judge_every()).result()

    return once_a_run(
        judged, [(kind.__module__, kind.__name__, *rows) for kind, rows in clients.items()]
    )


def missed(judged: Judged) -> set[str]:
    """The checks that failed the row."""
    return {check.name for check in judged.checks if check.verdict is Verdict.FAIL}


def soft(judged: Judged) -> set[str]:
    """The checks that gave an advisory."""
    return {check.name for check in judged.checks if check.verdict is Verdict.ADVISORY}

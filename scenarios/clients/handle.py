"""Client instances in an adapter process, and their calls."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from scenarios.clients.errors import OperationFailed
from scenarios.clients.lines import answer_from
from scenarios.clients.protocol import ClientError, Delta, Outcome
from scenarios.clients.replies import Answered, Broken, Hung, Refused, Reply, outcome_of

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from scenarios.clients.captured import KnownSecrets
    from scenarios.clients.session import Request, Session

QUICK_PATIENCE_S = 10.0
"""For operations that touch no network: close, cancel, rotate_key, telemetry."""


class ProcessCall:
    """A call that runs in an adapter process."""

    def __init__(self, session: Session, request: Request, patience_s: float) -> None:
        self._session = session
        self._request = request
        self.task = asyncio.create_task(self._outcome(patience_s))

    def deltas(self) -> tuple[Delta, ...]:
        """The pieces of text that have arrived so far."""
        return self._session.deltas(self._request)

    async def cancel(self) -> bool:
        """Asks the client to cancel; False when it refused."""
        reply = await self._session.ask(
            "cancel", patience_s=QUICK_PATIENCE_S, target=self._request.id
        )
        return isinstance(reply, Answered)

    def __await__(self) -> Generator[Any, None, Outcome]:
        """The outcome."""
        return self.task.__await__()

    async def _outcome(self, patience_s: float) -> Outcome:
        reply = await self._session.wait(self._request, patience_s)
        started_s = self._request.started_s
        ended_s = self._request.ended_s or time.monotonic()
        return outcome_of(reply, self.deltas(), started_s, ended_s)


class ProcessHandle:
    """One client instance in an adapter process.

    ``refused`` is the reply to an ``open`` that gave no client: every call ends with it at once.
    """

    def __init__(
        self, session: Session, name: str, secrets: KnownSecrets, refused: Reply | None = None
    ) -> None:
        self._session = session
        self._name = name
        self._secrets = secrets
        self._refused = refused

    async def chat(
        self,
        request: Mapping[str, Any],
        *,
        deadline_s: float | None = None,
        fallback: bool | None = None,
        pace: Mapping[str, Any] | None = None,
        patience_s: float = 30.0,
    ) -> Outcome:
        """Runs one chat call."""
        return await self.start_chat(
            request, deadline_s=deadline_s, fallback=fallback, pace=pace, patience_s=patience_s
        )

    def start_chat(
        self,
        request: Mapping[str, Any],
        *,
        deadline_s: float | None = None,
        fallback: bool | None = None,
        pace: Mapping[str, Any] | None = None,
        patience_s: float = 30.0,
    ) -> ProcessCall:
        """Starts one chat call that can be watched and cancelled."""
        fields = {"deadline_s": deadline_s, "fallback": fallback, "pace": pace}
        return self._start("chat", patience_s, request=dict(request), **fields)

    async def embed(
        self,
        sentences: Sequence[str],
        *,
        model: str | None = None,
        deadline_s: float | None = None,
        patience_s: float = 30.0,
    ) -> Outcome:
        """Runs one embedding call."""
        request = {"sentences": list(sentences)} | ({"model": model} if model else {})
        return await self._start("embed", patience_s, request=request, deadline_s=deadline_s)

    async def rotate_key(self, key: str) -> None:
        """Gives the client a new key; raises :class:`OperationFailed`."""
        self._secrets.learn({"api_key": key})
        await self._ask("rotate_key", api_key=key)

    async def telemetry(self) -> Mapping[str, Any]:
        """The client's counters; raises :class:`OperationFailed`."""
        return await self._ask("telemetry")

    async def close(self) -> None:
        """Closes the instance; whatever it answers, it is not used again."""
        if self._refused is None:
            await self._session.ask("close", patience_s=QUICK_PATIENCE_S, client=self._name)

    def _start(self, operation: str, patience_s: float, **fields: Any) -> ProcessCall:
        if self._refused is not None:
            request = self._session.settled(operation, self._refused)
        else:
            request = self._session.send(operation, answer_from, client=self._name, **fields)
        return ProcessCall(self._session, request, patience_s)

    async def _ask(self, operation: str, **fields: Any) -> Mapping[str, Any]:
        reply = self._refused or await self._session.ask(
            operation, patience_s=QUICK_PATIENCE_S, client=self._name, **fields
        )
        match reply:
            case Answered(value):
                return dict(value)
            case Refused(error):
                raise OperationFailed(operation, error)
            case Broken(detail) | Hung(detail):
                raise OperationFailed(operation, ClientError("internal", detail))

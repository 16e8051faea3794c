"""A client under test made of a few lines, driven in this process against a real mock server.

``FakeDriver`` stands where an adapter's process would; its behaviour is one of the names of
``MANNERS``, so that a test reads "a client that gives up".
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import aiohttp

from scenarios.clients.protocol import ClientAnswer, ClientError, Delta, Manifest, Outcome

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

MANNERS = ("good", "gives up", "canned", "hangs", "crashes", "refuses")


class FakeCall:
    """A call in flight."""

    def __init__(self, task: asyncio.Task[Outcome]) -> None:
        self.task = task

    def deltas(self) -> tuple[Delta, ...]:
        return ()

    async def cancel(self) -> bool:
        self.task.cancel()
        return True

    def __await__(self) -> Generator[Any, None, Outcome]:
        return self.task.__await__()


class FakeHandle:
    """One instance: retries any status from 500 upwards, at once."""

    def __init__(self, settings: Mapping[str, Any], driver: FakeDriver) -> None:
        self.settings = settings
        self.driver = driver
        self.closed = False

    def start_chat(
        self,
        request: Mapping[str, Any],
        *,
        deadline_s: float | None = None,
        fallback: bool | None = None,
        pace: Mapping[str, Any] | None = None,
        patience_s: float = 30.0,
    ) -> FakeCall:
        return FakeCall(asyncio.create_task(self._outcome(request, patience_s)))

    async def chat(self, request: Mapping[str, Any], **options: Any) -> Outcome:
        return await self.start_chat(request, **options)

    async def embed(self, sentences: Sequence[str], **_: Any) -> Outcome:
        return Outcome("ok", ClientAnswer(vectors=tuple([0.0] for _ in sentences)))

    async def rotate_key(self, key: str) -> None:
        self.settings = {**self.settings, "api_key": key}

    async def telemetry(self) -> Mapping[str, Any]:
        return {"calls": 1}

    async def close(self) -> None:
        self.closed = True

    async def _outcome(self, request: Mapping[str, Any], patience_s: float) -> Outcome:
        started_s = time.monotonic()
        try:
            async with asyncio.timeout(patience_s):
                ending = await self._behave(request)
        except TimeoutError:
            ending = Outcome("hung", detail="no answer")
        return Outcome(
            ending.ending,
            ending.answer,
            ending.error,
            started_s=started_s,
            ended_s=time.monotonic(),
            detail=ending.detail,
        )

    async def _behave(self, request: Mapping[str, Any]) -> Outcome:
        match self.driver.manner_now():
            case "canned":
                return Outcome("ok", ClientAnswer(text="All is well."))
            case "hangs":
                await asyncio.sleep(3600)
            case "crashes":
                return Outcome("crashed", detail="exit code 1")
            case "refuses":
                return Outcome("error", error=ClientError("circuit_open", "not now"))
            case "gives up":
                return await self._ask(request, attempts=1)
        return await self._ask(request, attempts=int(self.settings.get("max_attempts", 3)))

    async def _ask(self, request: Mapping[str, Any], attempts: int) -> Outcome:
        url = f"{self.settings['base_url']}/chat/request"
        headers = {"Authorization": f"Bearer {self.settings['api_key']}"}
        body = {"model": self.settings["model"], **request}
        status = 0
        async with aiohttp.ClientSession() as session:
            for _ in range(attempts):
                async with session.post(url, json=body, headers=headers) as answer:
                    status = answer.status
                    if status == 200:
                        said = (await answer.json())["data"]["request"][0]["message"]["content"]
                        return Outcome("ok", ClientAnswer(text=said))
                    if status < 500:
                        break
        return Outcome("error", error=ClientError("server_error", f"HTTP {status}", status=status))


class FakeDriver:
    """Stands where an adapter's process would; `manners` are used in turn, the last for good."""

    def __init__(
        self,
        *manners: str,
        claims: Sequence[str] = ("retry",),
        limits: Mapping[str, Any] | None = None,
        fixed_address: bool = False,
        stderr: str = "",
    ) -> None:
        self._manners = list(manners or ("good",))
        self.manifest = Manifest("fake", "1", "python", frozenset(claims), limits or {})
        self.fixed_address = fixed_address
        self.handles: list[FakeHandle] = []
        self.starts = 0
        self.ends = 0
        self._stderr = stderr

    async def launch(self) -> FakeDriver:
        """What the engine calls to start the client."""
        self.starts += 1
        return self

    def manner_now(self) -> str:
        return self._manners.pop(0) if len(self._manners) > 1 else self._manners[0]

    async def open(self, settings: Mapping[str, Any]) -> FakeHandle:
        handle = FakeHandle(settings, self)
        self.handles.append(handle)
        return handle

    async def close(self) -> None:
        self.ends += 1

    def stderr_text(self) -> str:
        return self._stderr

    def stderr_raw(self) -> str:
        return self._stderr

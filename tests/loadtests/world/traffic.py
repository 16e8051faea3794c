"""A traffic side for tests of the world: it tells what it is told, and asks over real sockets."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from loadtests.events import CallEnded, Ended, Started, to_line
from loadtests.profile_file import profile_of
from loadtests.request import LoadRequest

if TYPE_CHECKING:
    from loadtests.events import Event
    from loadtests.plan import Instance, Plan
    from loadtests.traffic.schedule import Span
    from loadtests.world.watching import Snapshot


def profile_table(**changes: Any) -> dict[str, Any]:
    """A small profile: two short phases without any traffic of their own."""
    return {
        "name": "small",
        "note": "two phases",
        "traffic": {"rate_per_s": 0.0},
        "phases": [
            {"name": "calm", "length_s": 0.2},
            {"name": "storm", "role": "fault", "length_s": 0.2},
        ],
        "drain_s": 0.5,
        **changes,
    }


def request_for(
    *, spec: str = "reference", control: bool = True, mock_port: int = 8080, **changes: Any
) -> LoadRequest:
    """What a person asks for with the small profile, some tables changed."""
    return LoadRequest(
        profile=profile_of(profile_table(**changes), "small"),
        spec=spec,
        seed=7,
        control=control,
        mock_port=mock_port,
    )


class Traffic:
    """Tells events and makes requests, on the clock of the run."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.t0_s = 0.0
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))

    def tell(self, *events: Event) -> None:
        """Append to the events file."""
        with Path(self.plan.events).open("ab") as told:
            told.write(b"".join(map(to_line, events)))

    def start(self, *, ahead_s: float = 0.1, **clients: Any) -> None:
        """Let the clock start in a moment."""
        self.t0_s = time.monotonic() + ahead_s
        self.tell(Started(self.t0_s, "here", 1, {"client": None, **clients}))

    def end(self, *, cut_short: bool = False) -> None:
        """Tell that nothing more will be told."""
        self.tell(Ended(time.monotonic() - self.t0_s, cut_short))

    def call_ended(self, index: int, outcome: str = "ok", lane: str = "client") -> CallEnded:
        """A call that took 10 ms, as it is told."""
        return CallEnded(lane, index, 0.1, 0.1, None if outcome == "running" else 0.11, outcome)

    def instance(self, lane: str = "client", tenant: str = "everyone") -> Instance:
        """What one tenant of a lane is opened with."""
        instances = [one for each in self.plan.lanes if each.name == lane for one in each.instances]
        return next(one for one in instances if one.tenant == tenant)

    async def ask(
        self,
        call: str = "call-000000000001",
        *,
        lane: str = "client",
        tenant: str = "everyone",
        where: dict[str, Any] | None = None,
        **body: Any,
    ) -> int:
        """One chat request to a lane's server (or to ``where``); its status."""
        target = self.instance(lane, tenant).settings if where is None else where
        content = f"Habari yako? [{call}]"
        asked = {"model": target["model"], "messages": [{"role": "user", "content": content}]}
        async with self._http.post(
            f"{target['base_url']}/chat/request",
            json={**asked, **body},
            headers={"Authorization": f"Bearer {target['api_key']}"},
        ) as response:
            await response.read()
            return response.status

    async def close(self) -> None:
        """Close every connection."""
        await self._http.close()


class Watched:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.phases: list[str] = []
        self.snapshots: list[Snapshot] = []
        self._heard = asyncio.Event()

    async def until(self, *, phases: int = 0, snapshots: int = 0) -> None:
        """Wait until it has heard of so many."""
        while len(self.phases) < phases or len(self.snapshots) < snapshots:
            self._heard.clear()
            await self._heard.wait()

    def phase(self, span: Span) -> None:
        """A phase has begun."""
        self.phases.append(span.name)
        self._heard.set()

    def tick(self, snapshot: Snapshot) -> None:
        """Half a second has passed."""
        self.snapshots.append(snapshot)
        self._heard.set()

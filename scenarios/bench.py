"""What the engine lends to one scenario: sandboxes, processes, keys; and takes back at its end."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from mockserver.settings import DEFAULT_KEY, KeySettings, SandboxSettings
from scenarios.errors import NotTestable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from mockserver.sandbox import Sandbox
    from mockserver.server import MockServer
    from scenarios.client import Told
    from scenarios.clients.driver import Driver
    from scenarios.keyring import Keyring
    from scenarios.leaks import LeakScanner
    from scenarios.noise import Noise
    from scenarios.targets import Targets

JUDGED: Mapping[str, Any] = {"replies": {"canary": True}, "announce_rules": False}
"""How every sandbox of a scenario answers: with a canary, and never saying which rule it obeys."""


def fixed_settings(port: int, seed: int) -> SandboxSettings:
    """The one sandbox of an application: the port and the key that it was started with."""
    return SandboxSettings.model_validate(
        {
            "name": "application",
            "port": port,
            "seed": seed,
            "keys": (KeySettings(id="judged", key=DEFAULT_KEY),),
            **JUDGED,
        }
    )


class Bench:
    """Opens sandboxes, each with a port and a key of its own, and processes of the client."""

    def __init__(
        self,
        *,
        name: str,
        seed: int,
        server: MockServer,
        keyring: Keyring,
        targets: Targets,
        noise: Noise,
        launch: Callable[[], Awaitable[Driver]],
        output: Callable[[], str],
        told: Callable[[], Iterable[tuple[str, Told]]] = tuple,
        turns: defaultdict[str, asyncio.Lock] | None = None,
    ) -> None:
        self.targets = targets
        self.noise = noise
        self._name = name
        self._seed = seed
        self._server = server
        self._keyring = keyring
        self._launch = launch
        self._output = output
        self._told = told
        self._turns = defaultdict(asyncio.Lock) if turns is None else turns
        self._sandboxes: list[Sandbox] = []
        self._drivers: list[Driver] = []

    async def open_sandbox(self, label: str, **settings: Any) -> Sandbox:
        """A fresh, healthy sandbox; `settings` are fields of ``SandboxSettings``."""
        written: dict[str, Any] = {
            "name": self._free_name(label),
            "seed": self._seed,
            "keys": (KeySettings(id="judged", key=self._keyring.new_key()),),
        }
        for name, value in JUDGED.items():
            given = settings.get(name)
            if isinstance(value, dict) and isinstance(given, dict):
                written[name] = {**value, **given}
            else:
                written[name] = settings.get(name, value)
        sandbox = await self._server.open_sandbox(
            SandboxSettings.model_validate({**settings, **written})
        )
        self._sandboxes.append(sandbox)
        return sandbox

    def _free_name(self, label: str) -> str:
        """`label` behind the scenario's name, with a number when it is not the first."""
        taken = {sandbox.name for sandbox in self._sandboxes}
        first = f"{self._name}.{label}"
        others = (f"{first}-{number}" for number in range(2, len(taken) + 3))
        return next(name for name in (first, *others) if name not in taken)

    async def healthy_sandbox(
        self,
        primary: Sandbox,  # noqa: ARG002 - an application has no other
    ) -> Sandbox:
        """Where a plain call after the scenario meets a healthy server: a fresh sandbox."""
        return await self.open_sandbox("afterwards")

    async def own_driver(self) -> Driver:
        """The client in a process of its own."""
        driver = await self._launch()
        self._drivers.append(driver)
        return driver

    def scanner(self) -> LeakScanner:
        """Knows every key that the run has handed out so far."""
        return self._keyring.scanner()

    def client_output(self) -> str:
        """What the client has written to stderr in the whole run, unmasked."""
        return self._output()

    def told_before(self) -> Iterable[tuple[str, Told]]:
        """How every call of the scenarios that have ended came out, with the row it was for."""
        return self._told()

    def turn(self, work: str) -> asyncio.Lock:
        """Held by one scenario of the run at a time."""
        return self._turns[work]

    async def close(self) -> None:
        """End the processes and the sandboxes of the scenario."""
        for driver in self._drivers:
            await driver.close()
        for sandbox in self._sandboxes:
            await self._server.close_sandbox(sandbox.name)


class FixedBench(Bench):
    """The bench of an application that knows one address: one sandbox, made healthy each time."""

    def __init__(self, *, sandbox: Sandbox, **rest: Any) -> None:
        super().__init__(**rest)
        self._fixed = sandbox
        self._healthy = fixed_settings(sandbox.settings.port, self._seed)

    async def open_sandbox(self, label: str, **settings: Any) -> Sandbox:
        """The one sandbox, as it was at first.

        Raises:
            NotTestable: A second sandbox is asked for, which the application cannot know of.
        """
        if label != "primary" or settings:
            raise NotTestable(
                f"the scenario needs a second target ({label!r}), and an application is reached "
                "through one address"
            )
        self._fixed.replace_settings(self._healthy)
        self._fixed.reset()
        return self._fixed

    async def healthy_sandbox(self, primary: Sandbox) -> Sandbox:
        """The one sandbox, healthy again; its journal stays."""
        primary.replace_settings(self._healthy)
        return primary

    async def own_driver(self) -> Driver:
        """An application runs once.

        Raises:
            NotTestable: Always.
        """
        raise NotTestable("the scenario needs a process of its own, and an application runs once")

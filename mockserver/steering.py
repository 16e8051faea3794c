"""The control API for a test that is not asynchronous: each call is waited for.

pawa_mock.control.rotate_key("dev", overlap_s=60)
pawa_mock.control.raise_budget(by_units=5.0)
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from mockserver.control.client import ControlClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.threaded import ThreadedMockServer


class Steering:
    """Every call of :class:`~mockserver.control.client.ControlClient`, about one sandbox.

    Calls go over the wire as those of any other program do, and raise what they raise there.
    """

    def __init__(self, server: ThreadedMockServer, sandbox: str) -> None:
        self._server = server
        self._sandbox = sandbox

    def __getattr__(self, call: str) -> Callable[..., Any]:
        function = None if call.startswith("_") else getattr(ControlClient, call, None)
        if not inspect.iscoroutinefunction(function):
            raise AttributeError(f"the control client has no call {call!r}")
        about = {"name": self._sandbox} if "name" in inspect.signature(function).parameters else {}

        def waited_for(*told: Any, **others: Any) -> Any:
            return self._server.run(self._call(function, *told, **about, **others))

        return waited_for

    async def _call(self, function: Callable[..., Any], *told: Any, **others: Any) -> Any:
        async with ControlClient(self._server.control_url) as client:
            return await function(client, *told, **others)

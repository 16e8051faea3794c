"""What the tests of the server share: sandboxes on real ports, closed when the test is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.sandbox import Sandbox
from mockserver.settings import SandboxSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    OpenSandbox = Callable[..., Awaitable[Sandbox]]


@pytest.fixture
async def open_sandbox() -> AsyncIterator[OpenSandbox]:
    """Open a sandbox with these settings: ``await open_sandbox(seed=1, rules=…)``."""
    opened: list[Sandbox] = []

    async def open_one(**settings: Any) -> Sandbox:
        sandbox = Sandbox(SandboxSettings.model_validate(settings))
        await sandbox.open()
        opened.append(sandbox)
        return sandbox

    yield open_one
    for sandbox in opened:
        await sandbox.close()


@pytest.fixture
async def sandbox(open_sandbox: OpenSandbox) -> Sandbox:
    """A healthy sandbox as it is without settings."""
    return await open_sandbox()

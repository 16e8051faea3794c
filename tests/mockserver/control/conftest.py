"""What the tests of the control API share: a healthy server, and a client of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.control.client import ControlClient
from mockserver.server import MockServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def server() -> AsyncIterator[MockServer]:
    """A healthy server."""
    async with MockServer() as started:
        yield started


@pytest.fixture
async def client(server: MockServer) -> AsyncIterator[ControlClient]:
    """A client of it."""
    async with ControlClient(server.url) as connected:
        yield connected

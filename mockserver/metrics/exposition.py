"""The page that Prometheus scrapes, as text or as OpenMetrics.

Formats: the Prometheus text format 0.0.4 and OpenMetrics 1.0, by the ``Accept`` of the request.
"""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from mockserver.answer import Answer
from mockserver.metrics import bounds, state, traffic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric

    from mockserver.server import MockServer


class Exposition:
    """The samples of one server, beside those of its process. Used on the server's loop."""

    def __init__(self, server: MockServer) -> None:
        self._server = server

    @cached_property
    def registry(self) -> CollectorRegistry:
        """What this server shows; two servers of one process share nothing but the process."""
        registry = CollectorRegistry()
        registry.register(_ServerCollector(self._server))
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        return registry

    async def answer(self, accept: str = "") -> Answer:
        """The page, in the first format of ``accept`` that is known here; else as text.

        All of it is of one moment. It is written family by family, so that requests get their turn
        in between.
        """
        encode, content_type = choose_encoder(accept)
        pages: list[bytes] = []
        for family in tuple(self.registry.collect()):
            pages.append(encode(_OneFamily(family)).removesuffix(_EOF))
            await asyncio.sleep(0)
        if content_type.startswith(_OPENMETRICS):
            pages.append(_EOF)
        headers = (("Content-Type", content_type), ("Cache-Control", "no-store"))
        return Answer(200, headers, b"".join(pages))


_OPENMETRICS = "application/openmetrics-text"
_EOF = b"# EOF\n"
"""The end of a page of OpenMetrics, and of none in the text format."""


class _OneFamily(Collector):
    """What an encoder is given in place of a registry."""

    def __init__(self, family: Metric) -> None:
        self._family = family

    def collect(self) -> Iterator[Metric]:
        yield self._family


class _ServerCollector(Collector):
    """Makes samples of what the sandboxes have counted."""

    def __init__(self, server: MockServer) -> None:
        self._server = server

    def collect(self) -> Iterator[Metric]:
        sandboxes = self._server.sandboxes
        yield from state.families(sandboxes)
        yield from traffic.families(sandboxes)
        yield from bounds.families(sandboxes)

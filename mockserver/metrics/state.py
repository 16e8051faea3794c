"""Samples of what the server is doing now: sandboxes, connections, journals, tasks."""

from __future__ import annotations

import asyncio
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from mockserver.metrics.labels import Sums

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prometheus_client.core import Metric

    from mockserver.sandbox import Sandbox

_SANDBOX = ("sandbox",)


def families(sandboxes: Sequence[Sandbox]) -> Iterator[Metric]:
    """Every family of samples about the present. Called on the server's loop."""
    build = Sums("build_info", "The version that runs, as a label.", ("version",))
    build.add((_version(),), 1)
    yield build.gauge()
    opened = Sums("sandboxes", "Sandboxes that are open.", ())
    opened.add((), len(sandboxes))
    yield opened.gauge()
    tasks = Sums("asyncio_tasks", "Tasks on the loop that serves.", ())
    tasks.add((), len(asyncio.all_tasks()))
    yield tasks.gauge()
    yield from _of_each(sandboxes)


@cache
def _version() -> str:
    return version("pawa-resilience")


def _of_each(sandboxes: Sequence[Sandbox]) -> Iterator[Metric]:
    listening = Sums("listening", "Whether connections are accepted (1) or refused.", _SANDBOX)
    in_flight = Sums("in_flight", "Requests that are being served.", _SANDBOX)
    connections = Sums("connections", "Connections that are open.", _SANDBOX)
    rules = Sums("rules", "Rules in force.", _SANDBOX)
    dropped = Sums("journal_dropped_total", "Exchanges that gave way to newer ones.", _SANDBOX)
    messages = Sums("webhook_messages_total", "Messages to a webhook.", ("sandbox", "outcome"))
    for sandbox in sandboxes:
        labels = (sandbox.name,)
        listening.add(labels, sandbox.listening)
        in_flight.add(labels, sandbox.journal.in_flight)
        connections.add(labels, len(sandbox.connections.open_connections()))
        rules.add(labels, len(sandbox.plan.rules))
        dropped.add(labels, sandbox.journal.dropped)
        messages.add((sandbox.name, "sent"), sandbox.webhook.sent)
        messages.add((sandbox.name, "failed"), sandbox.webhook.failed)
    for sums in (listening, in_flight, connections, rules):
        yield sums.gauge()
    yield dropped.counter()
    yield messages.counter()

"""Reading a page of metrics: what a scrape of a real server says, by name and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from tests.mockserver.rawclient import request
from tests.mockserver.talk import ask

if TYPE_CHECKING:
    from mockserver.server import MockServer

Samples = dict[str, dict[frozenset[tuple[str, str]], float]]


def samples_of(page: str) -> Samples:
    """Every sample of a page, by its name and its labels; no two have both in common."""
    found: Samples = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            labels = frozenset(sample.labels.items())
            of_name = found.setdefault(sample.name, {})
            assert labels not in of_name, f"{sample.name} {sample.labels} is there twice"
            of_name[labels] = sample.value
    return found


async def scraped(server: MockServer) -> Samples:
    """What the server shows now, over its socket."""
    received = await ask(server.default, request("/metrics", method="GET"))
    assert received.status == 200, received.data
    return samples_of(received.body.decode())


def at(samples: Samples, name: str, **labels: str) -> float:
    """The sum of the samples of a name that have these labels."""
    wanted = set(labels.items())
    return sum(
        value for has, value in samples.get(f"pawa_mock_{name}", {}).items() if wanted <= set(has)
    )

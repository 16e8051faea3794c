"""What the null clients have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scenarios.clients.hosted import HostedClient, HostedError, HostedFactory
from scenarios.clients.reference_adapter import ReferenceFactory
from scenarios.zoo.null_client import NullClient, NullFactory

if TYPE_CHECKING:
    from collections.abc import Mapping


class Echo(NullClient):
    """Says what it was asked for."""

    async def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"text": str(sorted(request))}


async def chat(client: HostedClient, request: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    pieces: list[str] = []
    answer = await client.chat(
        request, emit=pieces.append, deadline_s=None, fallback=None, pace=None
    )
    return answer, pieces


def test_it_claims_what_the_reference_claims() -> None:
    """So that no row is spared it."""
    factory: HostedFactory = NullFactory(Echo, name="NULL-X")
    reference = ReferenceFactory().manifest()

    assert {**factory.manifest(), "name": "reference"} == {**reference}
    assert factory.manifest()["name"] == "NULL-X"


async def test_whatever_the_settings_it_opens() -> None:
    """It reads none."""
    client = await NullFactory(Echo, name="NULL-X").open({"base_url": "nowhere"})

    assert (await chat(client, {"a": 1}))[0] == {"text": "['a']"}
    assert await client.embed({"sentences": []}, deadline_s=1.0) == {"text": "['sentences']"}


async def test_a_streamed_answer_comes_in_one_piece() -> None:
    """And only a streamed one."""
    client = await NullFactory(Echo, name="NULL-X").open({})

    assert await chat(client, {"stream": True}) == ({"text": "['stream']"}, ["['stream']"])
    assert (await chat(client, {"stream": False}))[1] == []


async def test_the_rest_does_nothing() -> None:
    """No key, no counters, nothing to close."""
    client = await NullFactory(Echo, name="NULL-X").open({})

    await client.rotate_key("another")
    assert await client.telemetry() == {}
    await client.close()


async def test_without_an_answer_there_is_none() -> None:
    """The base has to be filled in."""
    client = await NullFactory(NullClient, name="NULL-X").open({})

    with pytest.raises(NotImplementedError):
        await chat(client, {})
    assert not issubclass(NotImplementedError, HostedError)

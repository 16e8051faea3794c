"""Calls about keys, over a real socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.control.client import ControlClient, ControlError
from tests.mockserver.control.chatting import chat

if TYPE_CHECKING:
    from mockserver.server import MockServer


async def test_a_secret_that_is_made_is_told_once(
    server: MockServer, client: ControlClient
) -> None:
    """To whoever had it made; what is listed later has none, and neither has the journal."""
    made = await client.add_key("app", project="shop", uses=2)
    assert made.secret is not None
    assert [await chat(server.url, made.secret) for _ in range(3)] == [200, 200, 401]

    told = await client.keys()
    assert [(key.id, key.project, key.state, key.uses_left) for key in told] == [
        ("dev", "default", "active", None),
        ("app", "shop", "used up", 0),
    ]
    shown = f"{told} {made} {await client.settings()} {await client.journal()}"
    assert made.secret not in shown


async def test_a_key_of_ones_own_is_not_told_back(
    server: MockServer, client: ControlClient
) -> None:
    """Whoever sent it knows it."""
    assert (await client.add_key("app", key="my-own-secret")).secret is None
    assert await chat(server.url, "my-own-secret") == 200


async def test_a_revoked_key_opens_nothing(server: MockServer, client: ControlClient) -> None:
    """Not even after a reset."""
    assert (await client.revoke_key("dev")).state == "revoked"
    assert await chat(server.url) == 401
    await client.reset()

    assert await chat(server.url) == 401


async def test_a_block_ends_with_time_or_by_hand(server: MockServer, client: ControlClient) -> None:
    """403 until then."""
    await client.freeze_clock()
    assert (await client.block_key("dev", for_s=30)).blocked_s == 30
    assert await chat(server.url) == 403
    await client.advance_clock(30)
    assert await chat(server.url) == 200

    assert (await client.block_key("dev")).state == "blocked"
    await client.advance_clock(86_400)
    assert await chat(server.url) == 403
    assert (await client.unblock_key("dev")).state == "active"
    assert await chat(server.url) == 200


async def test_a_rotation_lets_both_secrets_in_for_a_while(
    server: MockServer, client: ControlClient
) -> None:
    """The old one until the overlap ends; a second rotation does not cut the first one short."""
    await client.freeze_clock()
    first = await client.rotate_key("dev", overlap_s=60)
    assert first.secret is not None
    assert first.key.previous == 1
    assert [await chat(server.url, key) for key in ("pawa-dev-key", first.secret)] == [200, 200]
    await client.advance_clock(59)
    second = await client.rotate_key("dev", overlap_s=10, key="pawa-second-key")
    assert (second.secret, second.key.previous) == (None, 2)
    every = ("pawa-dev-key", first.secret, "pawa-second-key")
    assert [await chat(server.url, key) for key in every] == [200, 200, 200]
    await client.advance_clock(1)

    assert [await chat(server.url, key) for key in every] == [401, 200, 200]
    assert {exchange.key_id for exchange in (await client.journal(status=200)).exchanges} == {"dev"}


async def test_without_overlap_the_old_secret_is_gone_at_once(
    server: MockServer, client: ControlClient
) -> None:
    """And the journal still does not show it to anybody."""
    made = await client.rotate_key("dev")
    assert made.secret is not None
    assert await chat(server.url) == 401
    assert await chat(server.url, made.secret) == 200

    page = await client.journal()
    assert "pawa-dev-key" not in str(page)


async def test_what_cannot_be_done_says_so(client: ControlClient) -> None:
    """A line each, and nothing has changed."""
    with pytest.raises(ControlError, match="no key 'app'; there are: dev") as unknown:
        await client.revoke_key("app")
    with pytest.raises(ControlError, match="there is a key 'dev' already") as twin:
        await client.add_key("dev")
    with pytest.raises(ControlError, match="two keys have the same secret") as same:
        await client.add_key("app", key="pawa-dev-key")
    with pytest.raises(ControlError, match="must be more than 0") as bad:
        await client.block_key("dev", for_s=0)

    assert [error.value.status for error in (unknown, twin, same, bad)] == [404, 409, 400, 400]
    assert [key.id for key in await client.keys()] == ["dev"]

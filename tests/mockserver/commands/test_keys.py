"""`pawa-mock keys` against a running server."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.mockserver.commands.chatting import chat

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.threaded import ThreadedMockServer
    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]


def secret_in(ran: Ran) -> str:
    found = re.search(r"^secret (\S+)$", ran.out, re.MULTILINE)
    assert found is not None, ran
    return found[1]


def test_a_key_is_added_and_its_secret_said_once(
    steer: PawaMock, server: ThreadedMockServer
) -> None:
    """It opens at once what it may open."""
    made = steer("keys", "add", "worker", "--project", "shop", "--uses", "1", "--model", "pawa-*")

    assert (made.code, made.out.splitlines()[0]) == (0, "worker is active")
    assert [chat(server.url, secret_in(made)) for _ in range(2)] == [200, 401]
    listed = steer("keys", "list")
    assert secret_in(made) not in listed.out
    assert re.search(r"worker +shop +used up +pawa-\* +0 of 1", listed.out)
    told = json.loads(steer("keys", "list", "--json").out)
    assert [(key["id"], key["uses_left"]) for key in told] == [("dev", None), ("worker", 0)]


def test_a_key_can_be_for_a_while(steer: PawaMock, server: ThreadedMockServer) -> None:
    """By the sandbox's clock."""
    secret = secret_in(steer("keys", "add", "visitor", "--for", "1h"))
    assert chat(server.url, secret) == 200

    steer("clock", "advance", "61m")

    assert chat(server.url, secret) == 401


def test_a_key_is_blocked_and_unblocked(steer: PawaMock, server: ThreadedMockServer) -> None:
    """For a while, or until somebody says so."""
    assert steer("keys", "block", "dev", "--for", "10m").out.startswith("dev is blocked for ")
    assert chat(server.url) == 403
    assert steer("keys", "unblock", "dev").out == "dev is active\n"
    assert chat(server.url) == 200
    assert steer("keys", "block", "dev").out == "dev is blocked\n"


def test_a_key_is_rotated_with_overlap(steer: PawaMock, server: ThreadedMockServer) -> None:
    """Both secrets open for a while; without an overlap only the new one."""
    rotated = steer("keys", "rotate", "dev", "--overlap", "1h")
    assert rotated.out.splitlines()[0] == "dev is active, 1 before it too"
    assert [chat(server.url), chat(server.url, secret_in(rotated))] == [200, 200]

    again = steer("keys", "rotate", "dev")

    assert chat(server.url, secret_in(again)) == 200
    assert chat(server.url, secret_in(rotated)) == 401


def test_a_key_is_revoked(steer: PawaMock, server: ThreadedMockServer) -> None:
    """It opens nothing any more."""
    assert steer("keys", "revoke", "dev").out == "dev is revoked\n"
    assert chat(server.url) == 401


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("revoke", "x"), "no key 'x'; there are: dev"),
        (("add", "dev"), "there is a key 'dev' already; rotate it, or take another id"),
        (("add", "b", "--uses", "0"), "body: uses: must be at least 1, not 0"),
        (("block", "dev", "--for", "soon"), "'soon' is no duration; write 90s, 1h30m or 2d"),
    ],
)
def test_a_mistake_is_one_line(steer: PawaMock, arguments: tuple[str, ...], line: str) -> None:
    """Exit code 2."""
    ran = steer("keys", *arguments)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert line in ran.err

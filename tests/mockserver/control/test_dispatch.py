"""Who may call the control API, and which call is which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockserver.control import dispatch as control
from mockserver.server import MockServer
from mockserver.settings import ServerSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mockserver.answer import Answer, Headers

LOCAL = (("host", "127.0.0.1:8080"),)
TOKEN = "control-token-1"


def body_of(answer: Answer) -> Any:
    assert isinstance(answer.body, bytes)
    return orjson.loads(answer.body)


@pytest.fixture
async def server() -> AsyncIterator[MockServer]:
    """A healthy server."""
    async with MockServer() as started:
        yield started


async def ask(
    server: MockServer, method: str, path: str, body: bytes = b"", query: str = ""
) -> Answer:
    return await control.dispatch(server, method, f"/_mock{path}", query, body, LOCAL)


async def test_a_call_is_found_by_method_and_path(server: MockServer) -> None:
    """Plain JSON, not Pawa's envelope."""
    answer = await ask(server, "GET", "/healthz")

    assert answer.status == 200
    assert body_of(answer) == {"status": "ok", "sandboxes": ["default"]}


@pytest.mark.parametrize(
    ("method", "path", "status", "line"),
    [
        ("GET", "/nothing", 404, "no such call: /_mock/nothing"),
        ("GET", "", 404, "no such call: /_mock"),
        ("PUT", "/healthz", 405, "/_mock/healthz has no PUT; it has GET"),
        ("GET", "/sandboxes/other", 404, "no sandbox 'other'; open are: default"),
        (
            "DELETE",
            "/sandboxes/default/rules/r1",
            404,
            "no rule 'r1'; there are: none",
        ),
        (
            "POST",
            "/sandboxes/default/budget/raise",
            400,
            "body: give one of to_units, by_units, to_tokens and by_tokens",
        ),
    ],
)
async def test_whatever_is_wrong_is_one_line(
    server: MockServer, method: str, path: str, status: int, line: str
) -> None:
    """With the status that fits."""
    answer = await ask(server, method, path)

    assert answer.status == status
    assert body_of(answer) == {"errors": [line]}
    assert ("Allow" in dict(answer.headers)) is (status == 405)


async def test_a_sandbox_that_cannot_be_opened_is_a_conflict(server: MockServer) -> None:
    """The name is taken, or the port is."""
    twin = await ask(server, "POST", "/sandboxes", b'{"name": "default"}')
    taken = orjson.dumps({"name": "other", "port": server.default.port})
    busy = await ask(server, "POST", "/sandboxes", taken)

    assert (twin.status, busy.status) == (409, 409)
    assert "open already" in body_of(twin)["errors"][0]
    assert "in use" in body_of(busy)["errors"][0]


async def test_every_call_is_in_the_table_once() -> None:
    """No pattern hides another."""
    for method, pattern in control.CALLS:
        path = pattern.replace("{sandbox}", "default").replace("{rule}", "r")
        matching = [
            each
            for each in control.CALLS
            if each[0] == method and control._NAMES_IN[each[1]](path) is not None
        ]
        assert matching == [(method, pattern)]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((), None),
        ((("host", "127.0.0.1:8080"),), None),
        ((("host", "localhost:8080"),), None),
        ((("host", "[::1]:8080"),), None),
        ((("host", "127.0.0.1:8080"), ("Origin", "http://127.0.0.1:8080")), None),
        ((("host", "mock.example.test"),), 403),
        ((("host", "127.0.0.1.example.test"),), 403),
        ((("host", "127.0.0.1:8080"), ("Origin", "https://example.test")), 403),
        ((("host", "127.0.0.1:8080"), ("Origin", "http://127.0.0.1:9090")), 403),
        ((("host", "127.0.0.1:8080"), ("Origin", "null")), 403),
        ((("host", "x.test"), ("authorization", f"Bearer {TOKEN}")), 403),
    ],
)
def test_on_loopback_strangers_are_browsers_that_somebody_else_sent(
    headers: Headers, status: int | None
) -> None:
    """A name that merely resolves to this machine, or a page of another origin."""
    refused = control.refuse_stranger(ServerSettings(), headers)

    assert (None if refused is None else refused.status) == status


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "mock.example.test"])
def test_beyond_loopback_the_token_is_asked_for(host: str) -> None:
    """Without one the control API is closed; the right one opens every door."""
    closed = ServerSettings(host=host)
    guarded = ServerSettings(host=host, control_token=TOKEN)
    right = (("authorization", f"Bearer {TOKEN}"), ("host", "mock.example.test"))
    wrong = (("authorization", "Bearer other"), *LOCAL)

    for settings, headers in ((closed, right), (closed, LOCAL), (guarded, LOCAL), (guarded, wrong)):
        refused = control.refuse_stranger(settings, headers)
        assert refused is not None
        assert refused.status == 401
        assert ("WWW-Authenticate", "Bearer") in refused.headers
        assert TOKEN not in str(refused.body)
    assert control.refuse_stranger(guarded, right) is None


async def test_a_refused_stranger_changes_nothing(server: MockServer) -> None:
    """The guard stands before every call."""
    foreign = (*LOCAL, ("Origin", "https://example.test"))

    answer = await control.dispatch(
        server, "POST", "/_mock/sandboxes", "", b'{"name": "mine"}', foreign
    )

    assert answer.status == 403
    assert [sandbox.name for sandbox in server.sandboxes] == ["default"]


@pytest.mark.parametrize(
    ("settings", "headers", "caller"),
    [
        (ServerSettings(), LOCAL, "loopback"),
        (ServerSettings(), (("host", "mock.example.test"),), "stranger"),
        (ServerSettings(host="0.0.0.0", control_token=TOKEN), LOCAL, "stranger"),
        (
            ServerSettings(host="0.0.0.0", control_token=TOKEN),
            (("authorization", f"Bearer {TOKEN}"),),
            "token",
        ),
        (ServerSettings(control_token=TOKEN), (("authorization", "Bearer x"), *LOCAL), "loopback"),
    ],
)
def test_why_a_caller_is_let_in_is_known(
    settings: ServerSettings, headers: Headers, caller: str
) -> None:
    """For the audit."""
    assert control.caller_of(settings, headers) == caller


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/_mock", True),
        ("/_mock/anything", True),
        ("/metrics", True),
        ("/healthz", True),
        ("/readyz", True),
        ("/_mockery", False),
        ("/metrics/more", False),
        ("/healthzz", False),
        ("/audit", False),
        ("/v1/models", False),
        ("", False),
    ],
)
def test_which_paths_are_no_traffic(path: str, ours: bool) -> None:
    """Those under the prefix, and three at the root."""
    assert control.is_control(path) is ours


async def test_probes_are_answered_to_strangers_and_tell_them_nothing() -> None:
    """Metrics are only for those who may ask anything."""
    guarded = ServerSettings(host="0.0.0.0", control_token=TOKEN)
    foreign = (("host", "mock.example.test"), ("origin", "https://example.test"))
    knowing = (("authorization", f"Bearer {TOKEN}"),)
    async with MockServer(guarded) as server:

        async def status(path: str, headers: Headers) -> int:
            return (await control.dispatch(server, "GET", path, "", b"", headers)).status

        health = await control.dispatch(server, "GET", "/healthz", "", b"", foreign)
        ready = await control.dispatch(server, "GET", "/readyz", "", b"", foreign)
        for path in ("/metrics", "/_mock/metrics", "/_mock/healthz", "/_mock/readyz"):
            assert (await status(path, foreign), await status(path, knowing)) == (401, 200)

    assert (body_of(health), body_of(ready)) == ({"status": "ok"}, {"status": "ready"})

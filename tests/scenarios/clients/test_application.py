"""An application over HTTP, plainly and through a mapping, against a small real one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from scenarios.clients.application import ApplicationDriver
from scenarios.clients.errors import ClientStartError, OperationFailed
from scenarios.clients.spec import parse_spec

if TYPE_CHECKING:
    from pathlib import Path


def ask(case: str = "answers", **fields: object) -> dict[str, object]:
    """A chat request whose text says what the application does."""
    return {"messages": [{"role": "user", "content": case}], "stream": False, **fields}


class Application:
    """Answers on the protocol's routes, and on one of its own."""

    def __init__(self) -> None:
        self.left = asyncio.Event()
        self.may_cut = asyncio.Event()
        self.bodies: list[dict[str, object]] = []
        app = web.Application()
        app.router.add_post("/chat", self.chat)
        app.router.add_post("/embed", self.embed)
        app.router.add_post("/ask", self.ask)
        self.server = TestServer(app)

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """The protocol in its own words."""
        body = await request.json()
        self.bodies.append(body)
        case = body["request"]["messages"][-1]["content"]
        if case == "answers":
            return web.json_response({"ok": {"text": "Habari", "attempts": 2}})
        if case == "fails":
            error = {"kind": "rate_limited", "message": "slow down", "status": 429}
            return web.json_response({"error": error}, status=502)
        if case == "breaks":
            return web.Response(text="<h1>Oops</h1>", status=500)
        if case == "hangs up":
            request.transport.abort()
            return web.Response()
        if case == "waits":
            try:
                await asyncio.sleep(30)
            finally:
                self.left.set()
        return await self.stream(request, case)

    async def stream(self, request: web.Request, case: str) -> web.StreamResponse:
        """Server-sent events: pieces, then what the case says."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in ("Ha", "ba", "ri"):
            await response.write(b": hello\r\nevent: x\r\ndata: " + orjson.dumps({"delta": piece}))
            await response.write(b"\r\n\r\n")
        if case == "streams":
            await response.write(b'data: {"ok": {"text": "Habari"}}\n\n')
        if case == "cuts":
            await self.may_cut.wait()
            request.transport.abort()
        if case == "stalls":
            await asyncio.sleep(30)
        return response

    async def embed(self, request: web.Request) -> web.Response:
        """One number for each sentence."""
        sentences = (await request.json())["request"]["sentences"]
        return web.json_response({"ok": {"vectors": [[len(one)] for one in sentences]}})

    async def ask(self, request: web.Request) -> web.Response:
        """A route of its own."""
        body = await request.json()
        self.bodies.append(body)
        if body["question"] == "fails":
            return web.json_response({"error": "no luck"}, status=500)
        return web.json_response({"answer": {"text": f"You said {body['question']}"}})


@pytest.fixture
async def application():
    """A running application."""
    one = Application()
    await one.server.start_server()
    yield one
    await one.server.close()


@pytest.fixture
async def driver(application: Application):
    """Asks it in the protocol's words."""
    one = await parse_spec(str(application.server.make_url(""))).start()
    yield one
    await one.close()


@pytest.fixture
async def client(driver: ApplicationDriver):
    """The application as a client."""
    return await driver.open({"base_url": "http://ignored", "api_key": "ignored"})


async def test_its_address_is_fixed_and_it_claims_nothing_by_itself(driver) -> None:
    """Nothing is known of it but that it listens."""
    assert driver.fixed_address
    assert (driver.manifest.claims, driver.manifest.limits) == (frozenset(), {})
    assert (driver.stderr_text(), driver.stderr_raw()) == ("", "")


async def test_chat_and_embed_in_the_protocol_s_words(application, client) -> None:
    """The request as it is, the answer as it came."""
    chat = await client.chat(ask(), deadline_s=3, fallback=False)
    vectors = await client.embed(["a", "bcd"])
    await client.close()

    assert (chat.text, chat.answer.attempts) == ("Habari", 2)
    assert vectors.answer.vectors == ([1], [3])
    assert application.bodies == [{"request": ask(), "deadline_s": 3, "fallback": False}]


async def test_an_error_is_the_application_s_own(client) -> None:
    """Whatever HTTP status carries it."""
    error = (await client.chat(ask("fails"))).error

    assert (error.kind, error.message, error.status) == ("rate_limited", "slow down", 429)


async def test_a_stream_is_read_piece_by_piece(client) -> None:
    """Comments and other fields of the events do not matter."""
    outcome = await client.chat(ask("streams"))

    assert [delta.text for delta in outcome.deltas] == ["Ha", "ba", "ri"]
    assert outcome.started_s <= outcome.deltas[0].at_s <= outcome.ended_s
    assert outcome.text == "Habari"


async def test_a_user_may_read_slowly_or_leave(client) -> None:
    """The harness is the reader here, so it keeps the pace itself."""
    pace = {"after_events": 1, "wait_s": 0.2, "stop_after_events": 2}

    outcome = await client.chat(ask("stalls"), pace=pace)

    assert outcome.ok
    assert outcome.text == "Haba"
    assert outcome.elapsed_s >= 0.2


@pytest.mark.parametrize(
    ("case", "code"), [("breaks", "http_500"), ("ends early", "no_final_event")]
)
async def test_an_answer_that_is_none_is_an_error(client, case: str, code: str) -> None:
    """Of kind ``internal``: the user got no answer."""
    outcome = await client.chat(ask(case))

    assert (outcome.kind, outcome.error.code) == ("internal", code)


async def test_an_answer_that_breaks_off_is_an_error_with_its_part(
    application, client, until
) -> None:
    """The user saw the first pieces."""
    running = client.start_chat(ask("cuts"))
    await until(lambda: len(running.deltas()) == 3)
    application.may_cut.set()
    outcome = await running

    assert outcome.kind == "internal"
    assert outcome.error.partial == "Habari"


async def test_hanging_up_without_an_answer_is_a_crash(client) -> None:
    """As the end of an adapter's process is."""
    outcome = await client.chat(ask("hangs up"))

    assert outcome.ending == "crashed"
    assert "hung up" in outcome.detail


async def test_no_answer_in_time_is_hung(application, client) -> None:
    """And the connection is let go."""
    outcome = await client.chat(ask("waits"), patience_s=0.2)

    assert outcome.ending == "hung"
    await asyncio.wait_for(application.left.wait(), 5)


async def test_cancelling_is_leaving(application, client, until) -> None:
    """As a user closes the page."""
    running = client.start_chat(ask("stalls"))
    await until(lambda: len(running.deltas()) == 3)

    assert await running.cancel()
    outcome = await running

    assert (outcome.kind, outcome.text) == ("cancelled", "Habari")


async def test_what_has_no_route_is_unsupported(client) -> None:
    """Keys and counters are the application's own affair."""
    for operation in (client.rotate_key("k"), client.telemetry()):
        with pytest.raises(OperationFailed, match="unsupported"):
            await operation


async def test_a_mapping_leads_to_other_routes(application, tmp_path: Path) -> None:
    """Its own body, its own places, its claims."""
    path = tmp_path / "app.toml"
    path.write_text(
        'claims = ["retry"]\n[chat]\npath = "/ask"\nbody = { question = "{prompt}" }\n'
        'text = "answer.text"\nerror = "error"\n'
    )
    driver = await parse_spec(f"{application.server.make_url('')}#{path}").start()
    client = await driver.open({})

    said, failed = await client.chat(ask("jambo")), await client.chat(ask("fails"))
    unsaid = await client.chat(ask("jambo", seed=3))
    await driver.close()

    assert driver.manifest.claims == {"retry"}
    assert said.text == "You said jambo"
    assert (failed.kind, failed.error.message) == ("internal", "no luck")
    assert unsaid.kind == "unsupported"
    assert application.bodies == [{"question": "jambo"}, {"question": "fails"}]


async def test_an_application_that_does_not_listen_is_one_line(unused_tcp_port: int) -> None:
    """With the address and the mend."""
    url = f"http://127.0.0.1:{unused_tcp_port}"

    with pytest.raises(ClientStartError, match=f"{url} is not reachable .*: start it first"):
        await ApplicationDriver.start(url)


async def test_an_application_that_has_ended_is_a_crash(application, client) -> None:
    """The next call says so."""
    await application.server.close()

    outcome = await client.chat(ask())

    assert outcome.ending == "crashed"

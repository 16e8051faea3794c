"""A whole application, plainly and through a mapping, from greenlets."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.loadtests.generator.lanes import Ride, drive

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PIECE_PAUSE_S = 0.05


class Application:
    """Answers on the protocol's routes, and on one of its own; the text says how."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.left = asyncio.Event()
        app = web.Application()
        app.router.add_post("/under/chat", self.chat)
        app.router.add_post("/under/embed", self.embed)
        app.router.add_post("/under/ask", self.ask)
        self.server = TestServer(app)

    @property
    def url(self) -> str:
        """What follows ``--client``."""
        return str(self.server.make_url("/under"))

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """The protocol in its own words."""
        body = await request.json()
        self.bodies.append(body)
        case = body["request"]["messages"][-1]["content"]
        if case == "fails":
            error = {"kind": "rate_limited", "message": "slow down", "status": 429}
            return web.json_response({"error": error}, status=502)
        if case == "breaks":
            return web.Response(text="<h1>Oops</h1>", status=500)
        if case == "hangs up":
            assert request.transport is not None
            request.transport.abort()
        if case == "waits":
            try:
                await asyncio.sleep(30)
            finally:
                self.left.set()
        if body["request"]["stream"]:
            return await self.stream(request, case)
        return web.json_response({"ok": {"text": "Habari", "attempts": 2}})

    async def stream(self, request: web.Request, case: str) -> web.StreamResponse:
        """Server-sent events: pieces, then what the case says."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        for piece in ("Ha", "ba", "ri"):
            await response.write(b": hello\r\nevent: x\r\ndata: " + orjson.dumps({"delta": piece}))
            await response.write(b"\r\n\r\n")
            await asyncio.sleep(PIECE_PAUSE_S)
        if case == "cuts":
            assert request.transport is not None
            request.transport.abort()
        elif case != "ends early":
            await response.write(b'data: {"ok": {"text": "Habari"}}\n\n')
        return response

    async def embed(self, request: web.Request) -> web.Response:
        """One number for each sentence."""
        sentences = (await request.json())["request"]["sentences"]
        return web.json_response({"ok": {"vectors": [[len(one)] for one in sentences]}})

    async def ask(self, request: web.Request) -> web.Response:
        """A route of its own."""
        self.bodies.append(await request.json())
        return web.json_response({"answer": {"text": "Habari"}})


@pytest.fixture
async def application() -> AsyncIterator[Application]:
    """A running application."""
    one = Application()
    await one.server.start_server()
    yield one
    await one.server.close()


async def ride(spec: str, *calls: dict[str, Any]) -> Ride:
    """Calls one after the other; the application goes on meanwhile."""
    steps = [("call", call) for call in calls]
    return await asyncio.to_thread(drive, spec, *steps, ("telemetry", {}), ours=False)


async def test_calls_in_the_protocol_s_words(application: Application) -> None:
    """Under the path of its address, with the deadline of the user; whoever listens is watched."""
    done = await ride(
        application.url,
        {"text": "answers", "deadline_s": 3},
        {"text": "streams", "stream": True},
        {"sentences": ["a", "bcd"]},
        {"text": "fails"},
        {"text": "answers"},
    )

    chat, stream, vectors, failed, again, telemetry = done.steps
    assert (chat["outcome"], chat["text"], chat["attempts"]) == ("ok", "Habari", 2)
    assert application.bodies[0]["deadline_s"] == 3
    assert (stream["outcome"], stream["pieces"], stream["text"]) == ("ok", 3, "Habari")
    assert (vectors["outcome"], vectors["vectors"]) == ("ok", 2)
    assert (failed["outcome"], failed["status"]) == ("rate_limited", 429)
    assert failed["detail"] == "slow down"
    assert again["outcome"] == "ok"
    assert (done.hello["name"], done.hello["claims"], telemetry) == ("application", [], {})
    assert done.pids == [os.getpid()]


async def test_each_piece_is_stamped_when_it_came(application: Application) -> None:
    """Not when a buffer was full: between the first and the last lie the application's pauses."""
    (stream, _) = (await ride(application.url, {"stream": True})).steps

    assert stream["last_s"] - stream["first_s"] >= PIECE_PAUSE_S
    assert stream["ended_s"] - stream["first_s"] >= 3 * PIECE_PAUSE_S


@pytest.mark.parametrize(
    ("call", "outcome", "detail"),
    [
        ({"text": "breaks"}, "internal", "http_500: the application answered 500"),
        ({"text": "hangs up"}, "crashed", "could not be reached or hung up"),
        ({"text": "cuts", "stream": True}, "internal", "broke off"),
        ({"text": "ends early", "stream": True}, "internal", "ended without ok or error"),
    ],
)
async def test_an_answer_that_is_none_is_told_as_such(
    application: Application, call: dict[str, Any], outcome: str, detail: str
) -> None:
    """With what the user had seen by then."""
    (told, _) = (await ride(application.url, call)).steps

    assert told["outcome"] == outcome
    assert detail in told["detail"]
    assert told["text"] == ("Habari" if call.get("stream") else "")


async def test_no_answer_in_time_is_hung(application: Application) -> None:
    """And the connection is let go."""
    (told, _) = (await ride(application.url, {"text": "waits", "patience_s": 0.2})).steps

    assert told["outcome"] == "hung"
    assert told["detail"] == "the application gave no final answer within 0.2 s"
    await asyncio.wait_for(application.left.wait(), 5)


async def test_a_mapping_leads_to_other_routes(application: Application, tmp_path: Path) -> None:
    """What the traffic adds by itself needs no place in it; what a call is about does."""
    path = tmp_path / "app.toml"
    path.write_text(
        'claims = ["retry"]\n[chat]\npath = "/ask"\nbody = { question = "{prompt}" }\n'
        'text = "answer.text"\n'
    )
    bounded = {"text": "jambo", "deadline_s": 3, "fields": {"max_tokens": 9}}
    done = await ride(f"{application.url}#{path}", bounded, {"fields": {"seed": 3}})

    assert done.hello["claims"] == ["retry"]
    assert [step["outcome"] for step in done.steps[:2]] == ["ok", "unsupported"]
    assert application.bodies == [{"question": "jambo"}]


async def test_an_application_that_does_not_listen_is_one_line(free_port: int) -> None:
    """With the address and the mend."""
    url = f"http://127.0.0.1:{free_port}"
    done = await ride(url)

    assert done.refused == (
        f"the application {url} is not reachable (Connection refused): start it first"
    )


async def test_a_wrong_mapping_is_one_line(application: Application, tmp_path: Path) -> None:
    """With its place."""
    path = tmp_path / "app.toml"
    path.write_text('[chat]\nroute = "/ask"\n')

    done = await ride(f"{application.url}#{path}")

    assert done.refused is not None
    assert "chat.route is unknown" in done.refused

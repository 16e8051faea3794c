"""The two servers that are compared, each a process: the mock with everything on, and bare aiohttp.

``python -m scripts.bench.servers bare`` prints its port and serves until its input ends.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from mockserver import MockServer
from mockserver.config import ConfigFile, check, server_settings
from scripts.bench.load import CHUNKS, EVERYTHING, REPLY, STREAM_CHUNK

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SERVER_CORE = 1


async def answer(request: web.Request) -> web.StreamResponse:
    """Parse the request, and give the very reply (or stream) that the mock gives."""
    asked = orjson.loads(await request.read())
    if not asked.get("stream"):
        return web.Response(body=orjson.dumps(REPLY), content_type="application/json")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for _ in range(CHUNKS):
        await response.write(orjson.dumps(STREAM_CHUNK) + b"\n\n")
    await response.write_eof()
    return response


async def held(request: web.Request) -> web.StreamResponse:
    """Wait as long as the path says (in milliseconds), then answer."""
    await asyncio.sleep(int(request.match_info["ms"]) / 1000)
    return web.Response(body=orjson.dumps(REPLY), content_type="application/json")


async def idle(request: web.Request) -> web.StreamResponse:
    """Send a first chunk and nothing more."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(orjson.dumps(STREAM_CHUNK) + b"\n\n")
    await asyncio.Event().wait()
    return response


async def serve_bare() -> None:
    """Bare aiohttp: a handler each, no access log."""
    app = web.Application()
    app.router.add_post("/v1/chat/request", answer)
    app.router.add_post("/hold/{ms}", held)
    app.router.add_post("/idle", idle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
    await site.start()
    await until_input_ends(runner.addresses[0][1])
    await runner.cleanup()


async def serve_mock() -> None:
    """The mock: keys, limits, budget, journal, metrics, a plan of 20 rules."""
    settings = server_settings(check(ConfigFile, EVERYTHING, "bench"), port=0)
    async with MockServer(settings) as server:
        await until_input_ends(server.default.port)


async def until_input_ends(port: int) -> None:
    """Say the port, then wait for the end of standard input."""
    print(port, flush=True)  # noqa: T201 - how the parent learns it
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


SERVERS: dict[str, Callable[[], Awaitable[None]]] = {"bare": serve_bare, "mock": serve_mock}


async def main() -> None:
    """Serve what the command line names, on a core of its own."""
    if (os.cpu_count() or 1) > SERVER_CORE:
        os.sched_setaffinity(0, {SERVER_CORE})
    await SERVERS[sys.argv[1]]()


if __name__ == "__main__":
    asyncio.run(main())

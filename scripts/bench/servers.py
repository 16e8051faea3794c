"""Bare aiohttp with the same answers, as a process: what the mock is compared with.

``python -m scripts.bench.servers`` prints its port and serves until its input ends.
"""

from __future__ import annotations

import asyncio
import sys

import orjson
from aiohttp import web

from scripts.bench.load import CHUNKS, REPLY, STREAM_CHUNK


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


async def until_input_ends(port: int) -> None:
    """Say the port, then wait for the end of standard input."""
    print(port, flush=True)  # noqa: T201 - how the parent learns it
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve_bare())

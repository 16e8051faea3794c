"""Five HTTP clients behind one face: one request, and in one line what the client says of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import httpx
import orjson
import requests
import urllib3

LIMIT_S = 1.0
"""How long a client waits for a byte."""

FETCH = Path(__file__).with_name("fetch.mjs")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is POSTed, so often one after the other over one pool of connections."""

    url: str
    body: bytes
    headers: dict[str, str]
    times: int = 1


def report(status: int, length: int, kind: str, body: bytes) -> str:
    """What a client that read to the end has in hand."""
    if "event-stream" not in kind:
        try:
            orjson.loads(body)
        except orjson.JSONDecodeError:
            return f"{status}, {length} bytes, no JSON"
    return f"{status}, {length} bytes"


def named(error: BaseException) -> str:
    """The error's class, and the cause that says more where there is one."""
    cause = error.__cause__ or error.__context__
    inner = f" ({type(cause).__name__})" if cause is not None else ""
    return f"{type(error).__name__}{inner}"


async def with_aiohttp(asked: Asked) -> str:
    """aiohttp's client."""
    limit = aiohttp.ClientTimeout(total=None, connect=LIMIT_S, sock_read=LIMIT_S)
    got, status, said = b"", 0, ""
    try:
        async with aiohttp.ClientSession(timeout=limit) as session:
            for _ in range(asked.times):
                got, status = b"", 0
                async with session.post(
                    asked.url, data=asked.body, headers=asked.headers
                ) as answer:
                    status = answer.status
                    async for piece in answer.content.iter_any():
                        got += piece
                    said = report(status, len(got), answer.headers.get("Content-Type", ""), got)
    except (aiohttp.ClientError, TimeoutError, ValueError, ConnectionError) as error:
        return f"{status}, then {named(error)} after {len(got)} bytes" if status else named(error)
    return said


async def with_httpx(asked: Asked) -> str:
    """httpx, which the official SDK is built on."""
    got, status, said = b"", 0, ""
    try:
        async with httpx.AsyncClient(timeout=LIMIT_S, follow_redirects=True) as session:
            for _ in range(asked.times):
                got, status = b"", 0
                async with session.stream(
                    "POST", asked.url, content=asked.body, headers=asked.headers
                ) as answer:
                    status = answer.status_code
                    async for piece in answer.aiter_bytes():
                        got += piece
                    said = report(status, len(got), answer.headers.get("Content-Type", ""), got)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        return f"{status}, then {named(error)} after {len(got)} bytes" if status else named(error)
    return said


def _requests(asked: Asked) -> str:
    got, status, said = b"", 0, ""
    try:
        with requests.Session() as session:
            for _ in range(asked.times):
                got, status = b"", 0
                with session.post(
                    asked.url, data=asked.body, headers=asked.headers, timeout=LIMIT_S, stream=True
                ) as answer:
                    status = answer.status_code
                    for piece in answer.iter_content(None):
                        got += piece
                    said = report(status, len(got), answer.headers.get("Content-Type", ""), got)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        return f"{status}, then {named(error)} after {len(got)} bytes" if status else named(error)
    return said


def _urllib3(asked: Asked) -> str:
    got, status, said = b"", 0, ""
    with urllib3.PoolManager(timeout=LIMIT_S, retries=False) as pool:
        try:
            for _ in range(asked.times):
                got, status = b"", 0
                answer = pool.request(
                    "POST", asked.url, body=asked.body, headers=asked.headers, preload_content=False
                )
                status = answer.status
                for piece in answer.stream():
                    got += piece
                answer.release_conn()
                said = report(status, len(got), answer.headers.get("Content-Type", ""), got)
        except urllib3.exceptions.HTTPError as error:
            broke = f"{status}, then {named(error)} after {len(got)} bytes"
            return broke if status else named(error)
    return said


async def with_requests(asked: Asked) -> str:
    """requests."""
    return await asyncio.to_thread(_requests, asked)


async def with_urllib3(asked: Asked) -> str:
    """urllib3, without its retries."""
    return await asyncio.to_thread(_urllib3, asked)


async def with_fetch(asked: Asked) -> str:
    """node's fetch."""
    process = await asyncio.create_subprocess_exec(
        *("node", str(FETCH), asked.url, asked.body.decode(), json.dumps(asked.headers)),
        *(str(int(LIMIT_S * 2000)), str(asked.times)),
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    return told.decode().strip()


Client = Callable[[Asked], Awaitable[str]]

CLIENTS: dict[str, Client] = {
    "aiohttp": with_aiohttp,
    "httpx": with_httpx,
    "requests": with_requests,
    "urllib3": with_urllib3,
    "fetch (node)": with_fetch,
}

"""Carries a Python client: ``python -m scenarios.clients.host python:package.module:factory``.

Speaks the client protocol on stdin and stdout for any :class:`HostedFactory`. It runs every call
at once, stamps each delta at the moment the client hands it over, and judges and repairs nothing.
``PAWA_CLIENT_LOG=debug`` in the environment sends all Python logging to stderr. A factory that
cannot be loaded is one line on stderr and exit code 2.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import logging
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any, cast

import orjson

from scenarios.clients.errors import FieldError
from scenarios.clients.fields import Fields
from scenarios.clients.hosted import Emit, HostedClient, HostedError, HostedFactory
from scenarios.clients.protocol import OPERATIONS, PROTOCOL_VERSION
from scenarios.clients.streams import LineWriter, read_lines, take_standard_streams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EXIT_CANNOT_LOAD = 2
STOP_GRACE_S = 1.0
"""How long calls and clients get to end once stdin has ended (the protocol allows 2 s in all)."""


class CannotLoad(Exception):  # noqa: N818 - never leaves this module
    """Raised when the named factory gives no client."""


def load_factory(spec: str) -> HostedFactory:
    """What ``python:package.module:factory`` names, called; raises :class:`CannotLoad`."""
    scheme, _, path = spec.partition(":")
    module_name, _, attribute = path.partition(":")
    if scheme != "python" or not module_name or not attribute:
        raise CannotLoad("usage: python -m scenarios.clients.host python:package.module:factory")
    try:
        found: Any = importlib.import_module(module_name)
        for name in attribute.split("."):
            found = getattr(found, name)
        made = found()
    except Exception as error:  # the module is anybody's: whatever it raises is the finding
        raise CannotLoad(f"client {spec!r}: {type(error).__name__}: {error}") from error
    if not callable(getattr(made, "manifest", None)) or not callable(getattr(made, "open", None)):
        raise CannotLoad(f"client {spec!r}: {attribute}() gave no factory with manifest and open")
    return cast("HostedFactory", made)


def encode(message: Mapping[str, Any]) -> bytes:
    """One message as a line; text that is no Unicode (a lone surrogate) is written as ``?``."""
    try:
        return orjson.dumps(message, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return (
            json.dumps(message, ensure_ascii=False, default=repr).encode("utf-8", "replace") + b"\n"
        )


class Host:
    """The clients of one process, and the calls in flight."""

    def __init__(self, factory: HostedFactory, write: Callable[[bytes], None]) -> None:
        self._factory = factory
        self._write = write
        self._clients: dict[str, HostedClient] = {}
        self._running: dict[int, asyncio.Task[None]] = {}
        self._owners: dict[int, str] = {}
        self._cancellable = False
        self._stopping = False

    def receive(self, line: bytes) -> None:
        """Starts what one line asks for."""
        if self._stopping:
            return
        request = Fields(orjson.loads(line), "the request")
        request_id = request.integer("id")
        if request_id is None:
            raise FieldError("the request lacks 'id'")
        task = asyncio.get_running_loop().create_task(self._serve(request_id, request))
        self._running[request_id] = task
        if request.text("op") in ("chat", "embed"):
            self._owners[request_id] = request.text("client") or ""
        task.add_done_callback(lambda _: self._forget(request_id))

    async def stop(self) -> None:
        """Ends what is in flight and closes every client, within the grace."""
        self._stopping = True
        await self._end(list(self._running))
        closing = [asyncio.ensure_future(client.close()) for client in self._clients.values()]
        if closing:
            await asyncio.wait(closing, timeout=STOP_GRACE_S / 2)

    def _forget(self, request_id: int) -> None:
        self._running.pop(request_id, None)
        self._owners.pop(request_id, None)

    async def _end(self, request_ids: list[int]) -> None:
        tasks = [self._running[request_id] for request_id in request_ids]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_GRACE_S / 2)

    async def _serve(self, request_id: int, request: Fields) -> None:
        emitted: list[str] = []
        open_call = True

        def emit(text: str) -> None:
            moment = time.monotonic()
            if open_call:
                emitted.append(text)
                self._write(encode({"id": request_id, "delta": text, "t": moment}))

        try:
            answer = {"ok": await self._perform(request, emit)}
        except HostedError as error:
            answer = {"error": error.to_json()}
        except (asyncio.CancelledError, Exception) as error:  # noqa: BLE001 - as the caller gets it
            answer = {"error": _untyped(error, emitted)}
        open_call = False
        self._write(encode({"id": request_id, **answer}))

    async def _perform(self, request: Fields, emit: Emit) -> Mapping[str, Any]:
        operation = request.text("op")
        if operation not in OPERATIONS:
            raise HostedError("unsupported", f"unknown operation {operation!r}")
        if operation == "hello":
            return self._hello(request)
        if operation == "cancel":
            return self._cancel(request)
        name = request.required_text("client")
        if operation == "open":
            self._clients[name] = await self._factory.open(request.mapping("settings") or {})
            return {}
        client = self._clients.get(name)
        if client is None:
            raise HostedError("internal", f"there is no open client {name!r}")
        perform = {
            "chat": self._chat,
            "embed": self._embed,
            "rotate_key": self._rotate_key,
            "telemetry": self._telemetry,
            "close": self._close,
        }[operation]
        return await perform(client, request, emit)

    def _hello(self, request: Fields) -> Mapping[str, Any]:
        if request.integer("protocol") != PROTOCOL_VERSION:
            raise HostedError("unsupported", f"this host speaks protocol {PROTOCOL_VERSION} only")
        manifest = self._factory.manifest()
        self._cancellable = "cancellation" in manifest.get("claims", ())
        return manifest

    def _cancel(self, request: Fields) -> Mapping[str, Any]:
        if not self._cancellable:
            raise HostedError("unsupported", "this client cannot cancel a call in flight")
        target = self._running.get(request.integer("target") or 0)
        if target is not None:
            target.cancel()
        return {}

    async def _chat(self, client: HostedClient, request: Fields, emit: Emit) -> dict[str, Any]:
        if request.value("priority") is not None:
            raise HostedError("unsupported", "this client has no priorities")
        return await client.chat(
            request.mapping("request") or {},
            emit=emit,
            deadline_s=request.number("deadline_s"),
            fallback=request.boolean("fallback"),
            pace=request.mapping("pace"),
        )

    async def _embed(self, client: HostedClient, request: Fields, _: Emit) -> dict[str, Any]:
        return await client.embed(
            request.mapping("request") or {}, deadline_s=request.number("deadline_s")
        )

    async def _rotate_key(self, client: HostedClient, request: Fields, _: Emit) -> dict[str, Any]:
        await client.rotate_key(request.required_text("api_key"))
        return {}

    async def _telemetry(self, client: HostedClient, _request: Fields, _: Emit) -> dict[str, Any]:
        return await client.telemetry()

    async def _close(self, client: HostedClient, request: Fields, _: Emit) -> dict[str, Any]:
        name = request.required_text("client")
        self._clients.pop(name)
        await self._end([call for call, owner in self._owners.items() if owner == name])
        await client.close()
        return {}


def _untyped(error: BaseException, emitted: list[str]) -> dict[str, Any]:
    """What an exception outside the protocol's words is: our own cancelling, or ``internal``."""
    task = asyncio.current_task()
    ours = isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling()
    return {
        "kind": "cancelled" if ours else "internal",
        "message": str(error),
        "code": None if ours else type(error).__name__,
        "partial": "".join(emitted) or None,
    }


async def serve(factory: HostedFactory, protocol_in: int, writer: LineWriter) -> None:
    """Runs the host until stdin ends or a signal asks it to."""
    loop = asyncio.get_running_loop()
    host = Host(factory, writer.write)
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    read_lines(
        protocol_in,
        lambda line: _call_in(loop, host.receive, line),
        lambda: _call_in(loop, over.set),
    )
    await over.wait()
    await host.stop()
    writer.close(STOP_GRACE_S / 2)


def _call_in(loop: asyncio.AbstractEventLoop, function: Callable[..., Any], *args: Any) -> None:
    # the loop may have closed between the line and its delivery
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(function, *args)


def main(arguments: list[str]) -> int:
    """Loads the factory and serves; the exit code is returned, except after serving (0)."""
    protocol_in, protocol_out = take_standard_streams()
    if os.environ.get("PAWA_CLIENT_LOG") == "debug":
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    try:
        factory = load_factory(arguments[0] if arguments else "")
    except CannotLoad as error:
        sys.stderr.write(f"{' '.join(str(error).split())}\n")
        return EXIT_CANNOT_LOAD
    asyncio.run(_serve_and_exit(factory, protocol_in, LineWriter(protocol_out)))
    return 0


async def _serve_and_exit(factory: HostedFactory, protocol_in: int, writer: LineWriter) -> None:
    await serve(factory, protocol_in, writer)
    sys.stderr.flush()
    # the client's own threads may still block; the protocol promises an end within 2 s
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Clients for the tests of the host: each does one thing that a host must bear."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from scenarios.clients.hosted import HostedError
from scenarios.clients.threads import in_own_thread

if TYPE_CHECKING:
    from collections.abc import Mapping


class Client:
    """A chat's text says what to do."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        self.key = settings.get("api_key")

    async def chat(self, request, *, emit, deadline_s, fallback, pace):
        """Does what the last message says; each case has a name below."""
        case = request["messages"][-1]["content"]
        return await getattr(self, case)(request, emit, (deadline_s, fallback, pace))

    async def options(self, request, emit, options):
        """Hands back what it was given."""
        return {"text": repr((request.get("stream"), *options))}

    async def prints(self, request, emit, options):
        """Prints in every way there is, and reads stdin."""
        print("from print")  # noqa: T201 - the very thing that is tested
        sys.stdout.write("from sys.stdout\n")
        sys.__stdout__.write("from sys.__stdout__\n")
        sys.__stdout__.flush()
        os.write(1, b"from descriptor 1\n")
        os.system("echo from a child")  # noqa: ASYNC221, S605, S607 - a child that prints, no more
        return {"text": sys.stdin.read() or "stdin is empty"}

    async def logs(self, request, emit, options):
        """Logs at every level."""
        logging.getLogger("client").debug("a debug line")
        return {"text": "logged"}

    async def streams(self, request, emit, options):
        """Streams two pieces, some time apart."""
        emit("Ha")
        await asyncio.sleep(0.1)
        emit("bari")
        return {"text": "Habari"}

    async def streams_from_a_thread(self, request, emit, options):
        """The same from a thread, as blocking clients do."""

        def work() -> dict[str, Any]:
            for piece in ("Ha", "bari"):
                emit(piece)
                time.sleep(0.05)
            return {"text": "Habari"}

        return await in_own_thread(work)

    async def fails(self, request, emit, options):
        """Raises an error in the protocol's words."""
        raise HostedError("rate_limited", "slow down", status=429, retry_after_s=3)

    async def raises(self, request, emit, options):
        """Raises a bare exception after a piece of text."""
        emit("Ha")
        raise KeyError("choices")

    async def waits(self, request, emit, options):
        """Waits until it is cancelled."""
        emit("Ha")
        await asyncio.Event().wait()

    async def cancels_itself(self, request, emit, options):
        """Raises what only a cancelled task raises, though nobody cancelled it."""
        raise asyncio.CancelledError

    async def blocks_in_a_thread(self, request, emit, options):
        """Blocks for ever, where nothing can cancel it."""
        return await in_own_thread(threading.Event().wait)

    async def surrogates(self, request, emit, options):
        """Answers with text that is no Unicode."""
        return {"text": "a\udc80b"}

    async def exits(self, request, emit, options):
        """Ends the process."""
        os._exit(7)

    async def rendezvous(self, request, emit, options):
        """Answers once a hundred calls have come together."""
        arrived.append(self)
        if len(arrived) == 100:
            all_there.set()
        await all_there.wait()
        return {"text": "together"}

    async def embed(self, request, *, deadline_s):
        """One number for each sentence."""
        return {"vectors": [[float(len(sentence))] for sentence in request["sentences"]]}

    async def rotate_key(self, api_key):
        """Takes it."""
        self.key = api_key

    async def telemetry(self):
        """Tells the length of its key."""
        return {"calls": len(self.key or "")}

    async def close(self):
        """Nothing to do."""


arrived: list[Client] = []
all_there = asyncio.Event()


class Factory:
    """Makes clients; the settings may ask it to refuse."""

    def __init__(self, *claims: str) -> None:
        self.claims = claims

    def manifest(self):
        """Who this is."""
        return {"name": "hosted", "claims": list(self.claims)}

    async def open(self, settings):
        """A client, unless the settings forbid one."""
        if settings.get("model") == "none":
            raise HostedError("config", "no model")
        return Client(settings)


def factory():
    """A client that can cancel."""
    return Factory("cancellation", "streaming")


def blocking_factory():
    """A client that cannot."""
    return Factory("streaming")


def broken_factory():
    """Raises over two lines."""
    raise ValueError("cannot\nwork")


def not_a_factory():
    """Gives something that is no factory."""
    return object()

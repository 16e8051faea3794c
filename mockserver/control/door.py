"""The way in to the control API on the first sandbox's listener.

Control requests are no part of any sandbox: they are in no journal and meet no fault.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from mockserver.audit import Attempt
from mockserver.clock import RealClock
from mockserver.control import dispatch, live
from mockserver.control.address import PREFIX
from mockserver.control.handlers import operations
from mockserver.delivery import lay_out
from mockserver.exchange import OpenExchange
from mockserver.transport import wire
from mockserver.transport.intake import Condition, Intake, take_in
from mockserver.transport.wire import Channel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine

    from mockserver.answer import Answer
    from mockserver.server import MockServer
    from mockserver.transport.connection_server import Serve
    from mockserver.transport.connections import Connection
    from mockserver.transport.incoming import Incoming

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing; every other call goes into the audit."""

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of a control call's body."""

log = logging.getLogger(__name__)


def before(serve: Serve, server: MockServer) -> Serve:
    """What serves a listener that the control API shares: it goes first, all else to ``serve``."""
    return partial(_serve, serve, server)


def _serve(
    serve: Serve, server: MockServer, incoming: Incoming, connection: Connection
) -> Coroutine[Any, Any, bool]:
    if _is_control(incoming.target):
        return _serve_call(server, incoming, connection)
    return serve(incoming, connection)


async def _serve_call(server: MockServer, incoming: Incoming, connection: Connection) -> bool:
    # Calls may wait in ways that only a task can: leave the turn that read the request.
    await asyncio.sleep(0)
    intake = take_in(incoming, connection, LARGEST_BODY)
    if not isinstance(intake, Intake):
        intake = await intake
    if intake.condition is Condition.LEFT or not server.sandboxes:
        return False
    journal, address = server.default.journal, _address_of(connection)
    work: Awaitable[Answer | None] = _answer(server, intake)
    if intake.method == "GET":
        # It may wait for the journal. A call that changes something is carried through.
        work = live.while_here(connection, work)
    answer = await work
    if answer is None:
        return False
    if intake.method not in READING:
        by = dispatch.caller_of(server.settings, intake.headers)
        attempt = Attempt(address, by, intake.method, intake.path, intake.body)
        server.audit.add(attempt, answer.status)
    channel = Channel(
        connection,
        _unrecorded(intake, connection),
        journal,
        keep_alive=intake.keep_alive,
        http_10=intake.http_10,
    )
    if isinstance(answer, live.LiveAnswer):
        await live.deliver(answer, channel)
        return channel.keep_alive and not connection.over
    waiting = wire.deliver(lay_out(answer, method=intake.method), channel, RealClock())
    if waiting is not None:
        await waiting
    return channel.keep_alive and not connection.over


def _is_control(target: str) -> bool:
    return target.startswith(_BEGINNINGS) and dispatch.is_control(target.partition("?")[0])


_BEGINNINGS = (PREFIX, *operations.ROOT)


async def _answer(server: MockServer, intake: Intake) -> Answer:
    if intake.condition is Condition.TOO_LARGE:
        return dispatch.problem(413, f"body: is larger than {LARGEST_BODY} bytes; send less")
    if intake.condition is Condition.SLOW:
        return dispatch.problem(408, "body: did not come to its end in time; send it again")
    if intake.condition is not Condition.WHOLE:
        return dispatch.problem(400, "body: is broken; send whole HTTP/1.1")
    try:
        return await dispatch.dispatch(
            server, intake.method, intake.path, intake.query, intake.body, intake.headers
        )
    except Exception:
        log.exception("control call %s %s failed", intake.method, intake.path)
        return dispatch.problem(500, "the mock failed inside; its log says where")


def _address_of(connection: Connection) -> str:
    """The address that the client has, without its port."""
    peer = None if connection.transport is None else connection.transport.get_extra_info("peername")
    return str(peer[0]) if peer else ""


def _unrecorded(intake: Intake, connection: Connection) -> OpenExchange:
    """An account for the wire to write into that no journal holds."""
    return OpenExchange(
        sandbox=connection.record.sandbox,
        connection=connection.record.id,
        ordinal=0,
        first_byte_in_ns=intake.arrival.first_byte_ns,
        headers_in_ns=intake.arrival.headers_ns,
        body_in_ns=intake.body_in_ns,
        wall=0.0,
        method=intake.method,
        path=intake.path,
        query=intake.query,
        headers=intake.headers,
        body=b"",
        request_id="",
    )

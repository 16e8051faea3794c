"""The ways to make one call of a lane's client, from gevent.

====================================================  ==============================================
what ``--client`` says                                who makes the calls
====================================================  ==============================================
reference, pawa-sdk, pawa-sdk-async, python:, cmd:    :mod:`loadtests.generator.lines_driver`
http:, https:                                         :mod:`loadtests.generator.application_driver`
raw                                                   :mod:`loadtests.generator.raw_driver`
====================================================  ==============================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from loadtests.errors import InputError
from loadtests.plan import RAW
from scenarios.clients.errors import ClientsError
from scenarios.clients.spec import parse_spec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadtests.generator.driven import Driven
    from loadtests.plan import Lane


class ClientRefused(InputError):  # noqa: N818 - named after the event, as a reader meets it
    """The client cannot be started, or refuses its settings; the message is one line."""


class Driver(Protocol):
    """One lane's client in this process.

    ``chat`` and ``embed`` block the greenlet that calls them until the call is over, at most
    ``patience_s``; they never raise for what the client does wrong. A greenlet that is killed in
    the middle of a call leaves it: the call is cancelled.
    """

    @property
    def hello(self) -> dict[str, Any] | None:
        """What the client says of itself, as the protocol's ok of ``hello``; claims are sorted."""

    def pids(self) -> list[int]:
        """The client's processes that run now (not their children)."""

    def chat(
        self,
        tenant: str,
        request: Mapping[str, Any],
        *,
        deadline_s: float | None,
        patience_s: float,
    ) -> Driven:
        """One chat call, or one stream if the request says so."""

    def embed(
        self,
        tenant: str,
        sentences: Sequence[str],
        *,
        deadline_s: float | None,
        patience_s: float,
    ) -> Driven:
        """One embedding call."""

    def telemetry(self) -> dict[str, float]:
        """The client's own counters, summed over its instances; empty if it has none."""

    def close(self) -> None:
        """Ends the client; may be called again."""


def start_driver(lane: Lane, *, worker: int) -> Driver:
    """The running client of a lane, for one of Locust's workers.

    Raises :class:`ClientRefused` when it cannot be started; nothing is left running then.
    """
    try:
        if lane.spec == RAW:
            from loadtests.generator.raw_driver import RawDriver  # noqa: PLC0415 - one way

            return RawDriver(lane)
        plan = parse_spec(lane.spec)
        if plan.url is not None:
            from loadtests.generator.application_driver import (  # noqa: PLC0415 - of three
                ApplicationDriver,
            )

            return ApplicationDriver(lane, plan.url, plan.mapping)
        from loadtests.generator.lines_driver import LinesDriver  # noqa: PLC0415 - is needed

        return LinesDriver(lane, plan.command, worker=worker)
    except ClientsError as error:
        raise ClientRefused(" ".join(str(error).split())) from None

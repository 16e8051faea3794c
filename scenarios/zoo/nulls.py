"""The null clients: they do nothing right, and each passes whatever a careless check lets through.

They claim all that the reference client claims. A row that one of them passes would be passed by a
client that never called, that always refused, or that slept for ever.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from scenarios.clients.hosted import HostedError
from scenarios.reference import PawaClient
from scenarios.reference.pursuit import Pursuit
from scenarios.zoo.defect import defect
from scenarios.zoo.null_client import NullClient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.reference import PawaError, Settings
    from scenarios.reference.call import Call
    from scenarios.reference.transport import Target

VERY_LONG_S = 3600.0


@defect(
    "NULL-A",
    seen="control: passes whatever asks for a clean error or for no traffic",
    caught_by={
        "RETRY-001": "50?: attempts on the wire",
        "RETRY-002": "429: attempts of each call",
        "FALL-001": "*: the answer is the fallback's",
        "SSE-009": "*, writes of *: attempts on the wire",
    },
    under_load={"LOAD-001": "success*"},
)
class NeverSends(NullClient):
    """Never sends anything and always reports a clean error."""

    async def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """An error with a name and a sentence."""
        del request
        raise HostedError("connection", "the server cannot be reached")


@defect(
    "NULL-B",
    seen="failoverbench's client without resilience: 4 rescued, 12 safe, 0 failed",
    caught_by={
        "RETRY-001": "50?: attempts on the wire",
        "RETRY-002": "429: attempts of each call",
        "CONN-002": "* before headers*: attempts on the wire",
    },
    under_load={"LOAD-001": "success*"},
)
class NeverRetries(PawaClient):
    """Sends one attempt and never retries."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(replace(settings, max_attempts=1))


@defect(
    "NULL-C",
    seen="control: passes whatever asks for a success",
    caught_by={
        "CACHE-002": "answers to another request",
        "CONN-005": "cut replies handed out as answers",
        "RETRY-004": "4??: attempts on the wire",
    },
)
class AnswersFromATable(NullClient):
    """Answers from a table of canned successes without asking the server."""

    async def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The same success for everyone, in the shape that was asked for."""
        return {
            "text": "Habari njema.",
            "vectors": [[1.0, 0.0] for _ in request.get("sentences", ())],
            "source": "live",
            "model": "pawa-v1-ember-20240924",
            "degraded": False,
            "finish_reason": "stop",
            "attempts": 1,
        }


@defect(
    "NULL-D",
    seen="control: passes every floor, since nothing it does is early",
    caught_by={
        "TIME-006": "*: slowest call: caller told after",
        "RATE-001": "*: attempts of each call",
    },
    under_load={"LOAD-001": "success*"},
)
class SleepsFirst(NullClient):
    """Sleeps for a very long time before everything."""

    async def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Nothing, an hour later."""
        await asyncio.sleep(VERY_LONG_S)
        return {"text": "", "vectors": [[] for _ in request.get("sentences", ())]}


@defect(
    "NULL-E",
    seen="control: nothing that comes after the first fault is ever judged",
    caught_by={"RATE-005": ("* crashed, hung *", "the client's process survives")},
)
class CrashesOnTheFirstFault(Pursuit):
    """Ends the whole process on the first fault."""

    def note(self, call: Call, target: Target, error: PawaError) -> NoReturn:
        """No way back."""
        del call, target, error
        os._exit(70)


@defect(
    "NULL-F",
    seen="OpenTranscribe#790: a guard that always denies",
    caught_by={"RETRY-001": "50?: attempts on the wire"},
)
class RefusesEverything(NullClient):
    """Refuses everything at once, as if a circuit were open."""

    async def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A refusal with a name and a reason."""
        del request
        raise HostedError("circuit_open", "too many failures; nothing was sent")

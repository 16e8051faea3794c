"""TIME rows on silence, judged on clients that give it up in time and that do not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from reports.results import Verdict
from scenarios.catalogue.timeouts import left_after_s, patience_s, quiet_for_s
from scenarios.client import Client
from scenarios.clients.hosted import HostedError
from scenarios.clients.protocol import Manifest
from scenarios.evidence import group_attempts
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.miniature import Miniature
from tests.scenarios.makers import MS, TOKEN, make_exchange

if TYPE_CHECKING:
    from collections.abc import Mapping


class WaitsForEver(Miniature):
    """Has no timeout at all."""

    def limit_s(self, body: Mapping[str, Any], remaining_s: float) -> float:
        return remaining_s

    def silence_s(self) -> float | None:
        return None


class WaitsForTheHeadOnly(Miniature):
    """Stops its timer when the head has come."""

    def limit_s(self, body: Mapping[str, Any], remaining_s: float) -> float:
        return remaining_s

    def silence_s(self) -> float | None:
        return None

    def post(self, path: str, body: bytes) -> Any:
        return HeadInTime(super().post(path, body), self.settings["timeout_s"])


class HeadInTime:
    """A response whose head alone has a limit."""

    def __init__(self, pending: Any, limit_s: float) -> None:
        self._pending = pending
        self._limit_s = limit_s

    async def __aenter__(self) -> Any:
        async with asyncio.timeout(self._limit_s):
            return await self._pending.__aenter__()

    async def __aexit__(self, *raised: Any) -> None:
        await self._pending.__aexit__(*raised)


class GivesUpAtOnce(Miniature):
    """Takes a tenth of the time that it is given."""

    def limit_s(self, body: Mapping[str, Any], remaining_s: float) -> float:
        return min(remaining_s, self.settings["timeout_s"] / 10)


class BareTimeout(Miniature):
    """Lets the language's own TimeoutError out."""

    def trouble(self, error: Exception) -> HostedError:
        raise error


class CallsItAConnection(Miniature):
    """Has one error for everything that goes wrong below HTTP."""

    def trouble(self, error: Exception) -> HostedError:
        return HostedError("connection", "something failed")


class KeepsTheSocket(Miniature):
    """Tells its caller in time, and leaves the request running."""

    async def once(self, *args: Any) -> dict[str, Any]:
        forgotten = asyncio.ensure_future(self.without_limit(*args))
        done, _ = await asyncio.wait([forgotten], timeout=self.settings["timeout_s"])
        if done:
            return forgotten.result()
        raise HostedError("timeout", "no answer in time")

    async def without_limit(self, path: str, body: Any, attempt: int, emit: Any, _: float) -> Any:
        return await self.ask(path, body, attempt, emit)

    def silence_s(self) -> float | None:
        return None


class WholeTextsOnly(Miniature):
    """Hands a stream out when it is over, and nothing of it when it breaks off."""

    async def ask(self, path: str, body: Any, attempt: int, emit: Any) -> dict[str, Any]:
        answer = await super().ask(path, body, attempt, lambda _: None)
        if body.get("stream"):
            emit(answer["text"])
        return answer


class TakesSilenceForTheEnd(Miniature):
    """Hands out what there is of a stream when nothing more comes."""

    async def streamed(self, response: Any, emit: Any) -> Any:
        try:
            async for text in super().streamed(response, emit):
                yield text
        except TimeoutError:
            return


class DeclaresNoIdleLimit(Miniature):
    """Has one timeout for everything."""

    limits: ClassVar = {k: v for k, v in Miniature.limits.items() if k != "idle_timeout_s"}

    def silence_s(self) -> float | None:
        return float(self.settings["timeout_s"])


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Miniature: ("TIME-002", "TIME-003"),
            WaitsForEver: ("TIME-002", "TIME-003"),
            WaitsForTheHeadOnly: ("TIME-002", "TIME-003"),
            GivesUpAtOnce: ("TIME-002",),
            BareTimeout: ("TIME-002", "TIME-003"),
            CallsItAConnection: ("TIME-002",),
            KeepsTheSocket: ("TIME-002",),
            WholeTextsOnly: ("TIME-003",),
            TakesSilenceForTheEnd: ("TIME-003",),
            DeclaresNoIdleLimit: ("TIME-003",),
        }
    )


def test_a_client_that_does_it_right_passes(verdicts: Verdicts) -> None:
    """Silence before the head, after it, and in a stream."""
    assert {found.verdict for found in verdicts[Miniature].values()} == {Verdict.PASS}


def test_waiting_for_ever_is_found_out(verdicts: Verdicts) -> None:
    """The server sees no end, and the caller learns nothing."""
    silent = missed(verdicts[WaitsForEver]["TIME-002"])

    assert {"silence: connection closed after", "silence: caller told after"} <= silent
    assert "connection closed after the last byte" in missed(verdicts[WaitsForEver]["TIME-003"])


def test_a_timer_that_stops_at_the_head_is_found_out(verdicts: Verdicts) -> None:
    """It guards the head, and leaves the body to the server's mercy."""
    silent = missed(verdicts[WaitsForTheHeadOnly]["TIME-002"])

    assert "head, then silence: connection closed after" in silent
    assert "silence: connection closed after" not in silent
    assert missed(verdicts[WaitsForTheHeadOnly]["TIME-003"])


def test_giving_up_at_once_is_no_way_to_pass(verdicts: Verdicts) -> None:
    """An answer within the limit has to be waited for, and the limit to be used."""
    assert {
        "control: late answer: the last answer is handed out",
        "control: limit used",
    } <= missed(verdicts[GivesUpAtOnce]["TIME-002"])


def test_a_bare_exception_is_no_timeout(verdicts: Verdicts) -> None:
    """Callers cannot catch it by name."""
    assert missed(verdicts[BareTimeout]["TIME-002"]) == {"silence: calls without a typed error"}
    assert missed(verdicts[BareTimeout]["TIME-003"]) == {
        "quiet streams: calls without a typed error"
    }


def test_another_kind_of_error_is_an_advisory(verdicts: Verdicts) -> None:
    """It is typed, and less exact than it could be."""
    found = verdicts[CallsItAConnection]["TIME-002"]

    assert found.verdict is Verdict.ADVISORY
    assert len(soft(found)) == 1


def test_the_server_outranks_the_client_s_word(verdicts: Verdicts) -> None:
    """A call that was told in time is still seen to hold its socket."""
    assert "silence: connection closed after" in missed(verdicts[KeepsTheSocket]["TIME-002"])


def test_a_lost_beginning_is_an_advisory(verdicts: Verdicts) -> None:
    """The pieces that had arrived are the caller's."""
    found = verdicts[WholeTextsOnly]["TIME-003"]

    assert found.verdict is Verdict.ADVISORY
    assert soft(found) == {"quiet streams whose partial text is lost"}


def test_silence_is_not_the_end(verdicts: Verdicts) -> None:
    """A stream that went quiet is no whole answer."""
    assert missed(verdicts[TakesSilenceForTheEnd]["TIME-003"]) == {
        "quiet streams: calls without a typed error"
    }


def test_without_an_idle_limit_three_timeouts_are_allowed(verdicts: Verdicts) -> None:
    """The timeout of 5 s is kept, and that is enough."""
    assert verdicts[DeclaresNoIdleLimit]["TIME-003"].verdict is Verdict.PASS


def test_times_are_measured_from_the_server_s_records() -> None:
    """From the first byte in, and from the last byte out, until the client left."""
    left = make_exchange(at_ms=100.0, lasts_ms=50.0, client_left_ns=400 * MS)
    (attempt,) = group_attempts([left])[TOKEN]

    assert left_after_s(attempt) == pytest.approx(0.3)
    assert quiet_for_s((attempt,)) == pytest.approx(0.25)


def test_a_client_that_stays_has_no_such_time() -> None:
    """Nothing was seen, which always misses."""
    (attempt,) = group_attempts([make_exchange()])[TOKEN]

    assert left_after_s(attempt) is None
    assert quiet_for_s((attempt,)) is None
    assert quiet_for_s(()) is None


def test_patience_grows_with_limit_and_attempts() -> None:
    """And stays within what a scenario may take."""
    client = Client(
        None,  # type: ignore[arg-type]
        {},
        Manifest("x", limits={"max_attempts": 2}),
        fixed=False,
        note=lambda _: None,
    )

    assert patience_s(client, 1.0) == 11.0
    assert patience_s(client, 1000.0) == 250.0

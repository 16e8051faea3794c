"""Rows on time to the text, judged on clients that get them right and wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from reports.results import Verdict
from scenarios.catalogue.latency import bounds, lag, lags_s
from scenarios.clients.hosted import HostedError
from scenarios.clients.protocol import Delta
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.provident import NULLS, Provident
from tests.scenarios.catalogue.streamer import Streamer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROWS = ("LAT-001", "LAT-002", "SSE-020")


class ForgetsLaterOn(Streamer):
    """Bounds the first attempt only."""

    def bytes_of(self, body: Mapping[str, Any], attempt: int) -> bytes:
        kept = {name: value for name, value in body.items() if attempt == 1 or name != "max_tokens"}
        return orjson.dumps(kept)


class ForgetsOnTheFallback(Provident):
    """Bounds the primary only."""

    def at_target(self, body: Mapping[str, Any], model: str) -> dict[str, Any]:
        asked = super().at_target(body, model)
        if model != self.settings["model"]:
            asked.pop("stop", None)
        return asked


class BoundsOfItsOwn(Streamer):
    """Sets a length where nobody asked for one."""

    def bytes_of(self, body: Mapping[str, Any], attempt: int) -> bytes:
        return orjson.dumps({"max_tokens": 256, **body})


class CannotStop(Streamer):
    """Has no stop sequences, and says so."""

    async def chat(self, request: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        if "stop" in request:
            raise HostedError("unsupported", "this client sends no stop sequences")
        return await super().chat(request, **options)


class CannotBound(CannotStop):
    """Has neither."""

    async def chat(self, request: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        if "max_tokens" in request:
            raise HostedError("unsupported", "this client sends no max_tokens")
        return await super().chat(request, **options)


class HandsOutAtTheEnd(Streamer):
    """Collects the stream and hands its pieces out when it is over."""

    def hand_out(self, emit: Callable[[str], None], texts: list[str], *, over: bool) -> None:
        if over:
            for text in texts:
                emit(text)


class HandsOutInTwo(Streamer):
    """Collects nine pieces before it hands out anything."""

    def hand_out(self, emit: Callable[[str], None], texts: list[str], *, over: bool) -> None:
        if not over and len(texts) % 9 == 0:
            emit("".join(texts[-9:]))


class HandsOutNothing(Streamer):
    """Has text in its answer only."""

    def hand_out(self, emit: Callable[[str], None], texts: list[str], *, over: bool) -> None:
        return


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Streamer: ROWS,
            **dict.fromkeys(NULLS, ROWS),
            Provident: ("LAT-001",),
            ForgetsLaterOn: ("LAT-001",),
            ForgetsOnTheFallback: ("LAT-001",),
            BoundsOfItsOwn: ("LAT-001",),
            CannotStop: ("LAT-001",),
            CannotBound: ("LAT-001",),
            HandsOutAtTheEnd: ("LAT-002", "SSE-020"),
            HandsOutInTwo: ("LAT-002", "SSE-020"),
            HandsOutNothing: ("LAT-002", "SSE-020"),
        }
    )


@pytest.mark.parametrize("client", NULLS)
def test_no_client_passes_without_the_server(verdicts: Verdicts, client: type[Any]) -> None:
    """Never calling, refusing everything and answering from a table fail every row."""
    assert {row: found.verdict for row, found in verdicts[client].items()} == dict.fromkeys(
        ROWS, Verdict.FAIL
    )


def test_a_client_that_does_it_right_passes(verdicts: Verdicts) -> None:
    """Every row, side by side, with a fallback and without."""
    found = [*verdicts[Streamer].values(), *verdicts[Provident].values()]

    assert {one.row.id: one.judgement.reason for one in found if missed(one)} == {}
    assert {judged.verdict for judged in found} == {Verdict.PASS}


def test_a_bound_that_a_retry_forgets_is_found_out(verdicts: Verdicts) -> None:
    """The second attempt lacks it, and the answer is longer than asked for."""
    judged = verdicts[ForgetsLaterOn]["LAT-001"]

    assert "max_tokens 7, attempt 2: {'stop': ['KOMA', 'MWISHO']}" in judged.judgement.reason
    assert missed(judged) == {
        "attempts that lost what was asked for",
        "answers longer than asked for",
    }


def test_a_bound_that_the_fallback_forgets_is_found_out(verdicts: Verdicts) -> None:
    """The primary's attempts are as asked."""
    assert missed(verdicts[ForgetsOnTheFallback]["LAT-001"]) == {
        "fallback: attempts that lost what was asked for"
    }


def test_a_bound_of_the_client_s_own_is_an_advisory(verdicts: Verdicts) -> None:
    """The caller's bounds are kept; the calls that asked for none got one."""
    judged = verdicts[BoundsOfItsOwn]["LAT-001"]

    assert (judged.verdict, soft(judged)) == (
        Verdict.ADVISORY,
        {"control: fields that nobody asked for"},
    )


def test_a_field_that_is_openly_refused_is_an_advisory(verdicts: Verdicts) -> None:
    """The other one is judged; without either nothing can be."""
    assert soft(verdicts[CannotStop]["LAT-001"]) == {"fields that a caller cannot set"}
    assert verdicts[CannotBound]["LAT-001"].verdict is Verdict.NOT_TESTABLE


def test_a_stream_held_back_to_its_end_is_found_out(verdicts: Verdicts) -> None:
    """Its pieces are all there, and all at once."""
    found = verdicts[HandsOutAtTheEnd]

    assert "streams whose first piece came after the last was sent" in missed(found["LAT-002"])
    assert {
        "pieces that came before the last event was sent",
        "time from the first piece to the last",
    } <= missed(found["SSE-020"])
    assert not missed(found["SSE-020"]) & {"control: text", "pieces of text"}


def test_a_stream_handed_out_in_two_is_found_out(verdicts: Verdicts) -> None:
    """The first piece is 0.8 s late in the one row, 2.4 s in the other."""
    found = verdicts[HandsOutInTwo]

    assert missed(found["LAT-002"]) == {"median lag of the first piece"}
    assert missed(found["SSE-020"]) >= {"median lag", "longest lag"}


def test_an_answer_without_pieces_is_found_out(verdicts: Verdicts) -> None:
    """Nothing was seen, which always misses."""
    found = verdicts[HandsOutNothing]

    assert {judged.verdict for judged in found.values()} == {Verdict.FAIL}


def test_a_lag_is_that_of_the_event_whatever_the_pieces() -> None:
    """An event has arrived when all its text has, in finer pieces or coarser ones."""
    chunks, sent_s = ["ab", "cd", "ef"], [1.0, 2.0, 3.0]
    finer = [Delta("a", 1.1), Delta("b", 1.2), Delta("cd", 2.5), Delta("ef", 3.1)]
    coarser = [Delta("abcd", 2.5), Delta("", 2.6), Delta("ef", 3.5)]

    assert lags_s(chunks, sent_s, finer) == pytest.approx([0.2, 0.5, 0.1])
    assert lags_s(chunks, sent_s, coarser) == pytest.approx([1.5, 0.5, 0.5])
    assert lags_s(chunks, sent_s, finer[:2]) == pytest.approx([0.2])
    assert lags_s(chunks, sent_s, []) == []


@pytest.mark.parametrize(
    ("measured_s", "verdict"),
    [
        (0.1, Verdict.PASS),
        (0.25, Verdict.ADVISORY),
        (0.31, Verdict.FAIL),
        (None, Verdict.FAIL),
    ],
)
def test_lateness_is_an_advisory_and_holding_back_a_failure(
    measured_s: float | None, verdict: Verdict
) -> None:
    """Three times the limit divides the two."""
    assert lag("lag", measured_s, 0.1, advice="").verdict is verdict


def test_a_request_is_bounded_as_far_as_the_client_takes_it() -> None:
    """Fields that it refuses are left out."""
    assert bounds(("stop",), 7, ["KOMA"]) == {"stop": ["KOMA"]}

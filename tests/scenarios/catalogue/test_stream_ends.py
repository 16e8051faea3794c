"""SSE rows on how a stream ends, judged on clients that get them right and wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reports.results import Verdict
from scenarios.catalogue.stream_ends import ending_of, plain
from scenarios.clients.protocol import ClientAnswer
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.provident import NULLS
from tests.scenarios.catalogue.streamer import Streamer
from tests.scenarios.makers import make_failure, make_outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.clients.hosted import HostedError

ROWS = ("SSE-010", "SSE-011", "SSE-012", "SSE-013")


class ReadsToTheEnd(Streamer):
    """Knows the marker and reads on until the server closes."""

    def ends_at_marker(self) -> bool:
        return False


class TakesAnyEnd(Streamer):
    """A stream that has ended was whole."""

    def needs_an_end(self) -> bool:
        return False


class SaysIncomplete(TakesAnyEnd):
    """No error, but a finish reason that tells the caller."""

    async def story(self, *args: Any) -> str | None:
        return await super().story(*args) or "incomplete"


class TakesABreakForTheEnd(TakesAnyEnd):
    """A connection that broke off has ended."""

    def broke_off(self, error: Exception) -> HostedError | None:
        return None


class RaisesWhatItGets(Streamer):
    """Lets the library's own exceptions through."""

    async def once(self, path: str, body: Any, attempt: int, emit: Any, _: float) -> dict[str, Any]:
        return await self.ask(path, body, attempt, emit)

    def broke_off(self, error: Exception) -> HostedError | None:
        raise error


class LosesThePartialText(Streamer):
    """Hands text out at the end only, and keeps none of it in an error."""

    def hand_out(self, emit: Any, texts: list[str], *, over: bool) -> None:
        return

    def partial(self, texts: list[str]) -> str | None:
        return None


class RepeatsTheEnd(Streamer):
    """Adds the last piece to the partial text once more."""

    def partial(self, texts: list[str]) -> str | None:
        return "".join([*texts, *texts[-1:]])


class IgnoresErrorEvents(TakesAnyEnd):
    """Does not look at `success`, and finds no message."""

    def is_error(self, chunk: Mapping[str, Any]) -> bool:
        return False


class SaysErrorEvents(IgnoresErrorEvents):
    """Hands the message of an error event out as text."""

    def take(self, chunk: Mapping[str, Any], texts: list[str], emit: Any) -> str | None:
        if chunk["success"] is False:
            chunk = {"data": {"message": {"content": chunk["message"]}}, "success": True}
        return super().take(chunk, texts, emit)


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Streamer: ROWS,
            **dict.fromkeys(NULLS, ROWS),
            ReadsToTheEnd: ("SSE-010",),
            TakesAnyEnd: ("SSE-011", "SSE-012"),
            SaysIncomplete: ("SSE-011",),
            TakesABreakForTheEnd: ("SSE-012",),
            RaisesWhatItGets: ("SSE-012",),
            LosesThePartialText: ("SSE-012", "SSE-013"),
            RepeatsTheEnd: ("SSE-012",),
            IgnoresErrorEvents: ("SSE-013",),
            SaysErrorEvents: ("SSE-013",),
        }
    )


@pytest.mark.parametrize("client", NULLS)
def test_no_client_passes_without_the_server(verdicts: Verdicts, client: type[Any]) -> None:
    """Never calling, refusing everything and answering from a table fail every row."""
    assert {row: found.verdict for row, found in verdicts[client].items()} == dict.fromkeys(
        ROWS, Verdict.FAIL
    )


def test_a_client_that_does_it_right_passes(verdicts: Verdicts) -> None:
    """Every row, side by side."""
    found = verdicts[Streamer]

    assert {row: judged.judgement.reason for row, judged in found.items() if missed(judged)} == {}
    assert {judged.verdict for judged in found.values()} == {Verdict.PASS}


def test_reading_on_behind_the_marker_is_found_out(verdicts: Verdicts) -> None:
    """The call ends when the client's own limit does, with an error."""
    assert missed(verdicts[ReadsToTheEnd]["SSE-010"]) == {
        "time from the marker to the end of the call",
        "socket stays open: text",
    }


def test_a_short_stream_taken_for_a_whole_one_is_found_out(verdicts: Verdicts) -> None:
    """A clean end proves nothing; a broken connection is another matter, and told."""
    found = verdicts[TakesAnyEnd]

    assert missed(found["SSE-011"]) == {"truncated streams handed out as whole answers"}
    assert "cut stream 1: 40 of 61 words" in found["SSE-011"].judgement.reason
    assert found["SSE-012"].verdict is Verdict.PASS


def test_an_answer_marked_incomplete_is_no_plain_success(verdicts: Verdicts) -> None:
    """The caller can see it in the finish reason."""
    assert verdicts[SaysIncomplete]["SSE-011"].verdict is Verdict.PASS


def test_a_broken_stream_taken_for_a_whole_one_is_found_out(verdicts: Verdicts) -> None:
    """Reset and missing final chunk alike."""
    judged = verdicts[TakesABreakForTheEnd]["SSE-012"]
    (check,) = [one for one in judged.checks if one.name == "broken streams handed out as answers"]

    assert missed(judged) == {"broken streams handed out as answers"}
    assert isinstance(check.measured, list)
    assert {"rst 1", "fin 1", "no final chunk 1"} <= set(check.measured)


def test_a_bare_exception_is_found_out(verdicts: Verdicts) -> None:
    """Nobody can catch it by name."""
    assert missed(verdicts[RaisesWhatItGets]["SSE-012"]) == {"broken streams without a typed error"}


def test_a_lost_partial_text_is_an_advisory(verdicts: Verdicts) -> None:
    """The error is right; what had arrived is gone."""
    found = verdicts[LosesThePartialText]

    assert {judged.verdict for judged in found.values()} == {Verdict.ADVISORY}
    assert soft(found["SSE-012"]) == {"broken streams whose partial text is lost"}
    assert soft(found["SSE-013"]) == {"sse: partial text", "json_lines: partial text"}


def test_a_text_that_was_never_said_is_found_out(verdicts: Verdicts) -> None:
    """What is handed out has to be the beginning of the server's text."""
    assert missed(verdicts[RepeatsTheEnd]["SSE-012"]) == {
        "texts that are not the beginning of the server's"
    }


def test_an_error_event_that_is_ignored_is_found_out(verdicts: Verdicts) -> None:
    """A good ending, with the ten pieces before it."""
    assert missed(verdicts[IgnoresErrorEvents]["SSE-013"]) == {
        "sse: outcome",
        "json_lines: outcome",
    }


def test_an_error_event_handed_out_as_text_is_found_out(verdicts: Verdicts) -> None:
    """Both for the ending and for the text."""
    assert {"sse: outcome", "sse: the error's text is no answer"} <= missed(
        verdicts[SaysErrorEvents]["SSE-013"]
    )


@pytest.mark.parametrize(
    ("outcome", "taken"),
    [
        (make_outcome(), True),
        (make_outcome(answer=ClientAnswer(text="x", finish_reason="stop")), True),
        (make_outcome(answer=ClientAnswer(text="x", finish_reason="length")), False),
        (make_failure(), False),
        (make_outcome(ending="hung", answer=None), False),
    ],
)
def test_what_a_caller_takes_for_a_whole_answer(outcome: Any, taken: bool) -> None:
    """A success that does not say of itself that it is not whole."""
    assert plain(outcome) is taken


def test_a_text_is_shown_by_its_ending() -> None:
    """Where an error would stand."""
    assert ending_of("short") == "short"
    assert ending_of("x" * 90 + "end").endswith("xend")
    assert len(ending_of("x" * 200)) == 81

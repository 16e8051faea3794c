"""SSE rows on framing, judged on clients that get them right and wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from reports.results import Verdict
from scenarios.catalogue.streams import digest, shortened, size_words, without_canary
from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.provident import NULLS
from tests.scenarios.catalogue.streamer import Streamer
from tests.scenarios.makers import make_outcome

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp

ROWS = ("SSE-002", "SSE-003", "SSE-004", "SSE-006", "SSE-009")


class KnowsLfOnly(Streamer):
    """Ends a line at LF alone and strips what is left."""

    async def lines(self, response: aiohttp.ClientResponse) -> AsyncIterator[str]:
        held = b""
        async for data in self.reads(response):
            *whole, held = (held + data).split(b"\n")
            for line in whole:
                yield line.decode().strip()
        if held:
            yield held.decode().strip()


class CountsTornLineEndsTwice(Streamer):
    """Takes the LF behind a CR of the read before for a line end of its own."""

    async def reads(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        async for data in super().reads(response):
            # an LF of its own reaches the lines as a second line end
            yield data.replace(b"\n", b"\n\n", 1) if data.startswith(b"\n") else data


class ReadsLineByLine(Streamer):
    """Takes each `data:` line for an event, and so cannot read events of several."""

    async def events(self, response: aiohttp.ClientResponse) -> AsyncIterator[str]:
        async for line in self.lines(response):
            if line and not line.startswith(":"):
                yield line.removeprefix("data:").strip()


class DecodesEachRead(Streamer):
    """Turns each read into text on its own."""

    async def reads(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        async for data in super().reads(response):
            yield data.decode("utf-8", "replace").encode()


class TakesCommentsForText(Streamer):
    """Knows no comments."""

    async def events(self, response: aiohttp.ClientResponse) -> AsyncIterator[str]:
        async for line in self.lines(response):
            if line:
                yield line.removeprefix("data:").strip()


class WaitsForEventsOnly(Streamer):
    """Its idle timer runs on while comments come."""

    async def events(self, response: aiohttp.ClientResponse) -> AsyncIterator[str]:
        source = super().events(response)
        while True:
            try:
                yield await asyncio.wait_for(anext(source), self.settings["idle_timeout_s"])
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise HostedError("timeout", "no event in time") from None


class TakesAReadForAnEvent(Streamer):
    """Believes that what is read at once is one event."""

    async def events(self, response: aiohttp.ClientResponse) -> AsyncIterator[str]:
        async for data in self.reads(response):
            yield data.decode().removeprefix("data:").strip()


class HasASmallBuffer(Streamer):
    """Gives up on lines above 64 KiB."""

    async def lines(self, response: aiohttp.ClientResponse) -> AsyncIterator[str]:
        async for line in super().lines(response):
            if len(line) > 65_536:
                raise ValueError("Chunk too big")
            yield line


class SaysItTwice(Streamer):
    """Hands out a text that is not the server's."""

    async def whole(self, *args: Any) -> dict[str, Any]:
        return await super().whole(*args)

    async def story(self, response: Any, texts: list[str], emit: Any) -> str | None:
        finish = await super().story(response, texts, emit)
        texts.extend(list(texts))
        return finish


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Streamer: ROWS,
            **dict.fromkeys(NULLS, ROWS),
            KnowsLfOnly: ("SSE-002",),
            CountsTornLineEndsTwice: ("SSE-003",),
            ReadsLineByLine: ("SSE-002", "SSE-003"),
            DecodesEachRead: ("SSE-004",),
            TakesCommentsForText: ("SSE-006",),
            WaitsForEventsOnly: ("SSE-006",),
            TakesAReadForAnEvent: ("SSE-009",),
            HasASmallBuffer: ("SSE-009",),
            SaysItTwice: ("SSE-002", "SSE-004", "SSE-009"),
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


def test_each_line_end_counts_for_itself(verdicts: Verdicts) -> None:
    """Who splits at LF reads LF and, stripped, CRLF; CR alone is one endless line."""
    assert missed(verdicts[KnowsLfOnly]["SSE-002"]) == {"sse, CR: text"}


def test_a_torn_line_end_counted_twice_is_found_out(verdicts: Verdicts) -> None:
    """It ends an event of several lines too early; events of one line bear it."""
    assert missed(verdicts[CountsTornLineEndsTwice]["SSE-003"]) == {
        "sse, events of several lines, torn CRLF: text"
    }


def test_a_client_of_one_line_events_has_shown_too_little_to_pass(verdicts: Verdicts) -> None:
    """What would tell a torn line end could not be tried; the log says so."""
    judged = verdicts[ReadsLineByLine]["SSE-003"]

    assert judged.verdict is Verdict.ADVISORY
    assert soft(judged) == {"sse, events of several lines, whole CRLF: text"}
    assert judged.trial is not None
    assert "does not read events of several data lines" in judged.trial.log


def test_characters_torn_by_reads_are_found_out(verdicts: Verdicts) -> None:
    """The text is another one, and U+FFFD stands in it."""
    assert {"sse, one byte a write: text", "sse, one byte a write: characters U+FFFD"} <= missed(
        verdicts[DecodesEachRead]["SSE-004"]
    )


def test_comments_taken_for_text_are_found_out(verdicts: Verdicts) -> None:
    """Before the text, and between its pieces; the stream without comments is read."""
    assert missed(verdicts[TakesCommentsForText]["SSE-006"]) >= {
        "comments: text",
        "comments between pieces: text",
    }


def test_comments_that_are_no_life_are_found_out(verdicts: Verdicts) -> None:
    """The client gives a living connection up."""
    assert missed(verdicts[WaitsForEventsOnly]["SSE-006"]) == {
        "comments: text",
        "comments: connections given up",
    }


def test_reads_taken_for_events_are_found_out(verdicts: Verdicts) -> None:
    """In writes of one byte no read is an event; the hash tells as well."""
    found = missed(verdicts[TakesAReadForAnEvent]["SSE-009"])

    assert {"sse, writes of 1 B: text", "json_lines, one write: text"} <= found
    assert "sse: SHA-256 of the text, five sizes of write" in found


def test_a_small_buffer_is_found_out(verdicts: Verdicts) -> None:
    """Only by the event of 1 MB, in each of its forms."""
    found = missed(verdicts[HasASmallBuffer]["SSE-009"])

    assert len(found) == 4
    assert all("an event of 1 MB" in name for name in found)


def test_a_text_that_is_not_the_server_s_is_found_out(verdicts: Verdicts) -> None:
    """Also on the plain stream, which is the control."""
    for judged in verdicts[SaysItTwice].values():
        assert "control: plain stream: text" in missed(judged)


def test_texts_are_compared_without_their_canary() -> None:
    """Each answer has another one; the rest has one digest."""
    one, two = (make_outcome(text=f"answer-{n:012x} Habari yako?") for n in (1, 2))

    assert digest(without_canary(one)) == digest(without_canary(two)) == digest("Habari yako?")
    assert digest("Habari yako") != digest("Habari yako?")


def test_long_texts_show_their_ends() -> None:
    """A reader sees how both begin and end, and the length."""
    assert shortened("short") == "short"
    assert shortened("a" * 100 + "b" * 100) == "a" * 80 + " […200 characters…] " + "b" * 40
    assert size_words(7) == "writes of 7 B"
    assert size_words(10_000_000) == "one write"

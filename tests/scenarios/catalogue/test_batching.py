"""BATCH rows, judged on clients that get them right and wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.replies.vectors import vector_of
from reports.results import Verdict
from scenarios.catalogue.batching import (
    EMBEDDING_MODEL,
    failing_sentence,
    item_failed,
    mismatches,
    sentences_of,
    shown_entry,
)
from scenarios.clients.hosted import HostedError
from scenarios.clients.protocol import ClientAnswer
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.provident import NULLS, Provident
from tests.scenarios.makers import make_failure, make_outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROWS = ("BATCH-001", "BATCH-002", "BATCH-003")


class SendsEachAlone(Provident):
    """Has batches in its leaflet only."""

    async def embed(
        self, request: Mapping[str, Any], *, deadline_s: float | None
    ) -> dict[str, Any]:
        return {"vectors": await self.vectors(request["sentences"])}


class IgnoresTheLimit(Provident):
    """Puts all that waits into one request."""

    def is_full(self, callers: Sequence[Any]) -> bool:
        return False


class IgnoresBytes(Provident):
    """Counts sentences only."""

    def is_full(self, callers: Sequence[Any]) -> bool:
        return len(callers) > self.settings["batching"]["max_items"]


class WaitsForCompany(Provident):
    """A lone sentence waits ten times as long as it was told: no noise makes up for that."""

    def linger_s(self) -> float:
        return 10 * super().linger_s()


class GoesByPosition(Provident):
    """Takes results in the order in which they come."""

    def in_order(self, entries: list[Any]) -> list[Any]:
        return [self.item(each) if isinstance(each, dict) else each for each in entries]


class FailsTogether(Provident):
    """One bad item fails the request."""

    def item(self, entry: Mapping[str, Any]) -> Any:
        if "error" in entry:
            raise HostedError("bad_response", entry["error"]["message"])
        return super().item(entry)


class SaysNothing(Provident):
    """A bad item has no vector and no error."""

    def item(self, entry: Mapping[str, Any]) -> Any:
        return None if "error" in entry else super().item(entry)


class SendsTheBatchAgain(Provident):
    """Tries the whole batch again for one bad item."""

    async def vectors(self, sentences: Sequence[str]) -> list[Any]:
        vectors = await super().vectors(sentences)
        if any(isinstance(each, dict) for each in vectors):
            return await super().vectors(sentences)
        return vectors


class SendsTheItemLater(Provident):
    """Hands the results out and tries the bad item again behind the caller's back."""

    def item(self, entry: Mapping[str, Any]) -> Any:
        if "error" in entry:
            self.later = asyncio.create_task(self.send_later())
        return super().item(entry)

    async def vectors(self, sentences: Sequence[str]) -> list[Any]:
        self.last = sentences
        return await super().vectors(sentences)

    async def send_later(self) -> None:
        await asyncio.sleep(0.1)
        await super().vectors(self.last)


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Provident: ROWS,
            **dict.fromkeys(NULLS, ROWS),
            SendsEachAlone: ("BATCH-001",),
            IgnoresTheLimit: ("BATCH-001",),
            IgnoresBytes: ("BATCH-001",),
            WaitsForCompany: ("BATCH-001",),
            GoesByPosition: ("BATCH-002",),
            FailsTogether: ("BATCH-003",),
            SaysNothing: ("BATCH-003",),
            SendsTheBatchAgain: ("BATCH-003",),
            SendsTheItemLater: ("BATCH-003",),
        }
    )


def test_a_client_that_does_it_right_passes(verdicts: Verdicts) -> None:
    """Every row, side by side."""
    found = verdicts[Provident]

    assert {row: judged.judgement.reason for row, judged in found.items() if missed(judged)} == {}
    assert {judged.verdict for judged in found.values()} == {Verdict.PASS}


@pytest.mark.parametrize("client", NULLS)
def test_no_client_passes_without_the_server(verdicts: Verdicts, client: type[Any]) -> None:
    """Never calling, refusing everything and answering from a table fail every row."""
    assert {row: found.verdict for row, found in verdicts[client].items()} == dict.fromkeys(
        ROWS, Verdict.FAIL
    )


def test_a_request_for_each_sentence_is_found_out(verdicts: Verdicts) -> None:
    """Fifty requests where five would do; the vectors are right."""
    assert missed(verdicts[SendsEachAlone]["BATCH-001"]) == {
        "requests",
        "efficiency",
        "requests under a limit of bytes",
    }


def test_a_request_that_is_too_large_is_found_out(verdicts: Verdicts) -> None:
    """In sentences and in bytes, each limit by itself."""
    assert missed(verdicts[IgnoresTheLimit]["BATCH-001"]) == {
        "requests",
        "largest request",
        "largest request under a limit of bytes",
    }
    assert missed(verdicts[IgnoresBytes]["BATCH-001"]) == {"largest request under a limit of bytes"}


def test_a_lone_sentence_that_waits_is_an_advisory(verdicts: Verdicts) -> None:
    """Lateness alone fails nobody."""
    assert soft(verdicts[WaitsForCompany]["BATCH-001"]) == {"control: time of a lone call"}


def test_results_taken_by_position_are_found_out(verdicts: Verdicts) -> None:
    """Only where they come shuffled."""
    judged = verdicts[GoesByPosition]["BATCH-002"]

    assert missed(judged) == {"sentences of 1000 with another's vector"}
    assert "not the vector of" in judged.judgement.reason


def test_a_batch_that_fails_for_one_item_is_found_out(verdicts: Verdicts) -> None:
    """Nine callers lose their vectors."""
    found = missed(verdicts[FailsTogether]["BATCH-003"])

    assert "callers that lost their vector to another's failure" in found
    assert "ten in one call: other items" in found


def test_an_item_that_fails_in_silence_is_found_out(verdicts: Verdicts) -> None:
    """Neither a vector nor an error."""
    assert missed(verdicts[SaysNothing]["BATCH-003"]) == {
        "the caller of the failed item",
        "ten in one call: the failed item",
    }


def test_a_batch_that_is_sent_again_is_found_out(verdicts: Verdicts) -> None:
    """Before the callers have their results, and after it."""
    assert {"requests for ten callers", "requests for one call of ten"} <= missed(
        verdicts[SendsTheBatchAgain]["BATCH-003"]
    )
    assert "requests after the callers had their results" in missed(
        verdicts[SendsTheItemLater]["BATCH-003"]
    )


def vector(sentence: str) -> list[float]:
    return list(vector_of(sentence, EMBEDDING_MODEL))


def test_a_vector_tells_its_sentence() -> None:
    """Right, of another sentence, missing, too few, none at all."""
    pair = ["moja", "mbili"]

    def given(*vectors: Any) -> list[str]:
        return mismatches(pair, make_outcome(answer=ClientAnswer(vectors=vectors)))

    assert given(vector("moja"), vector("mbili")) == []
    assert given(vector("mbili"), vector("mbili")) == ["0: not the vector of 'moja'"]
    assert given(vector("moja"), None) == ["1: not the vector of 'mbili'"]
    assert given(vector("moja")) == ["1 vectors for 2 sentences"]
    assert mismatches(pair, make_failure("timeout")) == ["0: timeout", "1: timeout"]


def test_an_item_may_fail_by_an_error_or_by_an_entry() -> None:
    """Of the call, or in the vector's place; a bare exception is neither."""
    entry = make_outcome(answer=ClientAnswer(vectors=({"error": {"kind": "invalid_request"}},)))

    assert item_failed(entry)
    assert item_failed(make_failure("invalid_request"))
    assert not item_failed(make_failure("internal"))
    assert not item_failed(make_outcome(answer=ClientAnswer(vectors=([0.1],))))
    assert not item_failed(make_outcome(answer=ClientAnswer(vectors=(None,))))


def test_the_failed_sentence_is_the_one_at_its_place() -> None:
    """Whatever the order in which the callers came."""
    assert failing_sentence({"sentences": list("abcde")}) == "d"
    assert failing_sentence({"sentences": ["a"]}) is None
    assert sentences_of(None) == []


def test_an_entry_is_shown_in_a_few_words() -> None:
    """A reader needs no sixty numbers."""
    assert shown_entry([0.1, 0.2]) == "a vector"
    assert shown_entry({"error": {"kind": "invalid_request"}}) == "an error entry (invalid_request)"
    assert shown_entry(None) == "None"

"""CACHE rows, judged on clients that get them right and wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from reports.results import Verdict
from scenarios.catalogue.caching import FEWEST_FIELDS, PAIRS, spoilt_answers
from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.provident import NULLS, Provident

if TYPE_CHECKING:
    from collections.abc import Mapping

ROWS = ("CACHE-001", "CACHE-002", "CACHE-004")


class CachesNothing(Provident):
    """Has a cache in its leaflet only."""

    def is_worth_storing(self, answer: Mapping[str, Any]) -> bool:
        return False


class KeepsItToItself(Provident):
    """Does not say where an answer is from."""

    def labelled(self, answer: dict[str, Any], *, degraded: bool) -> dict[str, Any]:
        return {**answer, "degraded": degraded}

    async def chat(self, request: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        return {**await super().chat(request, **options), "source": "live"}


class KnowsAFewFields(Provident):
    """Makes its key of the fields that somebody thought of."""

    def cache_key(self, body: Mapping[str, Any]) -> bytes:
        return orjson.dumps([body["model"], body["messages"], body.get("temperature")])


class HasOneAnswer(Provident):
    """Answers everything with what it was asked first."""

    def cache_key(self, body: Mapping[str, Any]) -> bytes:
        return b"the answer"


class StoresWhateverItHas(Provident):
    """Looks at no finish reason."""

    def is_worth_storing(self, answer: Mapping[str, Any]) -> bool:
        return True

    def needs_an_end(self) -> bool:
        return False


class StoresFailures(Provident):
    """Remembers an error as it remembers an answer."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self.failures: dict[bytes, HostedError] = {}

    async def chat(self, request: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        key = self.cache_key(request)
        if key in self.failures:
            raise self.failures[key]
        try:
            return await super().chat(request, **options)
        except HostedError as error:
            self.failures[key] = error
            raise


class SendsOldFieldsOnly(Provident):
    """Refuses what it does not know."""

    async def chat(self, request: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        if unknown := request.keys() - {"messages", "stream", "temperature", "top_p"}:
            raise HostedError("unsupported", f"no field {min(unknown)}")
        return await super().chat(request, **options)


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Provident: ROWS,
            **dict.fromkeys(NULLS, ROWS),
            CachesNothing: ROWS,
            KeepsItToItself: ("CACHE-001",),
            HasOneAnswer: ("CACHE-001", "CACHE-002"),
            KnowsAFewFields: ("CACHE-002",),
            SendsOldFieldsOnly: ("CACHE-002",),
            StoresWhateverItHas: ("CACHE-004",),
            StoresFailures: ("CACHE-004",),
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


def test_a_claim_without_a_cache_is_found_out(verdicts: Verdicts) -> None:
    """By the arrivals, and in the other rows by the control that the cache was on."""
    found = verdicts[CachesNothing]

    assert "arrivals of two equal calls" in missed(found["CACHE-001"])
    assert missed(found["CACHE-002"]) == {"control: repeats that were not cached"}
    assert "control: good answers that were not cached" in missed(found["CACHE-004"])


def test_an_answer_that_does_not_say_that_it_is_cached_is_found_out(verdicts: Verdicts) -> None:
    """Everything else about it is right."""
    assert missed(verdicts[KeepsItToItself]["CACHE-001"]) == {"source of the second answer"}


def test_a_key_of_a_few_fields_is_found_out(verdicts: Verdicts) -> None:
    """By each field that it leaves out, and by none that it has."""
    judged = verdicts[KnowsAFewFields]["CACHE-002"]
    (check,) = [one for one in judged.checks if one.name == "pairs of which one never arrived"]

    assert isinstance(check.measured, list)
    assert {"top_p", "max_tokens"} <= set(check.measured)
    assert {"pairs of which one never arrived", "answers to another request"} <= missed(judged)
    assert not {"model", "message", "temperature"} & set(check.measured)


def test_one_answer_for_everything_is_found_out(verdicts: Verdicts) -> None:
    """The control with another prompt, and the digest of the request."""
    found = verdicts[HasOneAnswer]

    assert missed(found["CACHE-001"]) == {
        "control: another prompt: attempts on the wire",
        "control: another prompt: the last answer is handed out",
    }
    assert "answers to another request" in missed(found["CACHE-002"])


def test_fields_that_a_caller_cannot_send_are_counted(verdicts: Verdicts) -> None:
    """Too few to prove much: an advisory."""
    judged = verdicts[SendsOldFieldsOnly]["CACHE-002"]

    assert (judged.verdict, soft(judged)) == (Verdict.ADVISORY, {"fields compared"})


def test_spoilt_answers_that_are_stored_are_found_out(verdicts: Verdicts) -> None:
    """A filtered answer and half a stream; errors of this client are errors."""
    assert missed(verdicts[StoresWhateverItHas]["CACHE-004"]) == {
        "filtered: arrivals",
        "filtered: the second call gets the healthy answer",
        "truncated stream: arrivals",
        "truncated stream: the second call gets the healthy answer",
    }


def test_stored_errors_are_found_out(verdicts: Verdicts) -> None:
    """Each by the request that never came again."""
    found = missed(verdicts[StoresFailures]["CACHE-004"])

    assert {f"{name}: arrivals" for name in ("500", "429", "cut JSON", "cut body")} <= found
    assert "filtered: arrivals" not in found


def test_pairs_differ_in_one_field() -> None:
    """As many fields as the rule asks for; each pair has both sides and is unequal."""
    assert len(PAIRS) >= FEWEST_FIELDS
    for one, other in PAIRS.values():
        assert one != other
        assert len({*one, *other}) == 1


def test_at_least_five_ways_to_spoil_an_answer() -> None:
    """The rule says five."""
    assert len(spoilt_answers()) >= 5

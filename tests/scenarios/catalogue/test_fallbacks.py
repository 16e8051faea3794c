"""FALL rows, judged on clients that get them right and wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from reports.results import Verdict
from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed
from tests.scenarios.catalogue.miniature import CHAT
from tests.scenarios.catalogue.provident import NULLS, Provident

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROWS = ("FALL-001", "FALL-002", "FALL-006")


class HasNoFallback(Provident):
    """Ends with the primary's failure."""

    def moves_on(self, failure: HostedError) -> bool:
        return False


class FearsSilenceOnly(Provident):
    """Moves on after a status, not after a connection that breaks."""

    def moves_on(self, failure: HostedError) -> bool:
        return failure.kind == "server_error"


class TakesAnEmptyStream(Provident):
    """A stream without a word is an answer."""

    def needs_an_end(self) -> bool:
        return False


class TriesThePrimaryTooOften(Provident):
    """Takes the number of attempts for a number of retries."""

    def attempts(self) -> int:
        return super().attempts() + 1


class ComesTooLate(Provident):
    """Hands the fallback's answer out when the caller has left."""

    async def by_any(
        self, body: Mapping[str, Any], emit: Callable[[str], None], deadline_s: float | None
    ) -> dict[str, Any]:
        answer = await super().by_any(body, emit, deadline_s)
        if answer["degraded"]:
            await asyncio.sleep((deadline_s or 0.0) + 0.4)
        return answer


class AsksBoth(Provident):
    """Asks the fallback first, to be on the safe side."""

    async def by_any(
        self, body: Mapping[str, Any], emit: Callable[[str], None], deadline_s: float | None
    ) -> dict[str, Any]:
        for model in self.settings.get("fallback_models", ()):
            await self.ask("/chat/request", {**body, "model": model, "stream": False}, 1, emit)
        return await super().by_any(body, emit, deadline_s)


class WalksForAnything(Provident):
    """Moves on after any failure."""

    def moves_on(self, failure: HostedError) -> bool:
        return True


class HidesTheFallback(Provident):
    """Names the model that was asked for."""

    def labelled(self, answer: dict[str, Any], *, degraded: bool) -> dict[str, Any]:
        told = super().labelled(answer, degraded=False)
        return {**told, "model": self.settings["model"]}


class CallsEverythingDegraded(Provident):
    """Marks each answer."""

    def labelled(self, answer: dict[str, Any], *, degraded: bool) -> dict[str, Any]:
        return {**super().labelled(answer, degraded=degraded), "degraded": True}


class PromisesNoDeadline(Provident):
    """Has limits for each attempt, and no deadline of a call."""

    claims: ClassVar[tuple[str, ...]] = tuple(c for c in Provident.claims if c != "deadline")


class AsksAnotherProvider(Provident):
    """Knows further addresses with keys of their own, and no further models at its own address."""

    claims: ClassVar[tuple[str, ...]] = tuple(
        claim if claim != "fallback_model" else "fallback_provider" for claim in Provident.claims
    )

    async def by_any(
        self, body: Mapping[str, Any], emit: Callable[[str], None], deadline_s: float | None
    ) -> dict[str, Any]:
        share_s = None if deadline_s is None else deadline_s / 2
        try:
            answer = await self.pursue(CHAT, body, emit, share_s)
        except HostedError as failure:
            if failure.facts.get("partial") or not self.moves_on(failure):
                raise
            return await self.elsewhere(body, emit, share_s)
        return self.labelled(answer, degraded=False)

    async def elsewhere(
        self, body: Mapping[str, Any], emit: Callable[[str], None], share_s: float | None
    ) -> dict[str, Any]:
        (target,) = self.settings["fallbacks"]
        other = Provident({**self.settings, **target})
        try:
            asked = {**body, "model": target["model"]}
            return self.labelled(await other.pursue(CHAT, asked, emit, share_s), degraded=True)
        finally:
            await other.close()


class KnowsNoOtherProvider(AsksAnotherProvider):
    """Asks the primary again in the other's place."""

    async def elsewhere(
        self, body: Mapping[str, Any], emit: Callable[[str], None], share_s: float | None
    ) -> dict[str, Any]:
        return self.labelled(await self.pursue(CHAT, body, emit, share_s), degraded=True)


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Provident: ROWS,
            **dict.fromkeys(NULLS, ROWS),
            HasNoFallback: ROWS,
            FearsSilenceOnly: ("FALL-001",),
            TakesAnEmptyStream: ("FALL-001",),
            TriesThePrimaryTooOften: ("FALL-001",),
            ComesTooLate: ("FALL-001",),
            AsksBoth: ("FALL-001",),
            PromisesNoDeadline: ("FALL-001",),
            AsksAnotherProvider: ROWS,
            KnowsNoOtherProvider: ROWS,
            WalksForAnything: ("FALL-002",),
            HidesTheFallback: ("FALL-006",),
            CallsEverythingDegraded: ("FALL-006",),
        }
    )


@pytest.mark.parametrize("client", [Provident, PromisesNoDeadline, AsksAnotherProvider])
def test_a_client_that_does_it_right_passes(verdicts: Verdicts, client: type[Any]) -> None:
    """Every row, side by side; without a deadline too, and with a fallback at another address."""
    found = verdicts[client]

    assert {row: judged.judgement.reason for row, judged in found.items() if missed(judged)} == {}
    assert {judged.verdict for judged in found.values()} == {Verdict.PASS}


@pytest.mark.parametrize("client", NULLS)
def test_no_client_passes_without_the_server(verdicts: Verdicts, client: type[Any]) -> None:
    """Never calling, refusing everything and answering from a table fail every row."""
    assert {row: found.verdict for row, found in verdicts[client].items()} == dict.fromkeys(
        ROWS, Verdict.FAIL
    )


def test_a_claim_without_a_fallback_is_found_out(verdicts: Verdicts) -> None:
    """By every kind of failure, and in the other rows by what an outage shows."""
    found = verdicts[HasNoFallback]

    for failure in ("503", "silence", "cut answer", "cut stream", "empty stream"):
        assert f"{failure}: the answer is the fallback's" in missed(found["FALL-001"])
    assert missed(found["FALL-002"]) == {"control: a 503 reaches the fallback"}
    assert "the answer is the fallback's" in missed(found["FALL-006"])


def test_a_claim_without_another_provider_is_found_out(verdicts: Verdicts) -> None:
    """The other address is never asked."""
    found = verdicts[KnowsNoOtherProvider]

    assert "503: the answer is the fallback's" in missed(found["FALL-001"])
    assert missed(found["FALL-002"]) == {"control: a 503 reaches the fallback"}
    assert "the answer is the fallback's" in missed(found["FALL-006"])


def test_each_failure_counts_for_itself(verdicts: Verdicts) -> None:
    """A client that moves on after a status only fails for the other kinds."""
    found = missed(verdicts[FearsSilenceOnly]["FALL-001"])

    assert "503: the answer is the fallback's" not in found
    assert {f"{kind}: the answer is the fallback's" for kind in ("silence", "cut answer")} <= found
    assert missed(verdicts[TakesAnEmptyStream]["FALL-001"]) == {
        "empty stream: the answer is the fallback's"
    }


def test_the_primary_is_not_tried_too_often(verdicts: Verdicts) -> None:
    """One attempt more than the client may make."""
    assert "503: attempts on the primary" in missed(verdicts[TriesThePrimaryTooOften]["FALL-001"])


def test_a_fallback_that_comes_too_late_is_found_out(verdicts: Verdicts) -> None:
    """The answer is right, and the deadline has passed."""
    found = missed(verdicts[ComesTooLate]["FALL-001"])

    assert {name.partition(": ")[2] for name in found} == {"time to the answer"}


def test_the_fallback_is_left_alone_while_all_is_well(verdicts: Verdicts) -> None:
    """It costs money."""
    assert "control: attempts on the fallback" in missed(verdicts[AsksBoth]["FALL-001"])


def test_a_caller_s_mistake_that_walks_on_is_found_out(verdicts: Verdicts) -> None:
    """By both statuses; the error is hidden by the fallback's answer."""
    assert {
        "400: attempts on the fallback",
        "401: attempts on the fallback",
        "400: status of the error",
    } <= missed(verdicts[WalksForAnything]["FALL-002"])


def test_an_answer_that_hides_its_model_is_found_out(verdicts: Verdicts) -> None:
    """In the name and in the mark; marking everything is no help."""
    assert missed(verdicts[HidesTheFallback]["FALL-006"]) == {"model of the answer", "degraded"}
    assert missed(verdicts[CallsEverythingDegraded]["FALL-006"]) == {
        "control: a healthy answer is not degraded"
    }

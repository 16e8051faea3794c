"""COST rows, judged on clients that get them right and wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from reports.results import Verdict
from scenarios.catalogue.spending import budget
from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed
from tests.scenarios.catalogue.provident import NULLS, Provident
from tests.scenarios.catalogue.streamer import Streamer

if TYPE_CHECKING:
    from collections.abc import Mapping

ROWS = ("COST-002", "COST-007")


class HasNoGuard(Provident):
    """Lets everything through."""

    def may_spend(self) -> bool:
        return True


class LooksAfterwards(Provident):
    """Sends the call and then finds that it cannot be paid for."""

    def may_spend(self) -> bool:
        return True

    async def chat(self, request: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        answer = await super().chat(request, **options)
        if not super().may_spend():
            raise HostedError("budget_exhausted", "this call was too much")
        return answer


class RefusesWithoutAName(Provident):
    """Refuses as if the server were in trouble."""

    async def chat(self, request: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        try:
            return await super().chat(request, **options)
        except HostedError as error:
            if error.kind == "budget_exhausted" and "status" not in error.facts:
                raise HostedError("server_error", error.message) from None
            raise


class RefusesSlowly(Provident):
    """Thinks about it first."""

    async def chat(self, request: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        try:
            return await super().chat(request, **options)
        except HostedError:
            await asyncio.sleep(1.0)
            raise


class TellsNoPrice(Provident):
    """Keeps the cost of a call to itself."""

    async def chat(self, request: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        return {**await super().chat(request, **options), "cost": None}


class TakesABudgetForARateLimit(Provident):
    """Looks at the status only."""

    def error(self, status: int, body: bytes, headers: Mapping[str, str]) -> HostedError:
        failure = super().error(status, body, headers)
        failure.kind = "rate_limited" if status == 429 else failure.kind
        return failure


class TriesASpentBudgetAgain(Provident):
    """Knows what it is, and hopes."""

    def is_retryable(self, failure: HostedError) -> bool:
        return failure.kind == "budget_exhausted" or super().is_retryable(failure)


class ClaimsNoRetries(Provident):
    """One attempt, and no promise of more."""

    claims: ClassVar[tuple[str, ...]] = ("budget_guard",)

    def attempts(self) -> int:
        return 1


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Provident: ROWS,
            ClaimsNoRetries: ROWS,
            TellsNoPrice: ROWS,
            **dict.fromkeys(NULLS, ROWS),
            Streamer: ROWS,
            HasNoGuard: ("COST-002",),
            LooksAfterwards: ("COST-002",),
            RefusesWithoutAName: ("COST-002",),
            RefusesSlowly: ("COST-002",),
            TakesABudgetForARateLimit: ("COST-007",),
            TriesASpentBudgetAgain: ("COST-007",),
        }
    )


@pytest.mark.parametrize("client", [Provident, ClaimsNoRetries, TellsNoPrice])
def test_a_client_that_does_it_right_passes(verdicts: Verdicts, client: type[Any]) -> None:
    """Both rows; whether it retries or tells what a call costs."""
    found = verdicts[client]

    assert {row: judged.judgement.reason for row, judged in found.items() if missed(judged)} == {}
    assert {judged.verdict for judged in found.values()} == {Verdict.PASS}


@pytest.mark.parametrize("client", NULLS)
def test_no_client_passes_without_the_server(verdicts: Verdicts, client: type[Any]) -> None:
    """Never calling, refusing everything and answering from a table fail every row."""
    assert {row: found.verdict for row, found in verdicts[client].items()} == dict.fromkeys(
        ROWS, Verdict.FAIL
    )


def test_a_client_without_a_guard_is_not_asked_for_one(verdicts: Verdicts) -> None:
    """It does not claim one; a spent budget on the server concerns it all the same."""
    found = verdicts[Streamer]

    assert found["COST-002"].verdict is Verdict.NOT_CLAIMED
    assert "429: attempts on the wire" in missed(found["COST-007"])


def test_a_claim_without_a_guard_is_found_out(verdicts: Verdicts) -> None:
    """Ten calls on a budget of one and a half."""
    judged = verdicts[HasNoGuard]["COST-002"]

    assert "a call is refused" in missed(judged)
    assert "10 calls let through" in judged.judgement.reason


def test_a_budget_looked_at_afterwards_is_found_out(verdicts: Verdicts) -> None:
    """The call that was refused had reached the server, and was paid for."""
    judged = verdicts[LooksAfterwards]["COST-002"]

    assert missed(judged) == {"calls over budget that arrived"}


def test_a_refusal_without_its_own_kind_is_found_out(verdicts: Verdicts) -> None:
    """A caller could not tell it from an outage."""
    assert missed(verdicts[RefusesWithoutAName]["COST-002"]) == {"kinds of the refusals"}


def test_a_slow_refusal_is_found_out(verdicts: Verdicts) -> None:
    """Nothing had to be asked."""
    assert missed(verdicts[RefusesSlowly]["COST-002"]) == {"slowest refusal"}


def test_a_spent_budget_taken_for_a_rate_limit_is_found_out(verdicts: Verdicts) -> None:
    """It is tried again and told as something that passes; 402 is understood."""
    assert missed(verdicts[TakesABudgetForARateLimit]["COST-007"]) == {
        "429: attempts on the wire",
        "429: kind of the error",
    }


def test_a_spent_budget_that_is_tried_again_is_found_out(verdicts: Verdicts) -> None:
    """In both spellings, though the error is right in the end."""
    assert missed(verdicts[TriesASpentBudgetAgain]["COST-007"]) == {
        "429: attempts on the wire",
        "402: attempts on the wire",
    }


def test_a_budget_is_for_an_hour() -> None:
    """Long enough that no period ends while the row runs."""
    assert budget(1.5) == {"limit": 1.5, "period_s": 3600.0, "alert_share": 0.8}

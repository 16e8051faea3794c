"""RETRY rows on counts, judged on clients that get them right and wrong."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, ClassVar

import pytest

from reports.results import Verdict
from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.miniature import Miniature

ROWS = ("RETRY-001", "RETRY-002", "RETRY-005", "RETRY-019")


class NeverRetries(Miniature):
    """Makes one attempt whatever it is told."""

    def attempts(self) -> int:
        return 1


class KnowsOnly503(Miniature):
    """Leaves 500, 502 and 504 out of its list."""

    def is_retryable(self, failure: HostedError) -> bool:
        return failure.facts.get("status") in {429, 503}


class TakesA429ForFinal(Miniature):
    """Leaves 429 out of its list."""

    def is_retryable(self, failure: HostedError) -> bool:
        return super().is_retryable(failure) and failure.kind != "rate_limited"


class CountsRetries(Miniature):
    """Takes the number of attempts for a number of retries."""

    def attempts(self) -> int:
        return super().attempts() + 1


class SleepsAfterTheLast(Miniature):
    """Pauses once more before it tells the error."""

    async def once(self, *args: Any) -> dict[str, Any]:
        try:
            return await super().once(*args)
        except HostedError:
            await asyncio.sleep(2.0)
            raise


class LeavesARetryBehind(Miniature):
    """Tries once more in the background when the call has ended."""

    async def pursue(self, *args: Any) -> dict[str, Any]:
        try:
            return await super().pursue(*args)
        except HostedError:
            self.straggler = asyncio.create_task(self.try_later(*args))
            raise

    async def try_later(self, path: str, body: Any, emit: Any, _: Any) -> None:
        await asyncio.sleep(0.3)
        with suppress(RuntimeError):  # the session is closed when the scenario is over
            async with self.post(path, self.bytes_of(body, 9)) as response:
                await response.read()


class DeclaresNothing(Miniature):
    """Always makes three attempts, and offers no setting for them."""

    limits: ClassVar = {
        name: value for name, value in Miniature.limits.items() if name != "max_attempts"
    }

    def attempts(self) -> int:
        return 3


class MiscountsAttempts(Miniature):
    """Reports one attempt too few."""

    async def pursue(self, *args: Any) -> dict[str, Any]:
        answer = await super().pursue(*args)
        return {**answer, "attempts": answer.get("attempts", 1) - 1}


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Miniature: ROWS,
            NeverRetries: ("RETRY-001", "RETRY-002", "RETRY-005"),
            CountsRetries: ("RETRY-005", "RETRY-019"),
            DeclaresNothing: ("RETRY-005", "RETRY-019"),
            KnowsOnly503: ("RETRY-001",),
            TakesA429ForFinal: ("RETRY-002",),
            SleepsAfterTheLast: ("RETRY-019",),
            LeavesARetryBehind: ("RETRY-005",),
            MiscountsAttempts: ("RETRY-001",),
        }
    )


def test_a_client_that_does_it_right_passes(verdicts: Verdicts) -> None:
    """Every row, side by side."""
    judged = verdicts[Miniature]

    assert {row: found.judgement.reason for row, found in judged.items() if missed(found)} == {}
    assert {found.verdict for found in judged.values()} == {Verdict.PASS}


def test_a_client_that_never_retries_is_found_out(verdicts: Verdicts) -> None:
    """One arrival where two or three were owed."""
    judged = verdicts[NeverRetries]

    assert "503: attempts on the wire" in missed(judged["RETRY-001"])
    assert "503, streamed: attempts on the wire" in missed(judged["RETRY-001"])
    assert "429: attempts of each call" in missed(judged["RETRY-002"])
    assert "max_attempts 3: attempts on the wire" in missed(judged["RETRY-005"])


def test_each_status_counts_for_itself(verdicts: Verdicts) -> None:
    """A client that retries 503 only fails for the other three, and for nothing else."""
    found = verdicts[KnowsOnly503]["RETRY-001"]

    assert found.verdict is Verdict.FAIL
    assert {name.partition(":")[0] for name in missed(found)} == {"500", "502", "504"}


def test_429_has_to_be_in_the_list(verdicts: Verdicts) -> None:
    """A client that takes 429 for final fails RETRY-002."""
    assert "429: attempts of each call" in missed(verdicts[TakesA429ForFinal]["RETRY-002"])


def test_one_attempt_too_many_is_found_out(verdicts: Verdicts) -> None:
    """Retries counted instead of attempts: one more than the maximum, with 1 as well."""
    judged = verdicts[CountsRetries]

    assert missed(judged["RETRY-005"]) == {
        f"max_attempts {n}: attempts on the wire" for n in (1, 2, 3, 5)
    }
    assert "attempts of each call" in missed(judged["RETRY-019"])


def test_a_pause_behind_the_last_attempt_is_found_out(verdicts: Verdicts) -> None:
    """With retries off the error has to be there at once."""
    found = verdicts[SleepsAfterTheLast]["RETRY-019"]

    assert missed(found) == {"time beyond the server's own, median"}


def test_a_retry_left_behind_is_found_out(verdicts: Verdicts) -> None:
    """What arrives after the call has ended is seen."""
    assert "attempts after the call had ended" in missed(verdicts[LeavesARetryBehind]["RETRY-005"])


def test_without_a_declared_maximum_a_steady_number_is_an_advisory(verdicts: Verdicts) -> None:
    """The client cannot be told; it is advised to offer a setting."""
    judged = verdicts[DeclaresNothing]

    assert {found.verdict for found in judged.values()} == {Verdict.ADVISORY}
    assert "attempts of each call" in soft(judged["RETRY-019"])


def test_a_wrong_count_of_attempts_is_found_out(verdicts: Verdicts) -> None:
    """Where a client reports attempts, the report has to be true."""
    assert "500: attempts reported" in missed(verdicts[MiscountsAttempts]["RETRY-001"])

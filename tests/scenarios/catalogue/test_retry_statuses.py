"""RETRY rows on statuses, judged on clients that get them right and wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reports.results import Verdict
from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.miniature import Miniature

if TYPE_CHECKING:
    from collections.abc import Mapping


class RetriesEvery4xx(Miniature):
    """Tries again whatever the status."""

    def is_retryable(self, failure: HostedError) -> bool:
        return failure.facts.get("status", 500) >= 400


class Retries401(Miniature):
    """Hopes that the same key will do the next time."""

    def is_retryable(self, failure: HostedError) -> bool:
        return super().is_retryable(failure) or failure.facts.get("status") == 401


class HidesTheStatus(Miniature):
    """Tells no status."""

    def error(self, status: int, body: bytes, headers: Mapping[str, str]) -> HostedError:
        error = super().error(status, body, headers)
        error.facts.pop("status")
        return error

    def is_retryable(self, failure: HostedError) -> bool:
        return False


class InventsTheStatus(Miniature):
    """Tells every error as 400."""

    def error(self, status: int, body: bytes, headers: Mapping[str, str]) -> HostedError:
        error = super().error(status, body, headers)
        error.facts["status"] = 400
        return error


class SwallowsStreamedRefusals(Miniature):
    """Takes a stream that was refused for one that said nothing."""

    async def chat(self, request: Any, **options: Any) -> dict[str, Any]:
        try:
            return await super().chat(request, **options)
        except HostedError as error:
            if request.get("stream") and error.kind == "auth":
                return {"text": ""}
            raise


class KnowsAFixedList(Miniature):
    """Retries the statuses that it knows."""

    def is_retryable(self, failure: HostedError) -> bool:
        return failure.facts.get("status") in {429, 500, 502, 503, 504}


class FallsThroughItsTable(Miniature):
    """Has no class for a status that it does not know."""

    def error(self, status: int, body: bytes, headers: Mapping[str, str]) -> HostedError:
        if status not in {400, 429, 503}:
            raise KeyError(status)
        return super().error(status, body, headers)


class Wants200(Miniature):
    """Takes 200 alone for a success."""

    def post(self, path: str, body: bytes) -> Any:
        return OnlyTwoHundred(super().post(path, body), self)


class OnlyTwoHundred:
    """A response whose status is an error unless it is 200."""

    def __init__(self, pending: Any, client: Miniature) -> None:
        self._pending = pending
        self._client = client

    async def __aenter__(self) -> Any:
        response = await self._pending.__aenter__()
        if response.status == 299:
            raise self._client.error(299, await response.read(), response.headers)
        return response

    async def __aexit__(self, *raised: Any) -> None:
        await self._pending.__aexit__(*raised)


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Miniature: ("RETRY-004", "RETRY-010"),
            RetriesEvery4xx: ("RETRY-004",),
            Retries401: ("RETRY-004",),
            HidesTheStatus: ("RETRY-004",),
            InventsTheStatus: ("RETRY-004",),
            SwallowsStreamedRefusals: ("RETRY-004",),
            KnowsAFixedList: ("RETRY-010",),
            FallsThroughItsTable: ("RETRY-010",),
            Wants200: ("RETRY-010",),
        }
    )


def test_a_client_that_does_it_right_passes(verdicts: Verdicts) -> None:
    """Both rows."""
    judged = verdicts[Miniature]

    assert {found.verdict for found in judged.values()} == {Verdict.PASS}


def test_every_resent_4xx_is_a_check_of_its_own(verdicts: Verdicts) -> None:
    """A client that retries all of them fails nine checks on attempts, and 409 softly."""
    found = verdicts[RetriesEvery4xx]["RETRY-004"]

    statuses = (400, 401, 403, 404, 405, 409, 410, 413, 415, 422)
    calls = [*(str(status) for status in statuses if status != 409), "401, streamed"]
    assert missed(found) == {f"{call}: attempts on the wire" for call in calls}
    assert "409: attempts on the wire" in soft(found)


def test_one_resent_status_is_enough(verdicts: Verdicts) -> None:
    """A client that retries 401 alone fails for 401 alone, streamed or not."""
    ends = ": attempts on the wire"
    assert missed(verdicts[Retries401]["RETRY-004"]) == {f"401{ends}", f"401, streamed{ends}"}


def test_no_status_is_an_advisory_and_a_wrong_one_a_failure(verdicts: Verdicts) -> None:
    """A caller without a status can ask; one with a wrong status is misled."""
    hidden = verdicts[HidesTheStatus]["RETRY-004"]
    invented = verdicts[InventsTheStatus]["RETRY-004"]

    assert hidden.verdict is Verdict.ADVISORY
    assert "404: status in the error" in soft(hidden)
    assert "404: status in the error" in missed(invented)


@pytest.mark.parametrize("status", [529, 599])
def test_an_unknown_5xx_goes_by_its_class(verdicts: Verdicts, status: int) -> None:
    """A fixed list of statuses leaves it out."""
    assert f"{status}: attempts on the wire" in missed(verdicts[KnowsAFixedList]["RETRY-010"])


def test_a_status_without_a_class_of_its_own_is_no_bare_exception(verdicts: Verdicts) -> None:
    """A table without a default raises what no caller can catch."""
    found = verdicts[FallsThroughItsTable]["RETRY-010"]

    assert {"471: outcome", "800: outcome"} <= missed(found)


def test_a_swallowed_refusal_of_a_stream_is_told(verdicts: Verdicts) -> None:
    """Nothing was resent, which is the row's subject; that the error is lost is an advisory."""
    found = verdicts[SwallowsStreamedRefusals]["RETRY-004"]

    assert found.verdict is Verdict.ADVISORY
    assert soft(found) == {"401, streamed: outcome"}


def test_299_is_a_success(verdicts: Verdicts) -> None:
    """A client that wants 200 throws an answer away."""
    assert "299: its answer is handed out" in missed(verdicts[Wants200]["RETRY-010"])

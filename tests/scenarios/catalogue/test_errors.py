"""ERR rows, judged on clients whose errors tell all, and less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from reports.results import Verdict
from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.miniature import Miniature

if TYPE_CHECKING:
    from collections.abc import Mapping


class SaysItFailed(Miniature):
    """Raises a generic error when attempts run out."""

    async def pursue(self, *args: Any) -> dict[str, Any]:
        try:
            return await super().pursue(*args)
        except HostedError:
            raise HostedError("server_error", "all attempts failed") from None


class SwallowsErrorsOfStreams(Miniature):
    """Reads an error as a stream without text."""

    async def ask(self, path: str, body: Any, attempt: int, emit: Any) -> dict[str, Any]:
        try:
            return await super().ask(path, body, attempt, emit)
        except HostedError as error:
            if body.get("stream"):
                return {"text": ""}
            raise error from None


class ReadsPawaOnly(Miniature):
    """Looks for a message where Pawa has it, and knows no code."""

    def error(self, status: int, body: bytes, headers: Mapping[str, str]) -> HostedError:
        error = super().error(status, body, headers)
        error.message = f"HTTP {status}"
        error.facts["code"] = None
        return error


class KeepsTheLastIdOnly(Miniature):
    """Forgets the ids of the attempts before."""

    async def pursue(self, *args: Any) -> dict[str, Any]:
        try:
            return await super().pursue(*args)
        except HostedError as error:
            error.facts["request_ids"] = error.facts["request_ids"][-1:]
            raise


class KeepsTheFirstId(Miniature):
    """Tells the id of an attempt that nobody asks about."""

    async def pursue(self, *args: Any) -> dict[str, Any]:
        try:
            return await super().pursue(*args)
        except HostedError as error:
            error.facts["request_id"] = error.facts["request_ids"][0]
            error.facts["request_ids"] = error.facts["request_ids"][:1]
            raise


class MakesIdsUp(Miniature):
    """Has ids of its own, beside the server's."""

    async def pursue(self, *args: Any) -> dict[str, Any]:
        try:
            return await super().pursue(*args)
        except HostedError as error:
            error.facts["request_ids"] = [*error.facts["request_ids"], "req-of-my-own"]
            raise


class WithoutStreams(Miniature):
    """Does not claim streams, and does them badly."""

    claims: ClassVar = tuple(claim for claim in Miniature.claims if claim != "streaming")

    async def streamed(self, response: Any, emit: Any) -> Any:
        raise NotImplementedError
        yield ""


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side."""
    return judge_together(
        {
            Miniature: ("ERR-001", "ERR-002"),
            SaysItFailed: ("ERR-001", "ERR-002"),
            SwallowsErrorsOfStreams: ("ERR-001",),
            ReadsPawaOnly: ("ERR-001",),
            KeepsTheLastIdOnly: ("ERR-002",),
            KeepsTheFirstId: ("ERR-002",),
            MakesIdsUp: ("ERR-002",),
            WithoutStreams: ("ERR-001",),
        }
    )


def test_a_client_that_tells_all_passes(verdicts: Verdicts) -> None:
    """Status, code, message and ids."""
    assert {found.verdict for found in verdicts[Miniature].values()} == {Verdict.PASS}


def test_a_generic_error_is_found_out(verdicts: Verdicts) -> None:
    """Nothing of what the server said is left in it."""
    assert {"call: status", "call: code", "call: message"} <= missed(
        verdicts[SaysItFailed]["ERR-001"]
    )
    assert "request id of the last attempt" in missed(verdicts[SaysItFailed]["ERR-002"])


def test_a_swallowed_error_is_found_out(verdicts: Verdicts) -> None:
    """A stream that met 503 is no empty answer."""
    assert missed(verdicts[SwallowsErrorsOfStreams]["ERR-001"]) == {"streamed call: outcome"}


def test_each_part_counts_for_itself(verdicts: Verdicts) -> None:
    """The status alone is not enough."""
    assert missed(verdicts[ReadsPawaOnly]["ERR-001"]) == {
        "call: code",
        "call: message",
        "streamed call: code",
        "streamed call: message",
    }


def test_the_last_id_is_owed_and_the_others_are_better(verdicts: Verdicts) -> None:
    """One id is an advisory, the wrong one a failure."""
    last = verdicts[KeepsTheLastIdOnly]["ERR-002"]

    assert last.verdict is Verdict.ADVISORY
    assert soft(last) == {"request ids of all attempts"}
    assert missed(verdicts[KeepsTheFirstId]["ERR-002"]) == {"request id of the last attempt"}


def test_ids_must_be_the_server_s(verdicts: Verdicts) -> None:
    """Nobody can look up an invented one."""
    assert missed(verdicts[MakesIdsUp]["ERR-002"]) == {"request ids that the server never sent"}


def test_a_client_without_streams_makes_no_streamed_call(verdicts: Verdicts) -> None:
    """It is judged by what it claims."""
    assert verdicts[WithoutStreams]["ERR-001"].verdict is Verdict.PASS

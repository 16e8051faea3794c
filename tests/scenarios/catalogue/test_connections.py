"""CONN rows, judged on clients that notice what is missing and that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from reports.results import Verdict
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.miniature import Miniature

if TYPE_CHECKING:
    from scenarios.clients.hosted import HostedError

CUT = ("CONN-004", "CONN-005", "CONN-006")
SUCCESSES = "cut replies handed out as answers"


class TakesWhatItGets(Miniature):
    """Hands out whatever of a body had arrived when the connection ended."""

    async def read(self, response: Any) -> bytes:
        parts = []
        try:
            async for part in response.content.iter_any():
                parts.append(part)  # noqa: PERF401 - what has come before the error is the point
        except (aiohttp.ClientError, OSError):
            pass
        return b"".join(parts)


class NeverRetriesConnections(Miniature):
    """Knows statuses only."""

    def is_retryable(self, failure: HostedError) -> bool:
        return "status" in failure.facts and super().is_retryable(failure)


class RetriesResetsOnly(Miniature):
    """Has a name for a reset, and none for a close."""

    def is_retryable(self, failure: HostedError) -> bool:
        return super().is_retryable(failure) and "Disconnected" not in failure.message


class BareExceptions(Miniature):
    """Lets the errors of its HTTP library out."""

    def trouble(self, error: Exception) -> HostedError:
        raise error


class RefusesWhiteSpace(Miniature):
    """Takes a document with spaces behind it for broken."""

    async def read(self, response: Any) -> bytes:
        body = await super().read(response)
        return b"" if body.endswith(b" ") else body


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side."""
    return judge_together(
        {
            Miniature: ("CONN-002", *CUT),
            TakesWhatItGets: CUT,
            NeverRetriesConnections: ("CONN-002",),
            RetriesResetsOnly: ("CONN-002",),
            BareExceptions: ("CONN-002", *CUT),
            RefusesWhiteSpace: CUT,
        }
    )


def test_a_client_that_does_it_right_passes(verdicts: Verdicts) -> None:
    """Tries again before the answer, and reports an error in it."""
    assert {found.verdict for found in verdicts[Miniature].values()} == {Verdict.PASS}


@pytest.mark.parametrize("row", CUT)
def test_a_cut_reply_is_no_answer(row: str, verdicts: Verdicts) -> None:
    """The client that takes what it gets has parsed ten perfect documents."""
    found = verdicts[TakesWhatItGets][row]

    assert missed(found) == {SUCCESSES}
    assert next(c for c in found.checks if c.name == SUCCESSES).measured == [
        f"cut call {number}" for number in range(1, 11)
    ]


def test_a_connection_that_ends_before_the_answer_is_retried(verdicts: Verdicts) -> None:
    """A client that retries statuses only fails for reset and close, fresh and pooled."""
    assert {
        name.partition(":")[0] for name in missed(verdicts[NeverRetriesConnections]["CONN-002"])
    } == {
        "rst before headers",
        "rst before headers, pooled",
        "close before headers",
        "close before headers, pooled",
    }


def test_a_close_counts_as_a_reset_does(verdicts: Verdicts) -> None:
    """A client that knows resets only fails for closes only."""
    found = missed(verdicts[RetriesResetsOnly]["CONN-002"])

    assert found
    assert all(name.startswith("close before headers") for name in found)


def test_a_bare_exception_is_an_advisory_for_a_cut_reply(verdicts: Verdicts) -> None:
    """It is no success, which is all that the norm asks for."""
    for row in CUT:
        assert verdicts[BareExceptions][row].verdict is Verdict.ADVISORY
        assert soft(verdicts[BareExceptions][row]) == {"cut replies that ended in a bare exception"}


def test_refusing_every_padded_reply_is_no_way_to_pass(verdicts: Verdicts) -> None:
    """The same reply, not cut, has to be handed out."""
    for row in CUT:
        assert missed(verdicts[RefusesWhiteSpace][row]) == {"control: the same reply, not cut"}

"""ERR-004, judged on clients with many kinds of error, with few, and with moods."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from reports.results import Verdict
from scenarios.catalogue.error_kinds import bad_days, mixed_up
from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.miniature import Miniature

if TYPE_CHECKING:
    from collections.abc import Mapping

NUMBERS = count()


class OneErrorForAll(Miniature):
    """Has one class and one message."""

    async def pursue(self, *args: Any) -> dict[str, Any]:
        try:
            return await super().pursue(*args)
        except HostedError:
            raise HostedError("server_error", "failed") from None


class OneErrorBelowHttp(Miniature):
    """Tells timeouts, resets, broken streams and TLS apart from nothing."""

    def trouble(self, error: Exception) -> HostedError:
        return HostedError("connection", "failed")


class Moody(Miniature):
    """Calls a server error now this, now that."""

    def error(self, status: int, body: bytes, headers: Mapping[str, str]) -> HostedError:
        error = super().error(status, body, headers)
        if status == 500:
            error.kind = ("server_error", "overloaded")[next(NUMBERS) % 2]
        return error


class BareBelowHttp(Miniature):
    """Lets the errors of its HTTP library out."""

    def trouble(self, error: Exception) -> HostedError:
        raise error


class ReturnsWhatThereIs(Miniature):
    """Hands out a stream that broke off as an answer."""

    async def streamed(self, response: Any, emit: Any) -> Any:
        try:
            async for text in super().streamed(response, emit):
                yield text
        except Exception:  # noqa: BLE001 - the mistake that is tested
            return


class PlainClient(Miniature):
    """Claims neither streams nor cancelling."""

    claims: ClassVar = ("retry", "retry_after")


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by the row, all side by side."""
    clients = (
        Miniature,
        OneErrorForAll,
        OneErrorBelowHttp,
        Moody,
        BareBelowHttp,
        ReturnsWhatThereIs,
        PlainClient,
    )
    return judge_together(dict.fromkeys(clients, ("ERR-004",)))


def test_twelve_kinds_pass(verdicts: Verdicts) -> None:
    """Each bad day has its own."""
    assert verdicts[Miniature]["ERR-004"].verdict is Verdict.PASS


def test_one_class_for_everything_fails(verdicts: Verdicts) -> None:
    """Eleven of twelve say the same; only cancelling stands apart."""
    found = verdicts[OneErrorForAll]["ERR-004"]

    assert missed(found) == {"distinct kinds"}
    assert "rate limit, budget, auth" in found.judgement.reason


def test_a_few_kinds_are_an_advisory(verdicts: Verdicts) -> None:
    """Six to nine can be told apart."""
    found = verdicts[OneErrorBelowHttp]["ERR-004"]

    assert found.verdict is Verdict.ADVISORY
    assert soft(found) == {"distinct kinds, to be good"}
    assert (
        "timeout, connection, incomplete stream and TLS are all told as connection"
        in found.judgement.reason
    )


def test_a_kind_has_to_be_stable(verdicts: Verdicts) -> None:
    """The same failure is the same kind each time."""
    assert missed(verdicts[Moody]["ERR-004"]) == {"faults with the same kind both times"}


def test_a_bare_exception_is_no_kind(verdicts: Verdicts) -> None:
    """It is an advisory of its own, and counts for nothing."""
    assert "faults that ended in a bare exception" in soft(verdicts[BareBelowHttp]["ERR-004"])


def test_a_fault_that_ends_as_a_success_fails(verdicts: Verdicts) -> None:
    """Whatever the other kinds are."""
    assert missed(verdicts[ReturnsWhatThereIs]["ERR-004"]) == {
        "faults that did not end in an error"
    }


def test_what_is_not_claimed_is_left_out(verdicts: Verdicts) -> None:
    """Ten bad days are left, and ten kinds pass."""
    assert verdicts[PlainClient]["ERR-004"].verdict is Verdict.PASS


def test_thirteen_things_go_wrong() -> None:
    """Twelve of them on the server; TLS goes wrong on the way to it."""
    assert len(bad_days()) == 12


def test_kinds_that_are_mixed_up_are_named() -> None:
    """So that an author knows which to part."""
    assert mixed_up({"a": "x", "b": "y", "c": "x"}) == ": a and c are all told as x"
    assert mixed_up({"a": "x", "b": "y"}) == ""

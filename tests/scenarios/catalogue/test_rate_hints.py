"""RATE rows on hints that are no help, judged on clients that survive them and that do not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from reports.results import Verdict
from scenarios.catalogue.rate_hints import HINTS, hang_s, rounded_s, waiting_s
from scenarios.client import Client
from scenarios.clients.hosted import HostedError
from scenarios.clients.protocol import Manifest
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.miniature import Miniature

if TYPE_CHECKING:
    from scenarios.lab import Lab


class TakesZeroForNever(Miniature):
    """Reads a hint of 0 as "do not come back"."""

    def hint_s(self, value: str | None) -> float | None:
        return 1e9 if value == "0" else super().hint_s(value)


class TakesZeroForNow(Miniature):
    """Comes back at once when it is told 0."""

    def hint_s(self, value: str | None) -> float | None:
        return 0.0 if value == "0" else super().hint_s(value)


class ReadsAnyFloat(Miniature):
    """Believes every number, and falls over what is none."""

    def hint_s(self, value: str | None) -> float | None:
        if value is None:
            return None
        seconds = float(value)
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        return min(seconds, 1.0)


class ObeysEverything(Miniature):
    """Waits for whatever it is told, deadline or not."""

    def may_wait(self, pause_s: float, remaining_s: float) -> bool:
        return True


class ShortensLongHints(Miniature):
    """Comes back after a second when it was told an hour."""

    def pause_s(self, retry: int, hint_s: float | None) -> float:
        return min(1.0, super().pause_s(retry, hint_s))


class KeepsTheHintToItself(Miniature):
    """Ends the call, and does not say why."""

    async def pursue(self, *args: Any) -> dict[str, Any]:
        try:
            return await super().pursue(*args)
        except HostedError as error:
            error.facts.pop("retry_after_s", None)
            raise


class GivesUpAtEveryHint(Miniature):
    """Ends every call that is told to wait."""

    def may_wait(self, pause_s: float, remaining_s: float) -> bool:
        return pause_s < 0.9


class WaitsForTheDeadline(Miniature):
    """Tells the caller when the time is up, and not when it is clear that it will be."""

    async def pursue(self, path: str, body: Any, emit: Any, deadline_s: float | None) -> Any:
        try:
            return await super().pursue(path, body, emit, deadline_s)
        except HostedError:
            await asyncio.sleep(4.0)
            raise


@pytest.fixture(scope="module")
def odd() -> Verdicts:
    """Each client by RATE-005, two at once, since short pauses are measured."""
    clients = (Miniature, TakesZeroForNever, TakesZeroForNow, ReadsAnyFloat)
    return judge_together(dict.fromkeys(clients, ("RATE-005",)), at_once=2)


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by RATE-006, all side by side: they mostly wait."""
    clients = (
        Miniature,
        ObeysEverything,
        ShortensLongHints,
        KeepsTheHintToItself,
        WaitsForTheDeadline,
        GivesUpAtEveryHint,
    )
    return judge_together(dict.fromkeys(clients, ("RATE-006",)))


def test_a_client_that_does_it_right_passes(odd: Verdicts, verdicts: Verdicts) -> None:
    """Nine odd hints, and a long one."""
    assert odd[Miniature]["RATE-005"].verdict is Verdict.PASS
    assert verdicts[Miniature]["RATE-006"].verdict is Verdict.PASS


def test_zero_is_not_never(odd: Verdicts) -> None:
    """A call that was told 0 has to be tried again."""
    assert missed(odd[TakesZeroForNever]["RATE-005"]) == {"0: calls tried again and answered"}


def test_zero_is_no_hot_loop(odd: Verdicts) -> None:
    """A call that was told 0 has to pause all the same."""
    assert missed(odd[TakesZeroForNow]["RATE-005"]) == {"0: typical pause"}


def test_what_is_no_number_must_not_get_out_as_a_bare_exception(odd: Verdicts) -> None:
    """Negative, empty, text and a date fall over a bare ``float()``."""
    found = missed(odd[ReadsAnyFloat]["RATE-005"])

    ends = "calls that crashed, hung or ended in a bare exception"
    assert {f"{name}: {ends}" for name in ("-5", "empty", "soon", "a date in 1994")} <= found


def test_all_nine_values_are_sent() -> None:
    """Those of the row, each once."""
    assert len(HINTS) == 9
    assert len(set(HINTS.values())) == 9


def test_a_client_that_obeys_everything_is_found_out(verdicts: Verdicts) -> None:
    """It still waits when the caller's time is over."""
    assert "calls whose callers still wait" in missed(verdicts[ObeysEverything]["RATE-006"])


def test_a_shortened_hour_is_found_out(verdicts: Verdicts) -> None:
    """An early arrival is the worst that can happen."""
    assert "attempts before the hint was over" in missed(verdicts[ShortensLongHints]["RATE-006"])


def test_a_hint_that_is_not_told_is_an_advisory(verdicts: Verdicts) -> None:
    """The call ends in time, and its caller does not learn when to come back."""
    found = verdicts[KeepsTheHintToItself]["RATE-006"]

    assert found.verdict is Verdict.ADVISORY
    assert soft(found) == {"hints in the errors"}


def test_a_late_end_is_an_advisory(verdicts: Verdicts) -> None:
    """By the deadline is early enough, at once is better."""
    found = verdicts[WaitsForTheDeadline]["RATE-006"]

    assert found.verdict is Verdict.ADVISORY
    assert soft(found) == {"time until the callers knew"}


def test_giving_up_at_every_hint_is_no_way_to_pass(verdicts: Verdicts) -> None:
    """A hint that the caller has time for has to be waited for."""
    assert "control: hint of 1 s: attempts on the wire" in missed(
        verdicts[GivesUpAtEveryHint]["RATE-006"]
    )


def client_with(**limits: Any) -> Client:
    return Client(None, {}, Manifest("x", limits=limits), fixed=False, note=lambda _: None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limits", "after_s"),
    [
        ({"backoff_cap_s": 0.5}, 8.5),
        ({"backoff_cap_s": 0.5, "retry_after_cap_s": 30.0}, 38.0),
        ({}, 53.0),
        ({"retry_after_cap_s": 600.0}, 60.0),
    ],
)
async def test_when_a_call_counts_as_hanging(
    lab: Lab, limits: dict[str, float], after_s: float
) -> None:
    """8 s after what it may wait for, and never later than the target."""
    assert hang_s(lab, client_with(**limits)) == after_s


def test_how_long_a_caller_may_be_left_waiting() -> None:
    """A second over the deadline; without deadlines 5 s over the cap, and 6 s at least."""
    assert waiting_s(client_with(), 5.0) == 6.0
    assert waiting_s(client_with(backoff_cap_s=8.0), None) == 13.0
    assert waiting_s(client_with(), None) == 6.0


def test_a_hint_is_compared_to_the_minute() -> None:
    """3,599.4 s is the same hint."""
    assert rounded_s(3599.4) == 3600.0
    assert rounded_s(None) is None

"""TIME rows on deadlines, judged on clients that keep them and that do not."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from reports.results import Verdict
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed
from tests.scenarios.catalogue.miniature import Miniature

if TYPE_CHECKING:
    from collections.abc import Mapping


class StartsAnewWithEachByte(Miniature):
    """Bounds each silence and nothing else."""

    def limit_s(self, body: Mapping[str, Any], remaining_s: float) -> float:
        return math.inf


class BoundsEachAttempt(Miniature):
    """Gives every attempt its own time, and forgets the caller's."""

    async def pursue(self, path: str, body: Any, emit: Any, deadline_s: float | None) -> Any:
        return await super().pursue(path, body, emit, None)

    def hint_s(self, value: str | None) -> float | None:
        return None


class PausesPastTheDeadline(Miniature):
    """Obeys any hint, and bounds attempts only."""

    def may_wait(self, pause_s: float, remaining_s: float) -> bool:
        return True


class NeverRetriesUnderADeadline(Miniature):
    """Takes a deadline for a reason not to try again."""

    async def pursue(self, path: str, body: Any, emit: Any, deadline_s: float | None) -> Any:
        self.single = deadline_s is not None
        return await super().pursue(path, body, emit, deadline_s)

    def attempts(self) -> int:
        return 1 if self.single else super().attempts()


class GivesUpOnDrips(Miniature):
    """Ends every answer that does not come in one piece."""

    async def read(self, response: Any) -> bytes:
        async with asyncio.timeout(0.2):
            return await super().read(response)


class HasNoDeadlines(Miniature):
    """Does not claim them."""

    claims: ClassVar = tuple(claim for claim in Miniature.claims if claim != "deadline")


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Miniature: ("TIME-004", "TIME-006"),
            StartsAnewWithEachByte: ("TIME-004",),
            BoundsEachAttempt: ("TIME-006",),
            PausesPastTheDeadline: ("TIME-006",),
            NeverRetriesUnderADeadline: ("TIME-006",),
            GivesUpOnDrips: ("TIME-004",),
            HasNoDeadlines: ("TIME-004", "TIME-006"),
        }
    )


def test_a_client_that_does_it_right_passes(verdicts: Verdicts) -> None:
    """Trickling bytes, attempts and pauses."""
    assert {found.verdict for found in verdicts[Miniature].values()} == {Verdict.PASS}


def test_a_timer_that_starts_anew_with_each_byte_is_found_out(verdicts: Verdicts) -> None:
    """A drip never lets it fire, on a whole answer as on a stream."""
    assert {
        "answer: connection closed after",
        "answer: caller told after",
        "stream: connection closed after",
        "stream: caller told after",
    } <= missed(verdicts[StartsAnewWithEachByte]["TIME-004"])


def test_a_timeout_for_each_attempt_is_no_deadline(verdicts: Verdicts) -> None:
    """Attempts arrive after it, and the caller waits on."""
    assert {
        "silence: last arrival after the first",
        "silence: slowest call: caller told after",
    } <= (missed(verdicts[BoundsEachAttempt]["TIME-006"]))


def test_a_pause_must_not_outlast_the_deadline(verdicts: Verdicts) -> None:
    """Ten seconds were asked for, and three were there."""
    assert "503 with Retry-After: 10: slowest call: caller told after" in missed(
        verdicts[PausesPastTheDeadline]["TIME-006"]
    )


def test_ending_everything_early_is_no_way_to_pass(verdicts: Verdicts) -> None:
    """A retry that the deadline leaves time for has to be made."""
    assert missed(verdicts[NeverRetriesUnderADeadline]["TIME-006"]) == {
        "control: 503 once: attempts on the wire",
        "control: 503 once: the last answer is handed out",
    }


def test_a_brief_drip_has_to_be_waited_for(verdicts: Verdicts) -> None:
    """An answer that comes within the deadline is an answer."""
    assert "control: half a second: the last answer is handed out" in missed(
        verdicts[GivesUpOnDrips]["TIME-004"]
    )


def test_a_client_without_deadlines_is_not_judged(verdicts: Verdicts) -> None:
    """It never said that it has any."""
    assert {found.verdict for found in verdicts[HasNoDeadlines].values()} == {Verdict.NOT_CLAIMED}

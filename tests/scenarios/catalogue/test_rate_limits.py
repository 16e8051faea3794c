"""RATE rows on hints, judged on clients that heed them and that do not."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest

from reports.results import Verdict
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.miniature import Miniature


class NeverLooks(Miniature):
    """Keeps the hint in the error, and pauses as it likes."""

    def pause_s(self, retry: int, hint_s: float | None) -> float:
        return self.backoff_s(retry)


class Hurries(Miniature):
    """Shortens every hint to half a second."""

    def pause_s(self, retry: int, hint_s: float | None) -> float:
        return min(0.5, super().pause_s(retry, hint_s))


class Dawdles(Miniature):
    """Waits twice as long as it was asked to."""

    def pause_s(self, retry: int, hint_s: float | None) -> float:
        return super().pause_s(retry, hint_s) * (2 if hint_s else 1)


class HeedsOnly429(Miniature):
    """Reads the hint of a 429 alone."""

    def error(self, status, body, headers):  # type: ignore[no-untyped-def]
        return super().error(status, body, headers if status == 429 else {})


class WantsAZone(Miniature):
    """Reads a date only if it names its zone, which asctime does not."""

    def hint_s(self, value: str | None) -> float | None:
        if value and not value.isdigit() and parsedate_to_datetime(value).tzinfo is None:
            return None
        return super().hint_s(value)


class SecondsOnly(Miniature):
    """Knows no dates."""

    def hint_s(self, value: str | None) -> float | None:
        return super().hint_s(value) if value and value.isdigit() else None


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Miniature: ("RATE-001", "RATE-002"),
            Hurries: ("RATE-001", "RATE-002"),
            NeverLooks: ("RATE-001",),
            Dawdles: ("RATE-001",),
            HeedsOnly429: ("RATE-001",),
            WantsAZone: ("RATE-002",),
            SecondsOnly: ("RATE-002",),
        }
    )


def test_a_client_that_waits_passes(verdicts: Verdicts) -> None:
    """Seconds and the three forms of a date."""
    judged = verdicts[Miniature]

    assert {found.verdict for found in judged.values()} == {Verdict.PASS}


def test_a_hint_that_is_never_looked_at_is_found_out(verdicts: Verdicts) -> None:
    """The pause is the client's own, far under the two seconds."""
    assert missed(verdicts[NeverLooks]["RATE-001"]) == {
        "429: shortest pause",
        "503: shortest pause",
    }


def test_a_shortened_hint_is_found_out(verdicts: Verdicts) -> None:
    """Half a second is no two seconds, and no date 3 s ahead."""
    judged = verdicts[Hurries]

    assert "503: shortest pause" in missed(judged["RATE-001"])
    assert "imf: shortest pause" in missed(judged["RATE-002"])


def test_waiting_too_long_is_an_advisory(verdicts: Verdicts) -> None:
    """Late alone never fails."""
    found = verdicts[Dawdles]["RATE-001"]

    assert found.verdict is Verdict.ADVISORY
    assert soft(found) == {"429: median pause, at most", "503: median pause, at most"}


def test_the_hint_of_a_503_counts_too(verdicts: Verdicts) -> None:
    """A client that reads it on 429 alone fails for 503 alone."""
    assert missed(verdicts[HeedsOnly429]["RATE-001"]) == {"503: shortest pause"}


def test_asctime_is_utc(verdicts: Verdicts) -> None:
    """It names no zone; a client that wants one misses it, and it alone."""
    assert missed(verdicts[WantsAZone]["RATE-002"]) == {"asctime: shortest pause"}


def test_all_three_forms_of_date_count(verdicts: Verdicts) -> None:
    """A client that knows none of them fails three times."""
    assert missed(verdicts[SecondsOnly]["RATE-002"]) == {
        f"{form}: shortest pause" for form in ("imf", "rfc850", "asctime")
    }

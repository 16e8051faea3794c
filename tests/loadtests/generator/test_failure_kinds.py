"""Which kind a failure of the API is."""

from __future__ import annotations

import pytest

from loadtests.generator.failure_kinds import BY_STATUS, kind_by_status, kind_by_words
from scenarios.clients.protocol import ERROR_KINDS
from scenarios.reference.classify import BY_STATUS as REFERENCE
from scenarios.reference.classify import Classifier
from scenarios.reference.complaint import Complaint

SAID = (
    "",
    "slow down",
    "Monthly budget exhausted",
    "insufficient credit",
    "You exceeded your requests per minute quota",
    "maximum context length is 8192",
    "blocked by content policy",
    "the model is overloaded",
    "request timed out",
    "invalid request",
    "something else",
)


@pytest.mark.parametrize(
    "status", [*sorted(REFERENCE), 400, 402, 422, 499, 500, 503, 599, 700, 304]
)
@pytest.mark.parametrize("said", SAID)
def test_a_status_means_what_it_means_to_the_reference_client(status: int, said: str) -> None:
    """The raw client and the control call the same thing by the same name."""
    theirs = Classifier().for_status(status, Complaint("", said)).kind

    assert kind_by_status(status, said) == theirs


@pytest.mark.parametrize("code", ["", "429", "402", "503", "rate_limit_exceeded", "budget_gone"])
@pytest.mark.parametrize("said", SAID)
def test_words_mean_what_they_mean_to_the_reference_client(code: str, said: str) -> None:
    """Where no status tells: in a stream, or under a 200."""
    assert kind_by_words(code, said) == Classifier().for_words(Complaint(code, said)).kind


def test_every_kind_is_one_of_the_protocol() -> None:
    """Nothing else may stand in an outcome."""
    assert set(BY_STATUS.values()) <= ERROR_KINDS

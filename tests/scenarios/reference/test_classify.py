"""Which kind of failure an answer is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference.classify import Classifier
from scenarios.reference.complaint import Complaint

classifier = Classifier()
SILENT = Complaint()


@pytest.mark.parametrize(
    ("status", "kind", "transient"),
    [
        (400, "invalid_request", False),
        (401, "auth", False),
        (402, "budget_exhausted", False),
        (403, "permission", False),
        (404, "not_found", False),
        (405, "invalid_request", False),
        (408, "timeout", True),
        (409, "invalid_request", False),
        (410, "invalid_request", False),
        (413, "too_large", False),
        (415, "invalid_request", False),
        (422, "invalid_request", False),
        (425, "overloaded", True),
        (429, "rate_limited", True),
        (471, "invalid_request", False),
        (500, "server_error", True),
        (501, "server_error", False),
        (502, "server_error", True),
        (503, "server_error", True),
        (504, "server_error", True),
        (505, "server_error", False),
        (520, "server_error", True),
        (524, "server_error", True),
        (529, "overloaded", True),
        (599, "server_error", True),
        (600, "server_error", True),
        (800, "server_error", True),
        (999, "server_error", True),
        (302, "bad_response", False),
        (101, "bad_response", False),
    ],
)
def test_statuses(status: int, kind: str, transient: bool) -> None:
    """Known codes have their kind, unknown ones that of their class."""
    error = classifier.for_status(status, SILENT)

    assert (error.kind, error.transient) == (kind, transient)


@given(st.integers(100, 999), st.text(max_size=30), st.text(max_size=60))
def test_every_answer_has_a_kind(status: int, code: str, message: str) -> None:
    """No status, code or message is beyond the classifier."""
    assert classifier.for_status(status, Complaint(code, message)).kind != "internal"
    assert classifier.for_words(Complaint(code, message)).kind != "internal"


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "Budget limit exceeded"),
        ("", "budget exceeded for this project"),
        ("insufficient_quota", "You exceeded your current quota"),
        ("enforced_spend_limit", ""),
        ("", "Monthly usage limit reached"),
        ("budget_exceeded", "Rate limit: the budget of 5 per minute is used up"),
        ("", "insufficient credit"),
    ],
)
def test_money_is_not_pace(status: int, code: str, message: str) -> None:
    """403 and 429 that speak of money are an exhausted budget: waiting cannot help."""
    error = classifier.for_status(status, Complaint(code, message))

    assert (error.kind, error.transient) == ("budget_exhausted", False)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "Rate limit exceeded"),
        ("rate_limit_quota", ""),
        ("", "Quota exceeded for requests per minute"),
        ("", "Too many requests"),
        ("", ""),
    ],
)
def test_pace_is_not_money(code: str, message: str) -> None:
    """429 that speaks of requests in a time is a rate limit, even when it says "quota"."""
    assert classifier.for_status(429, Complaint(code, message)).kind == "rate_limited"


def test_reasons_of_400() -> None:
    """A prompt that is too long and a refused content have kinds of their own."""
    for complaint, kind in (
        (Complaint("context_length_exceeded", ""), "context_length"),
        (Complaint("", "maximum context is 8192 tokens"), "context_length"),
        (Complaint("content_filter", "no"), "content_policy"),
    ):
        assert classifier.for_status(400, complaint).kind == kind


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("overloaded_error", "", "overloaded"),
        ("", "The model is overloaded", "overloaded"),
        ("rate_limit_error", "", "rate_limited"),
        ("", "Rate limit exceeded", "rate_limited"),
        ("", "Unauthorized access", "auth"),
        ("", "Budget limit exceeded", "budget_exhausted"),
        ("503", "", "server_error"),
        ("429", "Budget limit exceeded", "budget_exhausted"),
        ("", "permission denied", "permission"),
        ("model_not_found", "", "not_found"),
        ("timeout", "", "timeout"),
        ("invalid_item", "", "invalid_request"),
        ("", "something else", "server_error"),
        ("", "", "server_error"),
    ],
)
def test_words(code: str, message: str, kind: str) -> None:
    """Without a status, code and message tell; what tells nothing is a server error."""
    assert classifier.for_words(Complaint(code, message)).kind == kind


def test_work_that_may_be_done() -> None:
    """Only what a go-between says leaves open whether the work was done."""
    assert classifier.may_be_done(504)
    assert not classifier.may_be_done(503)

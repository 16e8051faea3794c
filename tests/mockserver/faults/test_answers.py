"""Faults that answer in place of the API."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from pydantic import ValidationError

from mockserver.faults import answers
from mockserver.retry_after import MALFORMED

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer
    from mockserver.facts import RequestFacts

JSON = ("Content-Type", "application/json")


def document_of(answer: Answer) -> Any:
    assert isinstance(answer.body, bytes)
    return orjson.loads(answer.body)


@pytest.fixture
def facts(make_facts: Callable[..., RequestFacts]) -> RequestFacts:
    return make_facts()


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "Unauthorized access"),
        (429, "Rate limit exceeded"),
        (503, "Unavailable"),
        (599, "HTTP 599"),
    ],
)
def test_a_status_has_pawa_s_body(facts: RequestFacts, status: int, message: str) -> None:
    """Known errors say what the documents show; others name the code."""
    answer = answers.Status(status=status).answer(facts)

    assert answer.status == status
    assert document_of(answer) == {"success": False, "message": message, "data": None}


def test_a_successful_status_has_a_successful_body(facts: RequestFacts) -> None:
    """202 without a body of its own does not call itself a failure."""
    assert document_of(answers.Status(status=202).answer(facts))["success"] is True
    assert answers.Status(status=202).answer(facts).status == 202


def test_a_redirect_has_no_body(facts: RequestFacts) -> None:
    """Its headers say where to go."""
    fault = answers.Status(status=307, headers={"Location": "/v1/models"})

    answer = fault.answer(facts)

    assert (answer.headers, answer.body) == ((("Location", "/v1/models"),), b"")


@pytest.mark.parametrize(
    ("given", "sent", "kind"),
    [
        ({"detail": ["x"]}, b'{"detail":["x"]}', "application/json"),
        ([1], b"[1]", "application/json"),
        ('{"a": 1}', b'{"a": 1}', "application/json"),
        ("upstream failed", b"upstream failed", "text/plain; charset=utf-8"),
        ("", b"", "text/plain; charset=utf-8"),
    ],
)
def test_a_given_body_is_sent(facts: RequestFacts, given: Any, sent: bytes, kind: str) -> None:
    """A text goes out as it is, typed by what it is; anything else as JSON."""
    answer = answers.Status(status=500, body=given).answer(facts)

    assert (answer.body, answer.headers) == (sent, (("Content-Type", kind),))


def test_given_headers_replace_the_usual_ones(facts: RequestFacts) -> None:
    """Whatever the case of the name, there is one of each."""
    fault = answers.Status(status=500, headers={"content-type": "text/x", "X-A": "1"})

    assert fault.answer(facts).headers == (("content-type", "text/x"), ("X-A", "1"))


@pytest.mark.parametrize("hint", ["2", *MALFORMED.values()])
def test_retry_after_is_written_exactly_as_given(facts: RequestFacts, hint: str) -> None:
    """Valid or not, the client sees this very text."""
    answer = answers.Status(status=429, retry_after=hint).answer(facts)

    assert ("Retry-After", hint) in answer.headers


def test_retry_after_may_be_a_bare_number(facts: RequestFacts) -> None:
    """In a rules file 2 means the same as "2"."""
    fault = answers.Status.model_validate({"status": 429, "retry_after": 2})

    assert ("Retry-After", "2") in fault.answer(facts).headers


@pytest.mark.parametrize("form", ["imf", "rfc850", "asctime"])
def test_a_retry_after_date_counts_from_the_request(facts: RequestFacts, form: str) -> None:
    """The date lies in_s seconds after the arrival, rounded up to a whole second."""
    fault = answers.Status.model_validate(
        {"status": 503, "retry_after_date": {"form": form, "in_s": 3}}
    )

    hint = dict(fault.answer(facts).headers)["Retry-After"]

    zoned = hint if hint.endswith("GMT") else hint + " +0000"
    assert parsedate_to_datetime(zoned).timestamp() == 1_700_000_004.0


@pytest.mark.parametrize(
    "settings",
    [
        {"status": 199},
        {"status": 1000},
        {"status": 503, "retry_after": "2\r\nX: y"},
        {"status": 503, "retry_after": True},
        {"status": 503, "retry_after": "2", "retry_after_date": {"in_s": 2}},
        {"status": 503, "retry_after_date": {"form": "iso", "in_s": 2}},
        {"status": 503, "headers": {"Content-Length": "3"}},
        {"status": 503, "headers": {"transfer-encoding": "chunked"}},
        {"status": 503, "headers": {"a b": "1"}},
        {"status": 503, "headers": {"a": "1\n"}},
    ],
)
def test_what_cannot_be_sent_is_refused(settings: dict[str, Any]) -> None:
    """Framing belongs to the connection's faults; a header is one line."""
    with pytest.raises(ValidationError):
        answers.Status.model_validate(settings)


@pytest.mark.parametrize("spelling", [402, 403, 429])
def test_a_spent_budget_has_three_spellings(facts: RequestFacts, spelling: Any) -> None:
    """The status differs; message and code say budget in each, and there is no Retry-After."""
    answer = answers.BudgetExhausted(spelling=spelling).answer(facts)

    assert (answer.status, answer.headers) == (spelling, (JSON,))
    assert document_of(answer)["message"] == "Budget limit exceeded"
    assert document_of(answer)["code"] == "budget_exceeded"


def test_success_false_calls_itself_200(facts: RequestFacts) -> None:
    """The status lies, the body does not."""
    answer = answers.SuccessFalse(message="no").answer(facts)

    assert answer.status == 200
    assert document_of(answer) == {"success": False, "message": "no", "data": None}


def test_an_html_page_names_its_status(facts: RequestFacts) -> None:
    """It looks like what a proxy sends."""
    answer = answers.HtmlPage(status=502).answer(facts)

    assert answer.status == 502
    assert answer.headers == (("Content-Type", "text/html; charset=utf-8"),)
    assert isinstance(answer.body, bytes)
    assert b"<title>502 Bad Gateway</title>" in answer.body


def test_an_empty_body_still_calls_itself_json(facts: RequestFacts) -> None:
    """A client that parses without looking fails on nothing."""
    answer = answers.EmptyBody().answer(facts)

    assert (answer.status, answer.headers, answer.body) == (200, (JSON,), b"")


def test_problem_json_has_the_standard_s_members(facts: RequestFacts) -> None:
    """type, title and status as in RFC 9457, and the code as an extension."""
    answer = answers.ProblemJson(status=503, title="Busy", code="busy").answer(facts)

    assert answer.headers == (("Content-Type", "application/problem+json"),)
    assert document_of(answer) == {
        "type": "about:blank",
        "title": "Busy",
        "status": 503,
        "code": "busy",
    }

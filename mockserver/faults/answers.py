"""Faults that answer in place of the API: statuses, and bodies that are not what was promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import orjson
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    model_validator,
)

from mockserver import retry_after
from mockserver.answer import JSON_TYPE, Answer
from mockserver.api import envelope
from mockserver.delivery import standard_reason
from mockserver.faults.base import (
    FRAMING_HEADERS,
    Fault,
    HeaderName,
    HeaderValue,
    StatusCode,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.answer import Headers
    from mockserver.facts import RequestFacts

TEN_YEARS_S = 315_360_000.0


def spelled(value: object) -> object:
    """A bare number is the header value that is written like it."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


class RetryAfterDate(BaseModel):
    """A Retry-After date: in which form, and how many seconds from the answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: retry_after.DateForm = "imf"
    in_s: Annotated[float, Field(ge=-TEN_YEARS_S, le=TEN_YEARS_S, allow_inf_nan=False, strict=True)]


class Status(Fault):
    """Any status, with Pawa's body for it or a given one."""

    summary: ClassVar[str] = "This status at once, with Pawa's error body or the given one."
    example: ClassVar[dict[str, Any]] = {"kind": "status", "status": 503, "retry_after": "2"}

    kind: Literal["status"] = "status"
    status: StatusCode = Field(description="status code of the answer")
    headers: dict[HeaderName, HeaderValue] = Field(
        default_factory=dict, description="further headers, or others in place of the usual ones"
    )
    body: JsonValue = Field(
        default=None,
        description="a text is sent as it is, anything else as JSON; without it, Pawa's body",
    )
    retry_after: Annotated[HeaderValue, BeforeValidator(spelled)] | None = Field(
        default=None, description="Retry-After, written exactly so, be it valid or not"
    )
    retry_after_date: RetryAfterDate | None = Field(
        default=None,
        description="Retry-After as a date: form (imf, rfc850, asctime) and in_s seconds from now",
    )

    @model_validator(mode="after")
    def _one_hint_and_no_framing(self) -> Self:
        if self.retry_after is not None and self.retry_after_date is not None:
            raise ValueError("has retry_after and retry_after_date; keep one")
        framing = sorted(FRAMING_HEADERS & {name.lower() for name in self.headers})
        if framing:
            raise ValueError(
                f"cannot set the header {framing[0]!r}, which frames the body; see cut_body"
            )
        return self

    def answer(self, facts: RequestFacts) -> Answer:
        """The status with its body; a Retry-After date counts from the request's arrival."""
        usual = self._usual() if self.body is None else self._given()
        headers = (*usual.headers, *self._hint(facts.wall))
        return Answer(self.status, overridden(headers, self.headers), usual.body)

    def _usual(self) -> Answer:
        """Pawa's own body: an error, or a success without data; a redirect has none."""
        if self.status == 401:
            return envelope.unauthorized()
        if self.status >= 400:
            return envelope.failure(self.status)
        if self.status >= 300:
            return Answer(self.status)
        return envelope.success(standard_reason(self.status), None)

    def _given(self) -> Answer:
        if not isinstance(self.body, str):
            return Answer(self.status, (JSON_TYPE,), orjson.dumps(self.body))
        data = self.body.encode()
        return Answer(self.status, (_type_of(data),), data)

    def _hint(self, wall: float) -> Headers:
        if self.retry_after is not None:
            return (("Retry-After", self.retry_after),)
        hint = self.retry_after_date
        if hint is None:
            return ()
        return (("Retry-After", retry_after.date(hint.form, wall + hint.in_s)),)


class BudgetExhausted(Fault):
    """The answer of a project whose budget is spent, in any of its possible spellings."""

    summary: ClassVar[str] = "The answer of a project whose budget is spent, with that status."
    example: ClassVar[dict[str, Any]] = {"kind": "budget_exhausted", "spelling": 402}

    kind: Literal["budget_exhausted"] = "budget_exhausted"
    spelling: Literal[402, 403, 429] = Field(default=402, description="status code of the answer")

    def answer(self, facts: RequestFacts) -> Answer:  # noqa: ARG002 - the same for each request
        """The budget error."""
        return envelope.budget_exhausted(self.spelling)


class SuccessFalse(Fault):
    """A failure that calls itself 200."""

    summary: ClassVar[str] = 'Status 200 with `"success": false` in the body.'
    example: ClassVar[dict[str, Any]] = {"kind": "success_false", "message": "Model unavailable"}

    kind: Literal["success_false"] = "success_false"
    message: Text = Field(default="The request failed", description="message in the body")

    def answer(self, facts: RequestFacts) -> Answer:  # noqa: ARG002 - the same for each request
        """A failure envelope under 200."""
        return envelope.failure(200, self.message)


class HtmlPage(Fault):
    """What a proxy says when the API behind it cannot."""

    summary: ClassVar[str] = "An HTML page in place of JSON."
    example: ClassVar[dict[str, Any]] = {"kind": "html_page", "status": 502}

    kind: Literal["html_page"] = "html_page"
    status: StatusCode = Field(default=200, description="status code of the answer")

    def answer(self, facts: RequestFacts) -> Answer:  # noqa: ARG002 - the same for each request
        """A page titled with the status."""
        title = f"{self.status} {standard_reason(self.status)}".strip()
        page = (
            f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>"
            f"<body><h1>{title}</h1></body></html>\n"
        )
        return Answer(self.status, (("Content-Type", "text/html; charset=utf-8"),), page.encode())


class EmptyBody(Fault):
    """A reply of nothing that still calls itself JSON."""

    summary: ClassVar[str] = "A JSON content type with a body of no bytes (`Content-Length: 0`)."
    example: ClassVar[dict[str, Any]] = {"kind": "empty_body"}

    kind: Literal["empty_body"] = "empty_body"
    status: StatusCode = Field(default=200, description="status code of the answer")

    def answer(self, facts: RequestFacts) -> Answer:  # noqa: ARG002 - the same for each request
        """Headers only."""
        return Answer(self.status, (JSON_TYPE,))


class ProblemJson(Fault):
    """An error in the standard's format in place of Pawa's (RFC 9457)."""

    summary: ClassVar[str] = "An `application/problem+json` error (RFC 9457) in place of Pawa's."
    example: ClassVar[dict[str, Any]] = {
        "kind": "problem_json",
        "status": 503,
        "title": "Service unavailable",
        "code": "unavailable",
    }

    kind: Literal["problem_json"] = "problem_json"
    status: StatusCode = Field(default=503, description="status code of the answer")
    title: Text = Field(default="Service unavailable", description="title of the problem")
    code: Text = Field(default="unavailable", description="machine-readable code of the problem")

    def answer(self, facts: RequestFacts) -> Answer:  # noqa: ARG002 - the same for each request
        """The problem document."""
        problem = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        kind = ("Content-Type", "application/problem+json")
        return Answer(self.status, (kind,), orjson.dumps(problem))


def overridden(headers: Headers, given: Mapping[str, str]) -> Headers:
    """The headers, less those that are given anew, plus the given ones."""
    names = {name.lower() for name in given}
    usual = tuple(pair for pair in headers if pair[0].lower() not in names)
    return (*usual, *given.items())


def _type_of(body: bytes) -> tuple[str, str]:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return ("Content-Type", "text/plain; charset=utf-8")
    return JSON_TYPE

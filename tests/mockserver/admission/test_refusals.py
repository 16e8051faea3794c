"""What each refusal says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from mockserver.admission import refusals
from mockserver.admission.windows import NEVER

if TYPE_CHECKING:
    from mockserver.answer import Answer


def message(answer: Answer) -> str:
    assert isinstance(answer.body, bytes)
    return str(orjson.loads(answer.body)["message"])


def test_a_rate_limit_says_the_documented_words_and_when_to_come_back() -> None:
    """Or others, where waiting does not help."""
    plain = refusals.rate_limited((("Retry-After", "2"),))
    told = refusals.rate_limited(message="too much")

    assert (plain.status, message(plain)) == (429, "Rate limit exceeded")
    assert plain.headers[-1] == ("Retry-After", "2")
    assert message(told) == "too much"


@pytest.mark.parametrize(
    ("status", "left_ns", "hints"),
    [(403, 2_000_000_000, []), (429, 2_000_000_000, ["2"]), (429, NEVER, [])],
)
def test_a_blocked_key_hears_when_only_where_that_helps(
    status: int, left_ns: int, hints: list[str]
) -> None:
    """A 403 says nothing of it, nor does a block without an end."""
    answer = refusals.key_blocked(status, "seconds", left_ns, 0.0)

    assert (answer.status, message(answer)) == (status, "API key blocked")
    assert [value for name, value in answer.headers if name == "Retry-After"] == hints


def test_what_is_forbidden_is_named() -> None:
    """Whose it is not, and what."""
    there = refusals.forbidden(refusals.elsewhere("project 'a'", "staging", "production"))
    model = refusals.forbidden(refusals.not_allowed("API key 'b'", "model 'm'"))

    assert there.status == model.status == 403
    assert message(there) == (
        "Forbidden: project 'a' is for environment 'staging', and this is 'production'"
    )
    assert message(model) == "Forbidden: API key 'b' may not use model 'm'"

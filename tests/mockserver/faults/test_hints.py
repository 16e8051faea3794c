"""What an answer says about coming back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest
from pydantic import ValidationError

from mockserver import retry_after
from mockserver.answer import Answer
from mockserver.faults.hints import Malformed, RetryAfter

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.facts import RequestFacts

    MakeFacts = Callable[..., RequestFacts]

REFUSED = Answer(429, (("Retry-After", "2"), ("retry-after-ms", "2000"), ("X-A", "1")))


def test_a_hint_takes_the_place_of_the_answer_s_own(make_facts: MakeFacts) -> None:
    """Only that of the same name."""
    shaped = RetryAfter(value=7).shape_reply(REFUSED, make_facts())  # type: ignore[arg-type]

    assert shaped.headers == (("Retry-After", "7"), ("retry-after-ms", "2000"), ("X-A", "1"))


def test_no_hint_is_left(make_facts: MakeFacts) -> None:
    """Under none of its names; an answer without one stays."""
    bare = RetryAfter(absent=True).shape_reply(REFUSED, make_facts())

    assert bare.headers == (("X-A", "1"),)
    assert RetryAfter(absent=True).shape_reply(bare, make_facts()) is bare


def test_a_date_counts_from_the_arrival(make_facts: MakeFacts) -> None:
    """Rounded up to a whole second."""
    fault = RetryAfter.model_validate({"date": {"form": "imf", "in_s": 3}})

    shaped = fault.shape_reply(Answer(503), make_facts(wall=1_000_000_000.5))

    assert shaped.headers == (("Retry-After", "Sun, 09 Sep 2001 01:46:44 GMT"),)


def test_every_malformed_value_has_its_name() -> None:
    """The list of the setting is that of the spellings."""
    assert get_args(Malformed) == tuple(retry_after.MALFORMED)


def test_what_is_malformed_is_sent_as_it_is(make_facts: MakeFacts) -> None:
    """Also under a name that speaks of milliseconds."""
    fault = RetryAfter(header="retry-after-ms", malformed="negative")

    assert fault.shape_reply(Answer(503), make_facts()).headers == (("retry-after-ms", "-5"),)


@pytest.mark.parametrize(
    "settings",
    [{}, {"absent": False}, {"value": 1, "absent": True}, {"value": 1, "malformed": "zero"}],
)
def test_a_hint_says_one_thing(settings: dict[str, Any]) -> None:
    """Neither nothing nor two things at once."""
    with pytest.raises(ValidationError, match="give one of"):
        RetryAfter(**settings)

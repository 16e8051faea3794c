"""Missing fields, further fields, and numbers that JSON has not."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from pydantic import ValidationError

from mockserver.faults.fields import ExtraFields, MissingFields, NonFiniteNumber

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer
    from mockserver.draws import Draws

    MakeAnswer = Callable[..., Answer]

BODY = b'{"ok":true,"data":{"items":[{"n":1},{"n":2},{"n":3}],"name":"a"}}'


def document(answer: Answer) -> Any:
    assert isinstance(answer.body, bytes)
    return orjson.loads(answer.body)


def test_fields_are_taken_out_at_any_depth(make_answer: MakeAnswer, draws: Draws) -> None:
    """Of tables and of lists; the rest stays in its order."""
    fault = MissingFields(fields=("ok", "data.items.0", "data.items.*.n"))

    assert document(fault.shape_answer(make_answer(BODY), draws)) == {
        "data": {"items": [{}, {}], "name": "a"}
    }


def test_a_whole_list_can_be_emptied(make_answer: MakeAnswer, draws: Draws) -> None:
    """Every index at once: none moves before it is taken."""
    fault = MissingFields(fields=("data.items.*",))

    assert document(fault.shape_answer(make_answer(BODY), draws))["data"]["items"] == []


def test_fields_that_are_not_there_cannot_be_missing(make_answer: MakeAnswer, draws: Draws) -> None:
    """The fault says by identity that it had no effect."""
    answer = make_answer(BODY)

    assert MissingFields(fields=("data.nothing", "x.y")).shape_answer(answer, draws) is answer


def test_fields_are_added_and_overwritten(make_answer: MakeAnswer, draws: Draws) -> None:
    """What a path names is set, whether it was there or not."""
    fault = ExtraFields(fields={"data.items.1.n": "two", "data.more": {"deep": 1}})

    found = document(fault.shape_answer(make_answer(BODY), draws))["data"]

    assert found["items"][1] == {"n": "two"}
    assert found["more"] == {"deep": 1}


def test_a_field_needs_somewhere_to_be(make_answer: MakeAnswer, draws: Draws) -> None:
    """No table is made for it."""
    answer = make_answer(BODY)

    assert ExtraFields(fields={"no.where": 1}).shape_answer(answer, draws) is answer


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_is_none(make_answer: MakeAnswer, draws: Draws, value: Any) -> None:
    """The first number of the reply; a strict reader refuses it, a lenient one reads it."""
    body = NonFiniteNumber(value=value).shape_answer(make_answer(BODY), draws).body

    assert isinstance(body, bytes)
    assert body == BODY.replace(b'"n":1', b'"n":' + value.encode())
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(body)
    assert not math.isfinite(json.loads(body)["data"]["items"][0]["n"])


@pytest.mark.parametrize("body", [b'{"a":"b","c":true}', b"[]"])
def test_there_must_be_a_number_or_the_field(
    make_answer: MakeAnswer, draws: Draws, body: bytes
) -> None:
    """A truth is no number; a field that is not there is not made."""
    answer = make_answer(body)

    assert NonFiniteNumber().shape_answer(answer, draws) is answer
    assert NonFiniteNumber(field="x").shape_answer(answer, draws) is answer


@pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a b", "a..b"])
def test_paths_that_name_nothing_are_refused(path: str) -> None:
    """Names joined by dots, without space."""
    with pytest.raises(ValidationError):
        MissingFields(fields=(path,))
    with pytest.raises(ValidationError):
        ExtraFields(fields={path: 1})

"""Faults in the results of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mockserver.answer import Answer
from mockserver.draws import Draws
from mockserver.faults.items import Items

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import EventStream

DRAWS = Draws(seed=7, rule_id="rule-1", token="call-0123456789ab", attempt=1)


def batch(size: int) -> Answer:
    vectors = [[float(number)] for number in range(size)]
    return Answer(200, (), orjson.dumps({"success": True, "data": {"embeddings": vectors}}))


def entries(answer: Answer) -> list[Any]:
    assert isinstance(answer.body, bytes)
    found: list[Any] = orjson.loads(answer.body)["data"]["embeddings"]
    return found


def shaped(size: int = 4, **settings: Any) -> list[Any]:
    return entries(Items(**settings).shape_answer(batch(size), DRAWS))


def test_results_carry_the_index_of_their_sentence() -> None:
    """In the given order, each entry names whose it is."""
    assert shaped(2) == [{"index": 0, "embedding": [0.0]}, {"index": 1, "embedding": [1.0]}]


def test_reversed_results_still_name_their_sentence() -> None:
    """The last comes first, with its own vector."""
    assert shaped(3, order="reversed")[0] == {"index": 2, "embedding": [2.0]}


@given(st.integers(2, 20), st.integers(0, 1000))
def test_shuffled_results_are_all_there_in_another_order(size: int, seed: int) -> None:
    """A permutation that the seed decides, and never the given order."""
    fault = Items(order="shuffled")
    chance = Draws(seed, "rule-1", "call-0123456789ab", 1)

    found = entries(fault.shape_answer(batch(size), chance))

    order = [entry["index"] for entry in found]
    assert sorted(order) == list(range(size))
    assert order != list(range(size))
    assert all(entry["embedding"] == [float(entry["index"])] for entry in found)
    assert found == entries(fault.shape_answer(batch(size), chance))


def test_a_failed_item_has_an_error_in_place_of_its_vector() -> None:
    """The others are healthy."""
    found = shaped(4, errors=[3], message="too long")

    assert found[3] == {"index": 3, "error": {"code": "invalid_item", "message": "too long"}}
    assert found[2] == {"index": 2, "embedding": [2.0]}


def test_items_are_lost_and_others_are_too_many() -> None:
    """What is left keeps its index; surplus repeats the last vector under indexes of its own."""
    found = shaped(3, missing=[0], surplus=2)

    assert [entry["index"] for entry in found] == [1, 2, 3, 4]
    assert [entry["embedding"] for entry in found] == [[1.0], [2.0], [2.0], [2.0]]


@given(
    st.integers(1, 20),
    st.sets(st.integers(0, 25), min_size=1, max_size=5),
    st.integers(0, 3),
    st.sampled_from(["given", "reversed", "shuffled"]),
)
def test_what_is_missing_is_missing_and_the_rest_is_there_once(
    size: int, missing: set[int], surplus: int, order: str
) -> None:
    """In every order; indexes that are not there lose nothing."""
    fault = Items.model_validate({"missing": sorted(missing), "surplus": surplus, "order": order})
    answer = batch(size)

    changed = fault.shape_answer(answer, DRAWS)

    if not any(index < size for index in missing):
        assert changed is answer
        return
    there = sorted(set(range(size)) - missing)
    assert sorted(entry["index"] for entry in entries(changed)) == [
        *there,
        *range(size, size + surplus),
    ]


def test_bare_vectors_in_another_order_are_somebody_else_s() -> None:
    """Without an index nothing says whose a vector is; a failed item is still named."""
    assert shaped(3, order="reversed", indexed=False) == [[2.0], [1.0], [0.0]]
    assert shaped(2, errors=[0], indexed=False)[0]["index"] == 0


def test_an_error_for_an_item_that_is_not_there_has_no_effect() -> None:
    """Item 9 of 4 cannot fail: the fault was not delivered."""
    answer = batch(4)

    assert Items(errors=(9,)).shape_answer(answer, DRAWS) is answer


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"no json", b'{"data":{"embeddings":3}}'])
def test_other_replies_are_not_touched(body: bytes) -> None:
    """Only embeddings have items."""
    answer = Answer(200, (), body)

    assert Items().shape_answer(answer, DRAWS) is answer


def test_streams_are_not_touched(make_stream: Callable[..., EventStream]) -> None:
    """A stream has no items."""
    answer = Answer(200, (), make_stream())

    assert Items().shape_answer(answer, DRAWS) is answer


def test_an_item_cannot_fail_and_be_missing() -> None:
    """One of the two."""
    with pytest.raises(ValidationError, match="item 1 cannot both fail and be missing"):
        Items(errors=(1,), missing=(0, 1))


def test_settings_that_change_nothing_are_refused() -> None:
    """Such a rule would look like a fault and be none."""
    with pytest.raises(ValidationError, match="changes nothing"):
        Items(indexed=False)

"""Bodies into answers, and never a value on the wrong sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference.answers import Usage
from scenarios.reference.classify import Classifier
from scenarios.reference.errors import BadResponseError, PawaError
from scenarios.reference.replies import read_chat_part, read_object, read_usage, read_vectors

if TYPE_CHECKING:
    from random import Random

classifier = Classifier()


def envelope(data: Any) -> dict[str, Any]:
    return {"success": True, "message": "ok", "data": data}


def kinds(vectors: tuple[Any, ...]) -> list[str]:
    return [item.kind if isinstance(item, PawaError) else "vector" for item in vectors]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"<html>",
        b"[]",
        b"1",
        b"\xff",
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":' * 99_999,
    ],
)
def test_no_object(body: bytes) -> None:
    """What is no JSON object is a bad response."""
    with pytest.raises(BadResponseError):
        read_object(body)


def test_marked_objects() -> None:
    """A BOM in front of a body does no harm."""
    assert read_object(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_both_shapes() -> None:
    """Text, finish reason and usage are found in whole answers and in both chunk shapes."""
    message = {"content": "Habari"}
    usage = {"tokensIn": 1, "tokensOut": 2}
    whole = {"request": [{"message": message, "finish_reason": "stop"}], "usage": usage}
    chunk = {"message": message, "finish_reason": "stop", "usage": usage}

    for data in (whole, chunk):
        part = read_chat_part(envelope(data))
        assert (part.text, part.finish_reason, part.usage) == ("Habari", "stop", Usage(1, 2))


def test_parts_of_content() -> None:
    """Content in parts is joined; parts that are no text are left out."""
    content = [
        {"type": "text", "text": "a"},
        {"type": "image_url"},
        "b",
        {"type": "text", "text": "c"},
    ]

    assert read_chat_part(envelope({"message": {"content": content}})).text == "ac"


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "data",
                    "request",
                    "message",
                    "content",
                    "usage",
                    "tokens_in",
                    "tool_calls",
                    "error",
                    "finish_reason",
                    "embeddings",
                    "index",
                    "embedding",
                    "success",
                    "text",
                    "code",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["data", "success", "error", "usage"]), json_values))
def test_any_object(value: dict[str, Any]) -> None:
    """No object makes the reading crash: there is a value or a typed error."""
    part = read_chat_part(value)
    assert isinstance(part.text, str)
    try:
        vectors = read_vectors(value, 2, classifier)
    except BadResponseError:
        return
    assert len(vectors) == 2


@given(st.integers(1, 30), st.randoms(use_true_random=False))
def test_shuffled_vectors(count: int, random: Random) -> None:
    """Vectors with an index go where it says, in any order."""
    entries = [{"index": index, "embedding": [index / 7]} for index in range(count)]
    random.shuffle(entries)

    vectors = read_vectors(envelope({"embeddings": entries}), count, classifier)

    assert vectors == tuple((index / 7,) for index in range(count))


def test_bare_vectors() -> None:
    """Bare vectors are taken in order, under ``embeddings`` or as the data itself."""
    for data in ({"embeddings": [[1], [2.5]]}, [[1], [2.5]]):
        assert read_vectors(envelope(data), 2, classifier) == ((1.0,), (2.5,))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_wrong_number(count: int) -> None:
    """Without indexes a wrong number of vectors is an error: nobody can tell whose is missing."""
    with pytest.raises(BadResponseError, match=f"{count} embeddings for 2 sentences"):
        read_vectors(envelope({"embeddings": [[1.0]] * count}), 2, classifier)


def test_missing_and_doubled_indexes() -> None:
    """A missing or doubled index is an error of that item; the others keep theirs."""
    entries = [{"index": index, "embedding": [float(index)]} for index in (0, 2, 2)]

    vectors = read_vectors(envelope({"embeddings": entries}), 4, classifier)

    assert kinds(vectors) == ["vector", "bad_response", "bad_response", "bad_response"]


@pytest.mark.parametrize("index", [-1, 2, True, "0", None, 1.0])
def test_impossible_indexes(index: Any) -> None:
    """An index that points nowhere makes the answer unusable."""
    entries = [{"index": 0, "embedding": [0.0]}, {"index": index, "embedding": [1.0]}]

    with pytest.raises(BadResponseError, match="index"):
        read_vectors(envelope({"embeddings": entries}), 2, classifier)


def test_item_errors() -> None:
    """An error entry is the typed error of that item."""
    error = {"error": {"code": "invalid_item", "message": "cannot embed this"}}

    vectors = read_vectors(envelope({"embeddings": [[1.0], error]}), 2, classifier)

    assert kinds(vectors) == ["vector", "invalid_request"]
    assert isinstance(vectors[1], PawaError)
    assert (vectors[1].code, vectors[1].message) == ("invalid_item", "cannot embed this")


@pytest.mark.parametrize("bad", ["null", "[]", '["1"]', "[true]", "[1e400]", "[null]", "{}", "7"])
def test_bad_vectors(bad: str) -> None:
    """A vector that is none is the error of that item."""
    entries = [json.loads(bad), [1.0]]

    assert kinds(read_vectors(envelope({"embeddings": entries}), 2, classifier)) == [
        "bad_response",
        "vector",
    ]


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"tokens_in": 3, "tokens_out": 0}, Usage(3, 0)),
        ({"tokens_in": -3, "tokens_out": 0}, None),
        ({"tokens_in": "3", "tokens_out": 0}, None),
        ({"tokens_in": 3}, None),
        ([], None),
    ],
)
def test_usage(usage: Any, read: Usage | None) -> None:
    """Usage is taken whole or not at all; nothing is made up."""
    assert read_usage(envelope({"usage": usage})) == read

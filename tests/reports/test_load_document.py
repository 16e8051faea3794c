"""The key `load` of results.json."""

from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.document import SCHEMA_FILE, DocumentError, from_json, to_json
from reports.load import BETTER, Figure, Load, Series, Span
from reports.results import Results
from tests.reports.load_makers import make_load_results
from tests.reports.makers import make_client, make_row, make_run, one_of_each

VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text("utf-8")))

texts = st.text(max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)
perhaps = st.none() | st.floats()


@st.composite
def loads(draw: st.DrawFn) -> Load:
    length = draw(st.integers(0, 4))
    values = st.lists(perhaps, min_size=length, max_size=length)
    return Load(
        draw(texts),
        draw(texts),
        draw(st.booleans()),
        draw(numbers),
        draw(st.lists(numbers, min_size=length, max_size=length)),
        draw(st.lists(st.builds(Span, texts, texts, numbers, numbers, texts), max_size=2)),
        draw(st.lists(st.builds(Series, texts, texts, texts, texts, values), max_size=2)),
        draw(st.lists(st.builds(Figure, texts, texts, texts, perhaps, texts, better), max_size=2)),
        draw(st.dictionaries(texts, st.integers(0, 2**40), max_size=2)),
        draw(st.dictionaries(texts, texts, max_size=2)),
    )


better = st.sampled_from(BETTER)


@given(loads())
def test_a_load_test_is_read_back_as_it_was(load: Load) -> None:
    """Every series and figure survives, and the schema agrees."""
    results = Results(make_run(), make_client(), [make_row()], load)
    written = to_json(results)

    assert from_json(written) == results
    VALIDATOR.validate(json.loads(written))


def test_a_whole_outage_is_read_back_as_it_was() -> None:
    """The example that the page is tested with is a legal document."""
    results = make_load_results()

    assert from_json(to_json(results)) == results
    VALIDATOR.validate(json.loads(to_json(results)))


def test_a_document_from_before_load_tests_can_still_be_read() -> None:
    """It has no key `load`; it is one of scenarios, whose `load` is null today."""
    old = json.loads(to_json(one_of_each()))
    assert old.pop("load") is None

    assert from_json(json.dumps(old)) == one_of_each()
    VALIDATOR.validate(old)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("load", [], "load: [] is not an object"),
        ("load.quick", 0, "load.quick: 0 is not true or false"),
        ("load.extra", 0, "load.extra: unknown key; remove it"),
        ("load.times_s.3", None, "load.times_s[3]: None is not a number"),
        ("load.spans.1.end_s", "5", "load.spans[1].end_s: '5' is not a number"),
        ("load.series.2.values.7", "x", "load.series[2].values[7]: 'x' is not a number"),
        ("load.series.2.values", [1], "load: series goodput: a value for each of times_s"),
        ("load.figures.0.better", "more", "load.figures[0].better: 'more' is not one of higher"),
        ("load.figures.0.n", 1.5, "load.figures[0].n: 1.5 is not a whole number"),
        ("load.counts.attempts", True, "load.counts.attempts: True is not a whole number"),
        ("load.files.requests", 1, "load.files.requests: 1 is not text"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(place: str, value: Any, message: str) -> None:
    """As everywhere in the document."""
    broken = json.loads(to_json(make_load_results()))
    target: Any = broken
    *path, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    for part in path:
        target = target[part]
    target[last] = value

    with pytest.raises(DocumentError) as caught:
        from_json(json.dumps(broken))

    assert str(caught.value).startswith(f"results.json: {message}")

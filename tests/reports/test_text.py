"""Foreign text made fit for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.text import anchor, cut, grouped, seconds, shortened, value_text, visible

if TYPE_CHECKING:
    from reports.results import JsonValue


def test_control_signs_are_drawn() -> None:
    """A carriage return, a NUL and an escape are seen; line feeds and tabs do their work."""
    assert visible("a\r\n\tb\x00\x1b[31m\x7f") == "a␍\n\tb␀␛[31m␡"


@pytest.mark.parametrize("sign", list("\u202e\u2066\u200f\ufeff\x85\ud800\uffff"))
def test_signs_that_would_deceive_or_break_are_spelled(sign: str) -> None:
    """Directions that reorder a line, marks without width and illegal XML are spelled out."""
    assert visible(f"a{sign}b") == f"a\\u{ord(sign):04x}b"


@given(st.text())
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    """Making visible twice changes nothing more, and printable text is not touched at all."""
    assert visible(visible(text)) == visible(text)
    if text.isprintable():
        assert visible(text) == text


@given(st.text(), st.integers(0, 50))
def test_a_cut_keeps_head_and_tail_and_counts_the_rest(text: str, limit: int) -> None:
    """Whatever is cut is counted; head and tail are really the text's own."""
    excerpt = cut(text, limit)

    assert len(excerpt.head) + excerpt.missing + len(excerpt.tail) == len(text)
    assert len(excerpt.head) + len(excerpt.tail) == min(limit, len(text))
    assert text.startswith(excerpt.head)
    assert text.endswith(excerpt.tail)


def test_a_tail_gets_what_it_needs_up_to_a_half() -> None:
    """And a quarter where a quarter is more."""
    text = "a" * 5000 + "z" * 5000

    assert [len(cut(text, limit, least_tail=400).tail) for limit in (600, 1000, 4000)] == [
        300,
        400,
        1000,
    ]


def test_a_shortened_text_says_so() -> None:
    """A value that is too long for a page names how much is missing."""
    assert shortened("short", 10) == "short"
    assert shortened("a" * 9000, 8) == "aaaaaa … 8\u202f992 characters cut … aa"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (0.0, "0 ms"),
        (0.0042, "4.2 ms"),
        (0.0426, "43 ms"),
        (0.999, "999 ms"),
        (1.234, "1.23 s"),
        (12.34, "12.3 s"),
        (123.4, "123 s"),
        (-0.5, "-500 ms"),
    ],
)
def test_times_are_short_and_never_a_false_zero(value: float | None, text: str) -> None:
    """Three digits that matter, in the unit in which a person thinks of them."""
    assert seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "yes"),
        (False, "no"),
        (3, "3"),
        (0.284712, "0.2847"),
        (123456.789, "123457"),
        ("ok", "ok"),
        ("", "(empty)"),
        ([0.284712, "é"], "0.2847, é"),
        ([], "none"),
        ([[0.284712], "é"], '[[0.2847], "é"]'),
        ({"a": [None, 1]}, '{"a": [null, 1]}'),
    ],
)
def test_values_are_shown_as_a_person_reads_them(value: JsonValue, text: str) -> None:
    """Numbers are rounded for the eye; results.json keeps them whole."""
    assert value_text(value) == text


def test_numbers_are_grouped() -> None:
    """Thousands are set apart by a space that no line breaks at."""
    assert grouped(1234567) == "1\u202f234\u202f567"


def test_a_rows_anchor_is_its_id() -> None:
    """Ids are their own anchors; signs that an address cannot carry are spelled."""
    assert anchor("RETRY-001") == "RETRY-001"
    assert anchor('a "b"') == "a_20__22_b_22_"

"""Retry-After in every spelling."""

from __future__ import annotations

import math
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import retry_after

# Two-digit years are read as 1969 to 2068 by Python; both RFC 850 and asctime fit in here.
MOMENTS = st.floats(min_value=0, max_value=3_000_000_000, allow_nan=False)
RFC_EXAMPLE = 784_111_777.0
"""Sun, 06 Nov 1994 08:49:37 GMT, the moment of the examples in RFC 9110 section 5.6.7."""


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("imf", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("rfc850", "Sunday, 06-Nov-94 08:49:37 GMT"),
        ("asctime", "Sun Nov  6 08:49:37 1994"),
    ],
)
def test_the_standard_s_examples(form: retry_after.DateForm, text: str) -> None:
    """The three forms are spelled as RFC 9110 section 5.6.7 spells them."""
    assert retry_after.date(form, RFC_EXAMPLE) == text


@given(st.sampled_from(get_args(retry_after.DateForm)), MOMENTS)
def test_a_date_reads_back_as_its_moment_rounded_up(
    form: retry_after.DateForm, moment: float
) -> None:
    """Who waits for the date waits at least as long as was meant, and under a second longer."""
    read = parsedate_to_datetime(retry_after.date(form, moment)).replace(tzinfo=UTC)

    assert read.timestamp() == math.ceil(moment)


@given(st.integers(0, 10**9))
def test_seconds_read_back(delay: int) -> None:
    """delay-seconds are plain digits (RFC 9110 section 10.2.3)."""
    text = retry_after.seconds(delay)

    assert text.isascii()
    assert text.isdigit()
    assert int(text) == delay


def test_negative_seconds_are_refused() -> None:
    """A negative delay is no delay-seconds; the malformed ones have their own list."""
    with pytest.raises(ValueError, match="-1"):
        retry_after.seconds(-1)


@pytest.mark.parametrize("name", sorted(set(retry_after.MALFORMED) - {"zero", "past"}))
def test_malformed_hints_are_neither_digits_nor_a_date(name: str) -> None:
    """Each of them is outside the grammar, or of a size that nobody means."""
    text = retry_after.MALFORMED[name]
    is_date = True
    try:
        parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        is_date = False

    assert not is_date or name == "iso date"
    assert not text.isdigit() or int(text) > 10**18

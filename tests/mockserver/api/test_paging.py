"""Pages of a list."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.fields import BadRequest
from mockserver.api.paging import Page, read_page


def test_without_a_limit_the_page_is_the_whole_list() -> None:
    """Whatever its number."""
    assert read_page({}).of([1, 2, 3]) == [1, 2, 3]
    assert read_page({"page": "7"}).of([1, 2, 3]) == [1, 2, 3]


@given(st.lists(st.integers(), max_size=30), st.integers(1, 10))
def test_pages_join_to_the_list(rows: list[int], limit: int) -> None:
    """Each row stands on one page, in order; behind the last page there is nothing."""
    pages = [list(Page(number, limit).of(rows)) for number in range(1, len(rows) + 2)]

    assert list(chain.from_iterable(pages)) == rows
    assert all(len(page) <= limit for page in pages)


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "1.5", "٣", "9" * 5000])
@pytest.mark.parametrize("name", ["page", "limit"])
def test_other_numbers_are_refused(name: str, text: str) -> None:
    """The line names the parameter."""
    with pytest.raises(BadRequest, match=f"{name} must be a whole number of at least 1"):
        read_page({name: text})

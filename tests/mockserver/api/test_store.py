"""What a sandbox keeps."""

from __future__ import annotations

import pytest

from mockserver.api.store import Table


def test_ids_count_from_one_and_are_never_given_twice() -> None:
    """Also after a removal."""
    table: Table[str] = Table()

    assert [table.add(lambda number: f"row {number}") for _ in range(2)] == ["row 1", "row 2"]
    assert table.remove(2) == "row 2"
    assert table.add(lambda number: f"row {number}") == "row 3"
    assert table.all() == ("row 1", "row 3")


def test_a_row_is_changed_where_it_is() -> None:
    """One that is not there is no new one."""
    table: Table[str] = Table()
    table.add(str)
    table.put(1, "new")

    assert (table.get(1), table.get(2), table.remove(2)) == ("new", None, None)
    with pytest.raises(KeyError):
        table.put(2, "x")


def test_what_is_cleared_begins_anew() -> None:
    """Ids too."""
    table: Table[str] = Table()
    table.add(str)
    table.clear()

    assert table.all() == ()
    assert table.add(str) == "1"

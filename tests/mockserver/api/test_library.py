"""Knowledge bases and their files as they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.api import library
from mockserver.api.fields import BadRequest
from tests.mockserver.api.bases import town

if TYPE_CHECKING:
    from tests.mockserver.api.conftest import Asker


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("7", 7),
        ("007", 7),
        ("kb-7", "kb-7"),
        ("-7", "-7"),
        ("\u0667", "\u0667"),
        ("9" * 30, "9" * 30),
    ],
)
def test_a_path_names_an_integer_or_a_reference(text: str, wanted: object) -> None:
    """Whatever is no number is looked up as a reference."""
    assert library.id_in_path(text) == wanted


def test_a_body_names_either_id_under_any_of_its_names() -> None:
    """The first that is there counts."""
    assert library.read_base_id({"b": 7}, "a", "b") == 7
    assert library.read_base_id({"a": "kb-1", "b": 7}, "a", "b") == "kb-1"
    assert library.read_base_id({"a": None}, "a", "b") is None
    for wrong in (True, 1.5, "", [1], {}):
        with pytest.raises(BadRequest, match=r"a must be an integer or a reference \(kb-\.\.\.\)"):
            library.read_base_id({"a": wrong}, "a")


def test_a_base_is_found_by_either_id(ask: Asker) -> None:
    """And by nothing else."""
    entry = town(ask)

    by_number = library.find_base(ask.store, entry["id"])
    assert by_number is not None
    assert by_number is library.find_base(ask.store, entry["kbReferenceId"])
    assert library.find_base(ask.store, 2) is None
    assert library.find_base(ask.store, "1") is None


def test_passages_are_numbered_over_all_files(ask: Asker) -> None:
    """Each has a number of its own, also in another base."""
    town(ask, storage={"chunk_words": 20})
    town(ask, storage={"chunk_words": 20})
    bases = ask.store.bases.all()

    assert [p.id for p in library.passages_of(ask.store, bases[:1])] == [1, 2, 3, 4]
    assert [p.id for p in library.passages_of(ask.store, bases[1:])] == [5, 6, 7, 8]


def test_a_base_that_is_removed_takes_its_files_along(ask: Asker) -> None:
    """Those of others stay."""
    town(ask)
    town(ask)
    library.remove_base(ask.store, ask.store.bases.all()[0])

    assert {file.base_id for file in ask.store.files.all()} == {2}

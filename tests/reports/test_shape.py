"""How a record is written as a JSON object, and read back strictly."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from reports.shape import Key, Shape, by_name, many, number, or_null, text, whole


@dataclass(frozen=True)
class Leaf:
    name: str
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf, ...]
    height_m: float | None = None

    def __post_init__(self) -> None:
        if self.height_m == 0:
            raise ValueError("a tree has a height")


LEAF = Shape(Leaf, Key("name", "name", text), Key("sizes", "sizes", many(whole)))
TREE = Shape(
    Tree,
    Key("leaves", "leaves", many(LEAF.read)),
    Key("height", "height_m", or_null(number), younger=True),
)


def test_records_inside_records_are_written_by_their_own_shape() -> None:
    """Reading what was written gives the same record."""
    tree = Tree((Leaf("a", (1, 2)), Leaf("b")), 2.5)
    written = TREE.write(tree)

    assert written == {
        "leaves": [{"name": "a", "sizes": [1, 2]}, {"name": "b", "sizes": []}],
        "height": 2.5,
    }
    assert TREE.read(written, "") == tree


def test_a_younger_key_may_be_missing_and_no_other() -> None:
    """Older documents stay readable."""
    assert TREE.read({"leaves": []}, "") == Tree(())
    with pytest.raises(ValueError, match=r"^leaves: missing; this key is always written"):
        TREE.read({"height": 1}, "")


def test_what_a_record_itself_refuses_is_told_with_its_place() -> None:
    """The record knows what is wrong, the shape knows where."""
    with pytest.raises(ValueError, match=r"^oak: a tree has a height$"):
        TREE.read({"leaves": [], "height": 0}, "oak")


def test_an_object_of_any_names_is_read_value_by_value() -> None:
    """The name is part of the place."""
    assert by_name(whole)({"a": 1}, "counts") == {"a": 1}
    with pytest.raises(ValueError, match=r"counts\.a: 'x' is not a whole number"):
        by_name(whole)({"a": "x"}, "counts")

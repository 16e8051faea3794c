"""Mistakes in what people wrote, told in one line each."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Discriminator, Field, ValidationError

from mockserver.faults.complaints import complaints, fields_at, nearest, spelled


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Cat(Table):
    kind: Literal["cat"]
    cat: int
    lives: Annotated[int, Field(ge=1, le=9)] = 9


class Dog(Table):
    kind: Literal["dog"]
    tricks: list[str] = []


class Street(Table):
    kind: str | None = None


class House(Table):
    pets: list[Annotated[Cat | Dog, Discriminator("kind")]] = []
    doors: Annotated[int, Field(gt=0, strict=True)] | Literal["many"] = 1
    names: dict[str, str] = {}
    street: Street = Street()


def lines_for(written: object) -> tuple[str, ...]:
    with pytest.raises(ValidationError) as caught:
        House.model_validate(written)
    return complaints(caught.value, written, House, "house")


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ({"dors": 1}, "house.dors: unknown field; nearest: doors"),
        ({"xyz": 1}, "house.xyz: unknown field; known: pets, doors, names, street"),
        (
            {"doors": 0},
            "house.doors: must be more than 0, not 0, or must be 'many', not 0",
        ),
        ({"pets": 1}, "house.pets: must be a list, not 1"),
        ({"pets": [{"kind": "cat"}]}, "house.pets[0].cat: missing; it must be given"),
        (
            {"pets": [{"kind": "cat", "cat": 1, "lives": 10}]},
            "house.pets[0].lives: must be at most 9, not 10",
        ),
        (
            {"pets": [{"kind": "dog", "trick": []}]},
            "house.pets[0].trick: unknown field; nearest: tricks",
        ),
        ({"pets": [{"kind": "cow"}]}, "house.pets[0].kind: unknown kind 'cow'; known: cat, dog"),
        ({"street": {"kin": "x"}}, "house.street.kin: unknown field; nearest: kind"),
        ({"names": {"a": 1}}, "house.names.a: must be a text, not 1"),
        ({"names": {"a": {"b": 1}}}, "house.names.a: must be a text, not a table"),
        ({"names": {"a": [1]}}, "house.names.a: must be a text, not a list"),
    ],
)
def test_a_line_has_place_complaint_and_mend(written: Any, line: str) -> None:
    """The place is where the person wrote it; labels of unions do not show."""
    assert lines_for(written) == (line,)


def test_a_label_that_is_also_a_field_is_not_mistaken_for_it() -> None:
    """A cat's own field ``cat`` is named once, the union's label ``cat`` never."""
    assert lines_for({"pets": [{"kind": "cat", "cat": []}]}) == (
        "house.pets[0].cat: must be a whole number, not a list",
    )


def test_a_long_value_is_shortened() -> None:
    """A message stays one line."""
    (line,) = lines_for({"doors": -(10**60)})

    assert "..." in line
    assert len(line) < 160


def test_places_are_written_as_in_the_file() -> None:
    """Dots for fields, brackets for positions."""
    assert spelled(("rules", 2, "fault", "seconds")) == ".rules[2].fault.seconds"


def test_the_nearest_words_come_first_and_all_where_none_is_near() -> None:
    """A typo is met with its mend."""
    assert nearest("hodl", ["hold", "drip"]) == "nearest: hold"
    assert nearest("zzz", ["hold", "drip"]) == "known: hold, drip"


def test_fields_are_those_of_the_kind_that_was_written() -> None:
    """Within a union, the table's kind tells which fields it can have."""
    written = {"pets": [{"kind": "dog"}]}

    assert fields_at(House, written, ("pets", 0)) == ("kind", "tricks")
    assert fields_at(House, written, ()) == ("pets", "doors", "names", "street")
    assert fields_at(House, written, ("doors",)) == ()

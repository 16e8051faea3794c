"""A fault as a person reads it."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.faults.description import Parameter, as_toml, describe_fault
from mockserver.faults.stream_bytes import Split
from mockserver.faults.stream_chunks import Comments
from mockserver.faults.timing import Hold


def test_a_parameter_tells_what_it_takes_in_which_unit() -> None:
    """Bounds, default, and whether it must be given."""
    assert describe_fault(Split).parameters == (
        Parameter(
            "bytes", "bytes in one write", "whole number from 1 to 10000000", "bytes", True, None
        ),
        Parameter(
            "interval_s", "pause between two writes", "number from 0 to 86400", "s", False, 0.0
        ),
    )


def test_a_setting_that_may_be_left_out_says_what_that_means() -> None:
    """None cannot be written in TOML; leaving the setting out is how it is said."""
    (seconds,) = describe_fault(Hold).parameters

    assert (seconds.required, seconds.default) == (False, None)
    assert "without it" in seconds.meaning


def test_a_choice_of_two_types_names_both() -> None:
    """A number, or one word."""
    parameters = {one.name: one for one in describe_fault(Comments).parameters}

    assert parameters["before_chunk"].allowed == 'whole number from 1 or "every"'


def test_the_example_is_shown_as_a_rules_file_has_it() -> None:
    """One line of TOML."""
    assert describe_fault(Hold).toml == 'fault = { kind = "hold", seconds = 5 }'


plain = st.recursive(
    st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(-1e6, 1e6).map(lambda number: round(number, 3))
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.from_regex(r"[a-z_. ]{1,6}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(plain)
def test_inline_toml_reads_back(value: Any) -> None:
    """What is shown can be pasted."""
    assert tomllib.loads(f"value = {as_toml(value)}")["value"] == value


@pytest.mark.parametrize("value", [{"a": None, "b": 1}])
def test_what_is_none_is_left_out(value: dict[str, Any]) -> None:
    """TOML has no null."""
    assert as_toml(value) == "{ b = 1 }"

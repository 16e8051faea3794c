"""The catalogue as a table of Markdown."""

from __future__ import annotations

from mockserver.faults.catalogue import describe
from mockserver.faults.description import FaultDescription, Parameter
from mockserver.faults.page import page_table


def test_a_row_shows_all_that_is_known_of_a_fault() -> None:
    """Name, effect, parameters with unit, bounds and default, and an example to paste."""
    fault = FaultDescription(
        "hold",
        "Silence.",
        (
            Parameter("seconds", "how long", "number", "s", True, None),
            Parameter("mode", "a|b", "text", "", False, "x"),
        ),
        {"kind": "hold", "seconds": 1},
    )

    assert page_table([fault]).splitlines()[2] == (
        "| `hold` | Silence. | `seconds` [s]: how long (number; required)<br>"
        '`mode`: a\\|b (text; default `"x"`) | `fault = { kind = "hold", seconds = 1 }` |'
    )


def test_every_row_has_four_cells() -> None:
    """No text of the catalogue breaks the table."""
    for line in page_table(describe()).splitlines():
        assert line.replace("\\|", "").count("|") == 5

"""The catalogue as a table of Markdown, for ``docs/faults.md``.

``python -m mockserver.faults.page docs/faults.md`` writes the table anew.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.faults.catalogue import describe
from mockserver.faults.description import as_toml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.faults.description import FaultDescription, Parameter

PAGE_MARK = "<!-- faults -->"
"""Stands before and after the table in the document."""

_HEAD = "| fault | on the wire | parameters | example |\n|---|---|---|---|"


def page_table(faults: Sequence[FaultDescription]) -> str:
    """One row for each fault."""
    return "\n".join([_HEAD, *map(_row, faults)])


def with_table(document: str, faults: Sequence[FaultDescription]) -> str:
    """A document with the table between its marks written anew (ValueError: not two marks)."""
    before, _, after = document.split(PAGE_MARK)
    return f"{before}{PAGE_MARK}\n{page_table(faults)}\n{PAGE_MARK}{after}"


def _row(fault: FaultDescription) -> str:
    parameters = "<br>".join(_parameter(one) for one in fault.parameters) or "none"
    cells = (f"`{fault.kind}`", fault.summary, parameters, f"`{fault.toml}`")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _parameter(parameter: Parameter) -> str:
    if parameter.required:
        default = "required"
    elif parameter.default is None:
        default = ""
    else:
        default = f"default `{as_toml(parameter.default)}`"
    notes = "; ".join(note for note in (parameter.allowed, default) if note)
    unit = f" [{parameter.unit}]" if parameter.unit else ""
    return f"`{parameter.name}`{unit}: {parameter.meaning} ({notes})"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(with_table(page.read_text("utf-8"), describe()), "utf-8")

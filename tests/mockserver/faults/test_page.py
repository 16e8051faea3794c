"""The catalogue as a table of Markdown, and the document that it stands in."""

from __future__ import annotations

import asyncio
import re
import runpy
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.answer import Answer
from mockserver.draws import Draws
from mockserver.faults.catalogue import describe
from mockserver.faults.description import FaultDescription, Parameter, describe_fault
from mockserver.faults.page import PAGE_MARK, page_table, with_table
from mockserver.faults.rules import parse_rules
from tests.mockserver.faults.wire_cases import ask

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox

DOCUMENT = Path(__file__).parents[3] / "docs" / "faults.md"


def blocks_of(language: str) -> list[str]:
    """The code blocks of the document in one language."""
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)


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


def test_the_document_s_table_is_written_anew_and_nothing_else() -> None:
    """What stands before and after the marks stays."""
    document = f"before\n{PAGE_MARK}\nold\n{PAGE_MARK}\nafter\n"

    assert with_table(document, []) == (
        f"before\n{PAGE_MARK}\n{page_table([])}\n{PAGE_MARK}\nafter\n"
    )


def test_the_document_is_up_to_date() -> None:
    """docs/faults.md holds exactly what the code says of itself."""
    document = DOCUMENT.read_text("utf-8")

    assert with_table(document, describe()) == document


def test_the_document_s_rules_can_be_pasted() -> None:
    """Its TOML is a valid rules file."""
    (rules,) = blocks_of("toml")

    busy, slow = parse_rules(tomllib.loads(rules)["rules"])

    assert busy.id == "busy-at-first"
    assert [fault.kind for fault in slow.all_faults] == ["slow_first_token", "cut_stream"]


async def test_a_gate_works_as_the_document_says(sandbox: Sandbox) -> None:
    """Three requests wait for each other and are answered."""
    gate, _ = blocks_of("python")
    room = {"asyncio": asyncio, "parse_rules": parse_rules}
    exec(gate, room)  # noqa: S102 - our own page

    replies = await room["three_at_once"](sandbox, lambda: ask(sandbox, "json"))  # type: ignore[operator]

    assert [received.status for received, _ in replies] == [200, 200, 200]


def test_a_fault_can_be_written_as_the_document_says(tmp_path: Path) -> None:
    """Its example fault works: it changes what it can, and says by identity what it cannot."""
    _, code = blocks_of("python")
    module = tmp_path / "shout.py"
    module.write_text(code, "utf-8")
    room = runpy.run_path(str(module), run_name="shout")
    draws = Draws(seed=7, rule_id="rule-1", token="call-0123456789ab", attempt=1)

    shout = room["Shout"](after_bytes=2)

    assert shout.shape_answer(Answer(200, body=b"abcd"), draws).body == b"abCD"
    short = Answer(200, body=b"ab")
    assert shout.shape_answer(short, draws) is short
    assert describe_fault(room["Shout"]).parameters[0].unit == "bytes"

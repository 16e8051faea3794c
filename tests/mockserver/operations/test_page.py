"""`docs/operations.md` is true: its blocks run, and its tables name all that there is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import aiohttp

from mockserver import operations
from tests.mockserver.commands.conftest import start_mock  # noqa: F401 - a fixture
from tests.mockserver.operations.test_rules import ALERTS
from tests.mockserver.promtool import FOUND
from tests.pages import ROOT, Walk, blocks_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.mockserver.commands.conftest import MockProcess

PAGE = ROOT / "docs" / "operations.md"
TEXT = PAGE.read_text("utf-8")


def table(name: str) -> list[list[str]]:
    """The cells of the table behind a marker, without its head."""
    rows = TEXT.split(f"<!-- {name} -->\n")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_five_minutes_of_monitoring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the start of the mock to the audit; without promtool, all but its line."""
    page = tmp_path / PAGE.name
    checked = TEXT if FOUND else re.sub(r"^promtool .*$", "true", TEXT, flags=re.MULTILINE)
    page.write_text(checked, "utf-8")
    monkeypatch.chdir(tmp_path)

    with Walk(page, tmp_path) as walk:
        walk.go()
    for name in operations.NAMES:
        assert (tmp_path / "monitoring" / name).read_text("utf-8") == operations.text_of(name)


def test_every_metric_is_told_with_its_labels(known: dict[str, frozenset[str]]) -> None:
    """And no other one."""
    told = {
        re.findall(r"`(\w+)`", name)[0]: frozenset(re.findall(r"`(\w+)`", labels))
        for name, labels, _ in table("metrics")
    }
    likewise = {
        name.replace("units", "tokens"): told[name]
        for name in ("budget_limit_units", "budget_spent_units", "budget_reserved_units")
    }
    shown: dict[str, frozenset[str]] = {}
    for name, labels in known.items():
        if name.startswith("pawa_mock_"):
            short = re.sub(r"_(bucket|count|sum)$", "", name.removeprefix("pawa_mock_"))
            shown[short] = labels - {"le"}

    assert told | likewise == shown


def test_every_alert_is_told() -> None:
    """In the order of the file."""
    assert [re.findall(r"`(\w+)`", name)[0] for name, _ in table("alerts")] == ALERTS


async def test_the_log_is_the_one_that_is_shown(
    start_mock: Callable[..., MockProcess],  # noqa: F811 - the fixture of that name
) -> None:
    """A change is a line of JSON with those fields."""
    (shown,) = (json.loads(block.text) for block in blocks_of(PAGE) if block.language == "json")
    mock = start_mock("--port", "0", "--log-format", "json")
    address = mock.url.removesuffix("/v1")
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{address}{shown['path']}") as response,
    ):
        assert response.status == 200
    written = json.loads(mock.told("control call"))

    assert list(written) == list(shown)
    assert written | {"time": ""} == shown | {"time": ""}


def test_the_block_for_prometheus_is_in_the_example() -> None:
    """What the page says of a token stands in the file, to be uncommented."""
    (block,) = (one.text for one in blocks_of(PAGE) if one.language == "yaml")
    example = operations.text_of(operations.SCRAPING).replace("# ", "")

    assert block in example

"""The dashboard for Grafana: every query asks for what a real server shows."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import TYPE_CHECKING, Any

from mockserver import operations
from tests.mockserver.operations.promql import ADDED, asked_by, mistakes
from tests.mockserver.promtool import promtool

if TYPE_CHECKING:
    from pathlib import Path

BOARD: dict[str, Any] = json.loads(operations.text_of(operations.DASHBOARD))
PANELS = BOARD["panels"]
DRAWN = [panel for panel in PANELS if panel["type"] != "row"]
QUERIES = [target["expr"] for panel in DRAWN for target in panel["targets"]]
VARIABLES = {one["name"]: one for one in BOARD["templating"]["list"]}


def test_every_query_asks_for_what_there_is(known: dict[str, frozenset[str]]) -> None:
    """Names and labels, those of the variables too."""
    asked = [*QUERIES, *(one["query"]["query"] for one in _queried())]

    assert [wrong for query in asked for wrong in mistakes(query, known)] == []
    for variable in _queried():
        found = re.fullmatch(r"label_values\((\w+).*, (\w+)\)", variable["definition"])
        assert found
        assert found[2] in known[found[1]] | ADDED


def test_a_query_for_what_is_not_there_is_found(known: dict[str, frozenset[str]]) -> None:
    """A wrong name, a wrong label, and a grouping that nothing has."""
    wrong = 'sum by (colour) (pawa_mock_requests_total{statuss="200"}) / pawa_mock_nothing'

    assert mistakes(wrong, known) == [
        "no metric pawa_mock_nothing",
        "pawa_mock_requests_total has no label statuss",
        "nothing has the label colour",
    ]
    assert mistakes("1 + 1", known) == ["asks for nothing: 1 + 1"]


async def test_every_query_is_promql(tmp_path: Path) -> None:
    """Prometheus' own parser reads it, with what Grafana puts in for its variables."""
    rules = [
        {"record": f"query_{number}", "expr": _filled_in(query)}
        for number, query in enumerate(QUERIES)
    ]
    file = tmp_path / "queries.json"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}), "utf-8")

    verdict = await promtool("check", "rules", str(file))
    assert verdict.code == 0, verdict.said
    assert f"{len(QUERIES)} rules found" in verdict.said


def test_every_legend_names_labels_that_its_query_keeps(
    known: dict[str, frozenset[str]],
) -> None:
    """Else it would be empty."""
    for panel in DRAWN:
        for target in panel["targets"]:
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            asked = asked_by(target["expr"])
            kept = asked.grouped or set.union(*(set(known[name]) for name, _ in asked.metrics))
            assert shown <= kept | ADDED, target


def test_every_panel_is_whole() -> None:
    """A number and a title of its own, words about it, and the data source that is chosen."""
    numbers = [panel["id"] for panel in PANELS]
    chosen = {"type": "prometheus", "uid": "${datasource}"}

    assert len(set(numbers)) == len(numbers)
    assert len({panel["title"] for panel in PANELS}) == len(PANELS)
    assert [panel["title"] for panel in DRAWN if not panel["description"].endswith(".")] == []
    assert all(panel["datasource"] == chosen for panel in DRAWN)
    for panel in DRAWN:
        assert panel["targets"]
        assert all(target["datasource"] == chosen for target in panel["targets"])
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references)


def test_no_panel_lies_on_another() -> None:
    """In a grid of 24 columns."""
    for one, other in combinations([panel["gridPos"] for panel in PANELS], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in PANELS)


def test_it_shows_all_that_an_operator_asks_for() -> None:
    """Traffic, errors, latency, tokens, money, limits, faults, the queue, and the process."""
    asked = {name for query in QUERIES for name, _ in asked_by(query).metrics}

    for word in (
        "requests_total",
        "request_duration_seconds_bucket",
        "time_to_first_byte_seconds_bucket",
        "tokens_total",
        "cost_units_total",
        "budget_spent_units",
        "budget_limit_units",
        "budget_spent_ratio",
        "rate_limit_remaining",
        "faults_injected_total",
        "queue_length",
        "workers_busy",
        "in_flight",
        "connections",
    ):
        assert f"pawa_mock_{word}" in asked
    assert "heatmap" in {panel["type"] for panel in DRAWN}


def test_it_can_be_imported_anywhere() -> None:
    """It has no number, a fixed name, and asks which data source, server and sandbox."""
    assert BOARD["id"] is None
    assert BOARD["uid"] == "pawa-mock"
    assert BOARD["schemaVersion"] >= 39
    assert list(VARIABLES) == ["datasource", "instance", "sandbox"]
    assert VARIABLES["datasource"]["query"] == "prometheus"


def _queried() -> list[dict[str, Any]]:
    return [one for one in VARIABLES.values() if one["type"] == "query"]


def _filled_in(query: str) -> str:
    for name, value in (
        ("$__rate_interval", "1m"),
        ("$__range", "1h"),
        ("$instance", ".*"),
        ("$sandbox", ".*"),
    ):
        query = query.replace(name, value)
    assert "$" not in query
    return query

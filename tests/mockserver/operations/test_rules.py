"""The alert rules: right by Prometheus' own checks, and about what a real server shows."""

from __future__ import annotations

import re
from pathlib import Path

from mockserver import operations
from tests.mockserver.operations.promql import mistakes
from tests.mockserver.promtool import promtool

RULES = operations.text_of(operations.RULES)
UNIT_TESTS = Path(__file__).with_name("prometheus-rules.test.yml")
ALERTS = re.findall(r"- alert: (\w+)", RULES)


def queries() -> list[str]:
    """The query of each rule."""
    return re.findall(r"expr: (?:\|\n)?((?:.+\n)+?)(?=        (?:for|labels):)", RULES)


async def test_they_are_rules(tmp_path: Path) -> None:
    """And the example beside them is a configuration that loads them."""
    files = {file.name: str(file) for file in operations.write_to(tmp_path)}
    rules = await promtool("check", "rules", files[operations.RULES])
    config = await promtool("check", "config", files[operations.SCRAPING])

    assert rules.code == 0, rules.said
    assert f"{len(ALERTS)} rules found" in rules.said
    assert config.code == 0, config.said
    assert "1 rule files found" in config.said


async def test_they_fire_when_they_should_and_only_then() -> None:
    """By the unit tests beside this file."""
    verdict = await promtool("test", "rules", str(UNIT_TESTS))

    assert verdict.code == 0, verdict.said


def test_each_has_its_unit_test() -> None:
    """One that says when it fires, in which words."""
    tested = re.findall(r"alertname: (\w+)\n        exp_alerts:", UNIT_TESTS.read_text("utf-8"))

    assert set(ALERTS) == set(tested)


def test_they_ask_for_what_there_is(known: dict[str, frozenset[str]]) -> None:
    """Names and labels of a real scrape."""
    assert len(queries()) == len(ALERTS)
    assert [wrong for query in queries() for wrong in mistakes(query, known)] == []


def test_their_words_use_labels_that_the_alert_has(known: dict[str, frozenset[str]]) -> None:
    """Else there would be a gap in the sentence."""
    labels = set().union(*known.values()) | {"instance", "job"}

    assert set(re.findall(r"\$labels\.(\w+)", RULES)) <= labels


def test_each_says_how_bad_it_is_and_what_to_do() -> None:
    """With a severity, a summary and a description."""
    blocks = RULES.split("- alert: ")[1:]

    for block in blocks:
        assert re.search(r"severity: (critical|warning)\n", block)
        assert re.search(r'summary: ".+"\n', block)
        assert re.search(r'description: ".+[.?]"\n', block)

"""``docs/scenarios.md`` is followed: its example judges clients."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import scenarios
from reports.results import Verdict
from scenarios import checks
from scenarios.catalogue.rows import load_rows
from scenarios.lab import Lab
from scenarios.registry import Registry
from tests.scenarios.fakes import FakeDriver
from tests.scenarios.test_engine import make_engine

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"


@pytest.fixture
def example() -> Registry:
    """The page's scenario, registered."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    registry = Registry(load_rows())

    def scenario(*rows: str, **options: Any) -> Any:
        return scenarios.scenario(*rows, registry=registry, **options)

    names = {name: getattr(scenarios, name) for name in scenarios.__all__}
    words = {name: getattr(checks, name) for name in dir(checks) if not name.startswith("_")}
    exec(code, {**names, **words, "scenario": scenario, "Lab": Lab})  # noqa: S102 - our own page
    return registry


@pytest.mark.parametrize(
    ("manner", "verdict"),
    [
        ("good", Verdict.PASS),
        ("gives up", Verdict.FAIL),
        ("canned", Verdict.FAIL),
        ("refuses", Verdict.FAIL),
    ],
)
async def test_the_example_tells_good_clients_from_bad(
    example: Registry, manner: str, verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Null clients included: none makes it raise."""
    monkeypatch.setattr("scenarios.engine.QUIET_S", 0.03)
    engine = make_engine(example, FakeDriver(manner))
    await engine.run()

    assert [judged.verdict for judged in engine.judged] == [verdict]


def test_every_check_of_the_vocabulary_is_named() -> None:
    """A new one has to be told of."""
    page = PAGE.read_text("utf-8")
    words = [
        name
        for name, thing in vars(checks).items()
        if callable(thing)
        and not name.startswith("_")
        and getattr(thing, "__module__", "") == checks.__name__
    ]

    assert [word for word in words if f"`{word}`" not in page] == []


def test_every_option_of_a_scenario_is_named() -> None:
    """What the decorator takes."""
    page = PAGE.read_text("utf-8")
    options = ("needs", "needs_any", "random", "last", "own_process", "patience_s")

    assert [option for option in options if f"`{option}" not in page] == []

"""The null clients: not one row may be passed by doing nothing."""

from __future__ import annotations

import asyncio

from reports.results import Verdict
from scenarios.clients.spec import parse_spec
from scenarios.engine import Engine
from scenarios.registry import discover
from scenarios.targets import Targets
from scenarios.trial import ALIVE
from scenarios.zoo.defects import DEFECTS
from tests.scenarios.test_engine import Heard
from tests.scenarios.zoo.prey import SEED, escaped


async def test_each_fails_the_rows_named_for_it() -> None:
    """By a check of the row itself."""
    assert await escaped("nulls") == []


async def passed_by(name: str) -> list[str]:
    """The rows, of all there are, in which a null client misses no check of the row's own."""
    registry = discover()
    engine = Engine(
        registry=registry,
        rows=registry.rows(),
        launch=parse_spec(DEFECTS[name].spec).start,
        seed=SEED,
        targets=Targets(),
        listener=Heard(),
    )
    await engine.run()

    assert len(engine.judged) == len(registry.rows())
    return [
        judged.row.id
        for judged in engine.judged
        if {check.name for check in judged.checks if check.verdict is Verdict.FAIL} <= {ALIVE}
    ]


async def test_no_row_is_passed_by_a_client_that_never_calls() -> None:
    """An error, a canned success or a refusal for everything fails every row.

    By checks of its own: the plain call after each scenario, which they fail too, does not count.
    """
    names = ("NULL-A", "NULL-C", "NULL-F")

    passed = await asyncio.gather(*map(passed_by, names))

    assert dict(zip(names, passed, strict=True)) == {name: [] for name in names}

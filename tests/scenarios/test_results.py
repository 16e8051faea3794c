"""A finished run as a document: whole, and without a key."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from reports.document import from_json, to_json
from reports.results import Verdict
from scenarios.catalogue.rows import load_rows
from scenarios.checks import equal
from scenarios.plans import fault
from scenarios.registry import Registry, scenario
from scenarios.results import own_version, results_of
from tests.scenarios.fakes import FakeDriver
from tests.scenarios.test_engine import make_engine

if TYPE_CHECKING:
    from scenarios.lab import Lab

STARTED_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the quiet time that a real run begins with."""
    monkeypatch.setattr("scenarios.engine.QUIET_S", 0.03)


async def test_a_run_becomes_a_document_without_a_key() -> None:
    """Wherever the key was: checks, logs, requests, the client's stderr."""
    registry = Registry(load_rows())
    keys: list[str] = []

    @scenario("RETRY-001", registry=registry)
    async def leaky(lab: Lab) -> None:
        """Shows the key in every place there is."""
        keys.append(lab.sandbox.key)
        lab.plan(fault("status", status=500).on_attempts(1))
        call = lab.call(f"my key is {lab.sandbox.key}", label=f"label {lab.sandbox.key}")
        outcome = await (await lab.open()).chat(call)
        lab.note(f"note {lab.sandbox.key}")
        lab.check(equal("outcome", outcome.kind, f"{lab.sandbox.key}"))
        lab.attempts(lab.call())[0]

    @scenario("CACHE-001", needs=("cache",), registry=registry)
    async def unclaimed(lab: Lab) -> None:
        """Not claimed."""

    driver = FakeDriver(limits={"max_attempts": 3}, stderr="a line on stderr\n")
    engine = make_engine(registry, driver)
    await engine.run()
    results = results_of(engine, spec="fake", started_at=STARTED_AT, duration_s=1.5)

    written = to_json(results)
    assert keys[0].encode() not in written
    assert len(set(re.findall(rb"key#[0-9a-f]{8}", written))) == 1, "one key, one fingerprint"
    assert from_json(written) == results
    row = results.row("RETRY-001")
    assert row.verdict is Verdict.HARNESS_FAULT
    assert "IndexError" in row.log
    assert "a line on stderr" in row.log
    assert [attempt.status for attempt in row.calls[0].attempts] == [500, 200]
    assert row.calls[0].label.startswith("label key#")
    assert row.scenario.endswith("leaky")
    assert results.row("CACHE-001").verdict is Verdict.NOT_CLAIMED
    assert results.row("CACHE-001").calls == ()


async def test_a_document_tells_with_what_the_run_was_made() -> None:
    """Seed, version, targets, machine, noise; no name of the machine."""
    registry = Registry(load_rows())

    @scenario("RETRY-001", registry=registry)
    async def plain(lab: Lab) -> None:
        """Nothing."""
        lab.check(equal("x", 1, 1))

    engine = make_engine(registry, FakeDriver())
    await engine.run()
    run = results_of(engine, spec="fake", started_at=STARTED_AT, duration_s=1.5).run

    assert (run.seed, run.version, run.complete) == (1, own_version(), True)
    assert run.started_at == "2026-01-02T03:04:05+00:00"
    assert run.targets["reaction_s"] == 0.25
    assert set(run.noise) == {"before", "during", "limit_p99_s"}
    assert set(run.machine) == {"system", "architecture", "python", "cores"}
    assert len(run.id) == 12


def test_a_run_that_never_began_has_results_too() -> None:
    """Interrupted before the client said hello."""
    engine = make_engine(Registry(load_rows()), FakeDriver())

    results = results_of(engine, spec="fake", started_at=STARTED_AT, duration_s=0.1)

    assert not results.run.complete
    assert results.harness_failed

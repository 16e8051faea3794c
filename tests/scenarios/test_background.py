"""The engine behind a thread: waiting for rows, stopping, failing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from reports.results import Verdict
from scenarios.background import BackgroundRun
from scenarios.catalogue.rows import load_rows
from scenarios.checks import equal
from scenarios.clients.errors import ClientStartError
from scenarios.engine import Engine
from scenarios.errors import InputError
from scenarios.registry import Registry, scenario
from scenarios.targets import Targets
from tests.scenarios.fakes import FakeDriver
from tests.scenarios.test_engine import Heard

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scenarios.clients.driver import Driver
    from scenarios.engine import Listener
    from scenarios.lab import Lab


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the quiet time that a real run begins with."""
    monkeypatch.setattr("scenarios.engine.QUIET_S", 0.03)


@pytest.fixture
def registry() -> Registry:
    """One quick row and one that takes for ever."""
    made = Registry(load_rows())

    @scenario("RETRY-001", registry=made)
    async def quick(lab: Lab) -> None:
        """At once."""
        lab.check(equal("x", 1, 1))

    @scenario("RETRY-002", registry=made)
    async def endless(lab: Lab) -> None:
        """Never."""
        await asyncio.sleep(3600)

    return made


def make_run(
    registry: Registry,
    *rows: str,
    launch: Callable[[], Awaitable[Driver]] | None = None,
    also: Heard | None = None,
) -> BackgroundRun:
    chosen = registry.select(rows)

    def make_engine(listener: Listener) -> Engine:
        return Engine(
            registry=registry,
            rows=chosen,
            launch=launch or FakeDriver().launch,
            seed=1,
            targets=Targets(),
            listener=listener,
        )

    return BackgroundRun(make_engine, chosen, also)


def test_rows_are_waited_for_one_by_one(registry: Registry) -> None:
    """And whoever else listens hears the same."""
    heard = Heard()
    run = make_run(registry, "RETRY-001", also=heard)

    assert run.start().name == "fake"
    assert run.wait_for("RETRY-001").verdict is Verdict.PASS
    run.stop()

    assert run.engine.complete
    assert heard.words == ["hello fake", "started RETRY-001", "judged RETRY-001 pass"]


def test_a_run_can_be_stopped_in_the_middle(registry: Registry) -> None:
    """What is judged stays judged; the rest has no verdict; the client is closed."""
    driver = FakeDriver()
    run = make_run(registry, launch=driver.launch)
    run.start()
    run.wait_for("RETRY-001")
    run.stop()

    assert [judged.row.id for judged in run.engine.judged] == ["RETRY-001"]
    assert not run.engine.complete
    assert run.error is None
    assert driver.ends == 1


def test_a_client_that_does_not_start_is_told_to_whoever_starts(registry: Registry) -> None:
    """And to whoever waits for a row."""

    async def launch() -> Driver:
        raise ClientStartError("not found")

    run = make_run(registry, "RETRY-001", launch=launch)

    with pytest.raises(InputError, match="not found"):
        run.start()
    with pytest.raises(InputError, match="not found"):
        run.wait_for("RETRY-001")
    run.stop()


def test_an_engine_that_fails_keeps_nobody_waiting(registry: Registry) -> None:
    """Its error comes out of the wait, and is kept."""

    class Deaf(Heard):
        def row_started(self, row: object) -> None:
            raise ZeroDivisionError

    run = make_run(registry, "RETRY-001", also=Deaf())
    run.start()

    with pytest.raises(BaseExceptionGroup):
        run.wait_for("RETRY-001")
    run.stop()
    assert isinstance(run.error, ExceptionGroup)


def test_stopping_what_never_started_does_nothing(registry: Registry) -> None:
    """A command that was refused."""
    make_run(registry, "RETRY-001").stop()

"""A damaged part stands where the sound one stood, and everything else is the reference client."""

from __future__ import annotations

import pytest

from scenarios.clients.reference_adapter import ReferenceClient, ReferenceFactory
from scenarios.reference import (
    BreakerSettings,
    BudgetSettings,
    CacheSettings,
    Parts,
    PawaClient,
    Settings,
    standard_parts,
)
from scenarios.reference.backoff import FullJitter
from scenarios.reference.breaker import Breaker
from scenarios.reference.budget import Budget
from scenarios.reference.cache import AnswerCache
from scenarios.reference.concurrency import ConcurrencyLimit
from scenarios.reference.retry_budget import RetryBudget
from scenarios.reference.secrets import Secret
from scenarios.reference.transport import Target
from scenarios.zoo.defects import DEFECTS
from scenarios.zoo.fitting import factory_for, fitted
from scenarios.zoo.null_client import NullClient, NullFactory

SETTINGS = Settings(
    api_key="key-of-nobody",
    max_attempts=7,
    backoff_base_s=0.3,
    cache=CacheSettings(ttl_s=5.0),
    budget=BudgetSettings(limit=3.0),
    breaker=BreakerSettings(failures=4),
)

ANYWHERE = Target(SETTINGS.base_url, Secret("key-of-nobody"), SETTINGS.model)


def kinds(parts: Parts) -> dict[str, type]:
    """The class behind each field: its own, or that of what stands in it."""
    found = {name: getattr(parts, name) for name in Parts.__dataclass_fields__}
    found["breaker"] = parts.breakers.of(ANYWHERE) if parts.breakers else None
    return {
        **{name: part if isinstance(part, type) else type(part) for name, part in found.items()},
        "backoff": type(parts.retry.backoff),
    }


DAMAGED = [
    defect.kind
    for defect in DEFECTS.values()
    if not issubclass(defect.kind, PawaClient | NullClient)
]


@pytest.mark.parametrize("kind", DAMAGED, ids=lambda kind: kind.__name__)
def test_one_part_is_another(kind: type) -> None:
    """Exactly one, and it is the damaged class (or, for a reply, what makes it)."""
    sound, parts = kinds(standard_parts(SETTINGS)), kinds(fitted(kind, SETTINGS).parts)
    changed = {name for name in sound if parts[name] is not sound[name]}

    assert len(changed) == 1
    assert all(issubclass(parts[name], sound[name]) for name in changed)


def test_settings_reach_the_damaged_part() -> None:
    """It is opened with the numbers of the sound one."""

    class Slower(FullJitter):
        pass

    retry = fitted(Slower, SETTINGS).parts.retry

    assert (retry.backoff, retry.max_attempts) == (Slower(0.3, SETTINGS.backoff_cap_s), 7)

    class Slacker(RetryBudget):
        pass

    class Sleeper(Breaker):
        pass

    class Opener(ConcurrencyLimit):
        pass

    budget = fitted(Slacker, SETTINGS).parts.retry_budget
    breakers = fitted(Sleeper, SETTINGS).parts.breakers
    assert isinstance(budget, Slacker)
    assert (budget.ratio, budget.capacity) == (0.2, 20)
    assert breakers is not None
    assert breakers.of(ANYWHERE) == Sleeper(4, 10.0, 5.0, 1)
    assert isinstance(fitted(Opener, SETTINGS).parts.concurrency, Opener)


async def test_a_client_may_go_without_a_safeguard() -> None:
    """Whatever it is opened with."""
    factory = factory_for(FullJitter, name="M99", without=("retry_budget_ratio", "breaker"))
    hosted = await factory.open({"api_key": "k", "retry_budget_ratio": 0.5, "breaker": {}})

    assert isinstance(hosted, ReferenceClient)
    parts = hosted._client.parts
    assert (parts.retry_budget, parts.breakers) == (None, None)


def test_a_damaged_client_is_used_as_it_is() -> None:
    """With the sound parts."""

    class Odd(PawaClient):
        pass

    client = fitted(Odd, SETTINGS)

    assert type(client) is Odd
    assert kinds(client.parts) == kinds(standard_parts(SETTINGS))


@pytest.mark.parametrize("kind", [AnswerCache, Breaker, Budget, RetryBudget])
def test_what_is_off_stays_off(kind: type) -> None:
    """A damaged cache is no cache when none was asked for."""
    parts = fitted(kind, Settings(api_key="key-of-nobody", retry_budget_ratio=None)).parts

    assert (parts.cache, parts.budget) == (None, None)
    assert (parts.breakers, parts.retry_budget) == (None, None)


def test_what_is_no_part_fits_nowhere() -> None:
    """Told by its name."""
    with pytest.raises(TypeError, match="int inherits from no part of the reference client"):
        fitted(int, SETTINGS)


def test_the_host_gets_what_the_reference_declares() -> None:
    """Claims and limits are those of the sound client."""
    manifest = factory_for(FullJitter, name="M99").manifest()
    sound = ReferenceFactory().manifest()

    assert {**manifest, "name": sound["name"]} == {**sound}


def test_a_null_client_needs_no_fitting() -> None:
    """It has no parts."""
    assert isinstance(factory_for(NullClient, name="NULL-X"), NullFactory)

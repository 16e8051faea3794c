"""The two ways to a client offer the same face."""

from __future__ import annotations

import inspect

import pytest

from scenarios.clients import driver
from scenarios.clients.application import ApplicationCall, ApplicationDriver, ApplicationHandle
from scenarios.clients.handle import ProcessCall, ProcessHandle
from scenarios.clients.process import ProcessDriver

FACES = [
    (driver.Driver, ProcessDriver),
    (driver.Driver, ApplicationDriver),
    (driver.ClientHandle, ProcessHandle),
    (driver.ClientHandle, ApplicationHandle),
    (driver.RunningCall, ProcessCall),
    (driver.RunningCall, ApplicationCall),
]


@pytest.mark.parametrize(("face", "way"), FACES)
def test_each_way_has_every_method_with_the_same_parameters(face: type, way: type) -> None:
    """Names, order, kinds and defaults: a scenario does not know which way it goes."""
    for name, method in vars(face).items():
        if inspect.isfunction(method) and not name.startswith("_"):
            ours = inspect.signature(getattr(way, name)).parameters
            theirs = inspect.signature(method).parameters
            assert [(p.name, p.kind, p.default) for p in ours.values()] == [
                (p.name, p.kind, p.default) for p in theirs.values()
            ]


@pytest.mark.parametrize(("way", "fixed"), [(ProcessDriver, False), (ApplicationDriver, True)])
def test_only_an_application_has_a_fixed_address(way: type, fixed: bool) -> None:
    """Its scenarios run one after another."""
    assert way.fixed_address is fixed

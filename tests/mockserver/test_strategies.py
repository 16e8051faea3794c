"""Strategies draw what a person could have written, quickly, and what is drawn can be written."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, find, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from mockserver.configuration.file import ConfigFile, check, parse_table
from mockserver.control.calls import written_rule
from mockserver.faults.catalogue import FAULTS
from mockserver.faults.plan import Plan
from mockserver.faults.rules import Rule, parse_rules
from mockserver.strategies import QUICK_S, faults, plans, rules, settings

if TYPE_CHECKING:
    from mockserver.faults.base import Fault
    from mockserver.settings import SandboxSettings

SLOW = [HealthCheck.too_slow]
SOME = budget(max_examples=40, suppress_health_check=SLOW, deadline=None)
FEW = budget(max_examples=8, suppress_health_check=SLOW, deadline=None)


@SOME
@given(rules())
def test_a_rule_that_was_written_is_read_as_the_same(rule: Rule) -> None:
    """Through JSON, as the control API shows and takes it."""
    assert Rule.model_validate(written_rule(rule)) == rule


@SOME
@given(plans())
def test_a_plan_that_was_written_to_a_file_is_read_as_the_same(plan: tuple[Rule, ...]) -> None:
    """Every rule keeps its id."""
    text = json.dumps({"rules": [written_rule(rule) for rule in plan]})

    file = check(ConfigFile, parse_table(text, ".json", "drawn"), "drawn")

    assert parse_rules([written_rule(rule) for rule in plan]) == plan
    assert Plan(file.rules).rules == plan


@pytest.mark.parametrize("kind", FAULTS)
@FEW
@given(st.data())
def test_every_kind_can_be_drawn_and_none_takes_long(kind: str, data: st.DataObject) -> None:
    """No pause is longer than asked for, and none is without end."""
    fault = data.draw(faults(kinds=[kind]))

    assert fault.kind == kind
    for name, pause in pauses(fault):
        assert pause is not None, name
        assert pause <= QUICK_S, name


def pauses(fault: Fault) -> list[tuple[str, Any]]:
    """The settings of a fault that are a time; hints to the client are none that is waited for."""
    return [
        (name, getattr(fault, name))
        for name in type(fault).model_fields
        if name == "seconds" or name.endswith("_s")
    ]


def test_a_pause_without_end_is_drawn_where_it_is_asked_for() -> None:
    """For a client whose patience is to be measured."""
    found = find(faults(kinds=["hold"], endless=True), lambda fault: not pauses(fault)[0][1])

    assert found == FAULTS["hold"].model_validate({"kind": "hold"})


@SOME
@given(settings())
def test_settings_are_those_of_a_sandbox(drawn: SandboxSettings) -> None:
    """Whole and valid, with rules that make a plan."""
    assert Plan(drawn.rules, drawn.seed).rules == drawn.rules


def test_without_hypothesis_the_module_says_what_is_missing() -> None:
    """And the package itself does without."""
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "import mockserver\n"
        "try:\n    import mockserver.strategies\n"
        "except ImportError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.stdout == (
        "mockserver.strategies needs hypothesis; install it, for example: pip install hypothesis\n"
    ), done.stderr

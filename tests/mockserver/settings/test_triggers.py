"""What of a request may ask for a fault."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mockserver.settings import SandboxSettings, TriggerSettings


def test_nothing_may_ask_unless_it_is_said() -> None:
    """A client that is judged cannot choose its own weather."""
    assert SandboxSettings().triggers is None
    assert TriggerSettings() == TriggerSettings(header=False, url=False, model=False)


def test_each_is_a_switch_of_its_own() -> None:
    """True or false, and nothing like it."""
    assert TriggerSettings(url=True).model_fields_set == {"url"}
    with pytest.raises(ValidationError, match="valid boolean"):
        TriggerSettings.model_validate({"header": "on"})

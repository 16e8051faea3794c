"""How long a healthy server takes."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import LatencySettings, ModelLatencySettings, SpreadSettings


def test_what_is_not_told_takes_no_time() -> None:
    """The defaults."""
    assert LatencySettings() == LatencySettings(
        answer_s=0.0, profile="instant", factor=1.0, models={}
    )
    assert ModelLatencySettings() == ModelLatencySettings(
        base_s=0.0, per_input_token_s=0.0, per_output_token_s=0.0, per_item_s=0.0, load_factor=0.0
    )
    assert SpreadSettings().shape == "constant"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (LatencySettings, {"answer_s": -0.1}),
        (LatencySettings, {"answer_s": float("nan")}),
        (LatencySettings, {"answer_s": "1"}),
        (LatencySettings, {"profile": "quick"}),
        (LatencySettings, {"factor": 0}),
        (LatencySettings, {"models": {"m": {"base": 1}}}),
        (ModelLatencySettings, {"per_output_token_s": -1}),
        (ModelLatencySettings, {"load_factor": float("inf")}),
        (SpreadSettings, {"shape": "uniform", "deviation": 0.1}),
        (SpreadSettings, {"deviation": 0.1}),
        (SpreadSettings, {"shape": "lognormal"}),
        (SpreadSettings, {"shape": "lognormal", "deviation": 1.1}),
        (SpreadSettings, {"shape": "normal", "deviation": 0.34}),
    ],
)
def test_bad_numbers_and_unknown_fields_are_refused(kind: type, fields: dict[str, Any]) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ValidationError):
        kind(**fields)

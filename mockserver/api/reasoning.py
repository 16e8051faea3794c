"""The switch for reasoning, in both of its spellings (pawa-api.md section 3.1).

The documents write ``capabilities: {"name": "reasoning", "effort": …}``, the SDK
``reasoning: {"effort": …}``. Where the real API puts the thoughts is undocumented: here nobody sees
them, and they cost nothing; the words of the answer depend on the effort as on every other field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api.fields import BadRequest, read_object, required_text

if TYPE_CHECKING:
    from collections.abc import Mapping

EFFORTS = ("low", "medium", "high")
DEFAULT_EFFORT = "medium"


def read_effort(body: Mapping[str, object]) -> str | None:
    """How hard the model is to think; None where it is not asked to. Raises BadRequest."""
    effort = None
    if body.get("capabilities") is not None:
        told = read_object(body["capabilities"], "capabilities")
        if required_text(told, "name", "capabilities.") != "reasoning":
            raise BadRequest("capabilities.name must be reasoning")
        effort = _effort(told.get("effort"), "capabilities.effort")
    if body.get("reasoning") is not None:
        told = read_object(body["reasoning"], "reasoning")
        other = _effort(told.get("effort"), "reasoning.effort")
        if effort not in (None, other):
            raise BadRequest("capabilities.effort and reasoning.effort differ; give one of them")
        effort = other
    return effort


def _effort(value: object, place: str) -> str:
    if value is None:
        return DEFAULT_EFFORT
    if value not in EFFORTS:
        raise BadRequest(f"{place} must be {', '.join(EFFORTS)}")
    return str(value)

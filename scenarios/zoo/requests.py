"""Defects in what a request says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scenarios.reference.call import Call
from scenarios.reference.requests import encode
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    from scenarios.reference.transport import Target

KEPT = ("model", "messages", "stream")


def prompt_of(encoded: bytes) -> bytes:
    """The request again, without its options."""
    body = json.loads(encoded)
    return encode({name: body[name] for name in KEPT if name in body})


@defect(
    "Z15",
    seen="plausible: a retry that builds its request anew, from the prompt",
    caught_by={"LAT-001": "attempts that lost what was asked for"},
)
class LosesOptionsOnRetry(Call):
    """The limits max_tokens and stop are sent with the first attempt only."""

    def body_for(self, encoded: bytes, attempt: int) -> bytes:
        """From the second attempt on the prompt has to do."""
        return encoded if attempt == 1 else prompt_of(encoded)


@defect(
    "Z16",
    seen="plausible: a fallback that is called with the prompt alone",
    caught_by={"LAT-001": "fallback: attempts that lost what was asked for"},
)
class LosesOptionsOnTheFallback(Call):
    """The limits max_tokens and stop are sent to the primary only."""

    def encoded_for(self, target: Target) -> bytes:
        """The fallback gets the prompt."""
        encoded = super().encoded_for(target)
        return encoded if target == self.primary else prompt_of(encoded)

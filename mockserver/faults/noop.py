"""The fault that does nothing: the smallest there is, and the control of every test."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from mockserver.faults.base import Fault


class Noop(Fault):
    """No ability at all: the reply is the healthy one, and the rule is seen to have fired."""

    summary: ClassVar[str] = "Nothing: the healthy reply, untouched."
    example: ClassVar[dict[str, Any]] = {"kind": "noop"}

    kind: Literal["noop"] = "noop"

"""Defects in moving on to the next target, and in saying so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.reference.breaker import Breaker
from scenarios.reference.fallback import FallbackPolicy
from scenarios.reference.pursuit import Pursuit
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    from scenarios.reference import Answer, EmbeddingAnswer, PawaError
    from scenarios.reference.call import Call
    from scenarios.reference.transport import Target


@defect(
    "Z12",
    seen="plausible: a list of models that nothing reads",
    caught_by={"FALL-001": "503: the answer is the fallback's"},
)
class NeverMovesOn(FallbackPolicy):
    """The fallback is never asked."""

    def may_move_on(self, error: PawaError) -> bool:
        """No."""
        del error
        return False


@defect(
    "M72",
    seen="aeon#435, which moves on after any failure; failoverbench's S13",
    caught_by={"FALL-002": "400: attempts on the fallback"},
)
class MovesOnAfterAnything(FallbackPolicy):
    """The fallback chain is walked for mistakes of the caller."""

    def may_move_on(self, error: PawaError) -> bool:
        """Whatever it was."""
        return not error.partial


@defect(
    "Z18",
    seen="plausible: retries and fallback for each call, and nothing that remembers",
    under_load={"LOAD-008": "*share*"},
)
class NeverLearns(Breaker):
    """A bad primary is asked first by every call, however often it has failed."""

    def has_seen_enough(self, now_s: float) -> bool:
        """Never."""
        del now_s
        return False


@defect(
    "M147",
    seen="failoverbench's S16",
    caught_by={"FALL-006": ("model of the answer", "degraded")},
)
class PassesOffTheFallback(Pursuit):
    """An answer of the fallback is not labelled, and shows the model that was asked for."""

    def labelled(
        self, answer: Answer | EmbeddingAnswer, call: Call, target: Target
    ) -> Answer | EmbeddingAnswer:
        """The primary's answer, whoever gave it."""
        labelled = super().labelled(answer, call, target)
        return replace(labelled, source="live", degraded=False, model=call.primary.model)

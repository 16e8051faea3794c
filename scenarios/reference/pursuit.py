"""The pursuit of an answer: attempts at one target, then the next target, within the deadline.

::

    for each target, with its share of the deadline:        answer
        for each attempt:                                   at_target
            is the circuit open?          -> next target    one
            wait for a slot                                 one
            is it too late?               -> the end        one
            is the circuit still closed?  -> next target    one
            send, read, tell the breaker                    one
            retry policy: may it help, is there time?       what_next
            will the circuit be open?     -> next target    what_next
            retry budget: is a token left?                  what_next
            pause                                           at_target

Only what is on the wire counts: a call that an open circuit refuses is no attempt and no retry.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractContextManager, aclosing, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.reference.errors import (
    AttemptTimeoutError,
    DeadlineExceededError,
    PawaError,
    RateLimitedError,
)
from scenarios.reference.retry import Pause, Stop
from scenarios.reference.tokens import cost_of

if TYPE_CHECKING:
    from scenarios.reference.answers import Answer, EmbeddingAnswer
    from scenarios.reference.assembly import Parts
    from scenarios.reference.call import Call, Flow
    from scenarios.reference.deadline import Deadline
    from scenarios.reference.settings import Settings
    from scenarios.reference.transport import Target

logger = logging.getLogger(__name__)


class Pursuit:
    """Walks targets, and repeats attempts at each."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._settings = settings
        self._parts = parts
        self._attempt = parts.attempt(settings, parts)

    async def answer(self, call: Call) -> Flow:
        """Yields what the first target that manages it answers; raises the last failure."""
        for place, target in enumerate(call.targets):
            until = self._parts.fallback.share(call.deadline, len(call.targets) - place)
            try:
                async with aclosing(self.at_target(call, target, until)) as flow:
                    async for piece in flow:
                        if isinstance(piece, str):
                            yield piece
                        else:
                            yield self.labelled(piece, call, target)
            except PawaError as error:
                failure = error
            else:
                return
            last = place + 1 == len(call.targets)
            if last or call.deadline.passed or not self._parts.fallback.may_move_on(failure):
                break
            self._parts.telemetry.fallbacks += 1
            logger.debug("%s failed (%s), moving on to the next target", target.name, failure.kind)
        raise call.complete(failure)

    async def at_target(self, call: Call, target: Target, until: Deadline) -> Flow:
        """Attempts at one target until one succeeds or the retry policy stops them."""
        encoded = call.encoded_for(target)
        attempt = 0
        while True:
            attempt += 1
            try:
                async with aclosing(self.one(call, target, encoded, attempt, until)) as flow:
                    async for piece in flow:
                        if isinstance(piece, str):
                            call.text.append(piece)
                        yield piece
            except PawaError as error:
                failure = error
            else:
                return
            self.note(call, target, failure)
            verdict = self.what_next(failure, target, attempt, until)
            if isinstance(verdict, Stop):
                logger.debug("attempt %d at %s: %s; %s", attempt, target.name, failure, verdict.why)
                failure.add_note(f"no further attempt: {verdict.why}")
                raise failure
            logger.debug(
                "attempt %d at %s: %s; next one in %.3f s",
                attempt,
                target.name,
                failure,
                verdict.delay_s,
            )
            await self.pause(verdict.delay_s)
            if until.passed:
                raise failure

    async def one(
        self, call: Call, target: Target, encoded: bytes, attempt: int, until: Deadline
    ) -> Flow:
        """One attempt, in a slot of its own, while the target's circuit is closed.

        A refusal does not wait for a slot, and a circuit that opens meanwhile is not overlooked.
        """
        breakers = self._parts.breakers
        if breakers and breakers.wait_s(target) > 0:
            raise breakers.refusal(target)
        async with self._parts.concurrency.slot(call.deadline):
            self.require_time(call, until)
            with self.passage(target):
                self.count(attempt)
                logger.debug("attempt %d at %s: POST %s", attempt, target.name, call.path)
                body = call.body_for(encoded, attempt)
                async with aclosing(self._attempt.run(call, target, body, until)) as flow:
                    async for piece in flow:
                        yield piece

    def require_time(self, call: Call, until: Deadline) -> None:
        """Drops work that is late before it is sent; nobody waits for it any more.

        Raises DeadlineExceededError, or AttemptTimeoutError when only this target's time is over.
        """
        if call.deadline.passed:
            raise DeadlineExceededError("the deadline passed before the attempt could begin")
        if until.passed:
            raise AttemptTimeoutError("no time was left for this target when a slot came free")

    def passage(self, target: Target) -> AbstractContextManager[None]:
        """The way through the target's breaker, if there is one."""
        breakers = self._parts.breakers
        return breakers.passage(target, self._parts.draw) if breakers else nullcontext()

    def count(self, attempt: int) -> None:
        """An attempt goes out: a first one pays into the retry budget."""
        if attempt > 1:
            self._parts.telemetry.retries += 1
        elif self._parts.retry_budget:
            self._parts.retry_budget.deposit()

    def what_next(
        self, failure: PawaError, target: Target, attempt: int, until: Deadline
    ) -> Stop | Pause:
        """What follows a failed attempt: the word of the retry policy, the breaker, the budget."""
        verdict = self._parts.retry.decide(failure, attempt, until.remaining_s, self._parts.draw())
        if isinstance(verdict, Stop):
            return verdict
        breakers, budget = self._parts.breakers, self._parts.retry_budget
        if breakers and breakers.wait_s(target) > verdict.delay_s:
            return Stop("the target keeps failing and is left alone")
        if budget and not budget.withdraw():
            return Stop("the client's retry budget is used up")
        return verdict

    async def pause(self, delay_s: float) -> None:
        """Waits before the next attempt; a cancelled call stops waiting at once."""
        await asyncio.sleep(delay_s)

    def note(self, call: Call, target: Target, error: PawaError) -> None:
        """Makes a failure fit to be shown, and remembers it."""
        error.hide(self._parts.scrubber.scrub)
        call.note_failure(error, target)
        if isinstance(error, RateLimitedError):
            self._parts.telemetry.throttled += 1

    def labelled(
        self, answer: Answer | EmbeddingAnswer, call: Call, target: Target
    ) -> Answer | EmbeddingAnswer:
        """The answer with its origin, its cost and the work behind it."""
        degraded = target != call.primary
        usage = answer.usage
        return replace(
            answer,
            source="fallback_model" if degraded else "live",
            degraded=degraded,
            attempts=call.attempts,
            cost=cost_of(usage, self._settings.price_of(target.model)) if usage else None,
        )

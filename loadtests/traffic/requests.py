"""What each call asks: conversations that a person would recognise, drawn by faker.

The words of a call depend on the seed and its prompt alone, whoever makes it and whenever; only
what was answered before (the history) comes from the run itself. Lengths are heavy-tailed
(log-normal): most messages are short, a few are very long, as in real traffic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from faker import Faker

from loadtests.traffic.words import LANGUAGES, TOWNS, Language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadtests.profile import Traffic
    from loadtests.traffic.schedule import Arrival

SPREAD = 1.0
"""The standard deviation of the logarithm of a length: the longest of a hundred is about 10 x."""

LONGER_BY = 2
"""Sentences that the median message has beyond its first."""

MOST_SENTENCES, MOST_PADDING, MOST_TOKENS = 96, 60, 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """What one call asks.

    ``request`` is a chat request in the protocol's words (None for an embedding call, which has
    ``sentences`` instead). ``question`` is the user's message without the call token: what stands
    in the history of later turns.
    """

    request: Mapping[str, Any] | None
    sentences: tuple[str, ...]
    question: str


class Author:
    """Writes the requests of a run."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._fakers = {language.locale: Faker(language.locale) for language in LANGUAGES}

    def asked(
        self, arrival: Arrival, traffic: Traffic, history: Sequence[tuple[str, str]] = ()
    ) -> Asked:
        """The request of an arrival.

        ``history`` has the earlier questions of its conversation and their answers, oldest first.
        """
        rng = Random(f"{self._seed}/{arrival.prompt}")
        language = self._scene_of(arrival).choice(LANGUAGES)
        if arrival.kind == "embed":
            count = min(MOST_SENTENCES, _heavy(rng, traffic.sentences))
            texts = [
                self._filled(rng.choice(language.sentences), language, rng) for _ in range(count)
            ]
            return Asked(None, tuple(f"{text} [{arrival.token}]" for text in texts), "")
        question = self._question(arrival, language, rng)
        told = [_said("system", self._filled(language.system, language, self._scene_of(arrival)))]
        for earlier, answer in history:
            told += [_said("user", earlier), _said("assistant", answer)]
        told.append(_said("user", f"{question} [{arrival.token}]"))
        request: dict[str, Any] = {"messages": told, "stream": arrival.kind == "stream"}
        if traffic.repeats is None:
            # An answer that a limit has cut is not kept by careful caches, so repeats have none.
            request["max_tokens"] = min(MOST_TOKENS, 8 + _heavy(rng, traffic.answer_tokens))
        return Asked(request, (), question)

    def _scene_of(self, arrival: Arrival) -> Random:
        """The draws that a whole conversation shares: its language, and where it plays."""
        of = arrival.prompt if arrival.repeated else str(arrival.conversation)
        return Random(f"{self._seed}/scene/{of}")

    def _question(self, arrival: Arrival, language: Language, rng: Random) -> str:
        first = rng.choice(language.opening if arrival.turn == 1 else language.following)
        longer = min(MOST_PADDING, _heavy(rng, LONGER_BY) - 1)
        parts = [first, *(rng.choice(language.padding) for _ in range(longer))]
        return " ".join(self._filled(part, language, rng) for part in parts)

    def _filled(self, template: str, language: Language, rng: Random) -> str:
        faker = self._fakers[language.locale]
        faker.seed_instance(rng.getrandbits(32))
        return template.format(
            name=faker.first_name(),
            town=rng.choice(TOWNS),
            thing=rng.choice(language.things),
            count=1 + _heavy(rng, 5),
            money=f"{500 * _heavy(rng, 40):,}",
            number=rng.randrange(10_000, 99_999),
        )


def _heavy(rng: Random, median: int) -> int:
    """A whole number from 1 up, log-normal about ``median``."""
    return max(1, round(rng.lognormvariate(math.log(median), SPREAD)))


def _said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}

"""Short strings that a regular expression matches.

The expression is read by the standard library's own parser, so whatever ``re`` can match can be
written here. Look-arounds and word boundaries are passed over, or what has to lie ahead is written
where it is asked for (that makes the ``(?=.*\\d)`` of passwords come true): whoever asks tests the
result.
"""

from __future__ import annotations

import importlib
import string
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

_parser: Any = importlib.import_module("re._parser")
_words: Any = importlib.import_module("re._constants")

_PLAIN = string.ascii_lowercase + string.digits
_ASCII = [chr(code) for code in range(32, 127)]
_CLASSES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_NOT_DIGIT": string.ascii_lowercase,
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": _PLAIN,
    "CATEGORY_WORD": _PLAIN,
    "CATEGORY_NOT_WORD": " -.",
}
_MOST_CHARACTERS = 20_000


def matching(pattern: str, draw: random.Random, stretch: int = 2, *, ahead: bool = False) -> str:
    """A string that the pattern matches; an open repeat adds at most ``stretch`` to its minimum.

    ``ahead`` writes what has to lie ahead, in place of passing it over.
    Raises ValueError where a repeat asks for more than can sensibly be written.
    """
    writer = _Writer(draw, stretch, ahead=ahead)
    writer.write(_parser.parse(pattern))
    return "".join(writer.out)


class _Writer:
    """Writes one string, group by group."""

    def __init__(self, draw: random.Random, stretch: int, *, ahead: bool) -> None:
        self.draw = draw
        self.ahead = ahead
        self.stretch = stretch
        self.out: list[str] = []
        self.groups: dict[int, str] = {}

    def write(self, items: Any) -> None:
        for operator, argument in items:
            name = str(operator)
            if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
                self._repeat(*argument)
            elif name == "BRANCH":
                self.write(self.draw.choice(argument[1]))
            elif name == "SUBPATTERN":
                self._group(argument[0], argument[3])
            elif name == "ATOMIC_GROUP":
                self.write(argument)
            elif name == "ASSERT" and self.ahead and argument[0] > 0:
                self.write(argument[1])
            elif name == "GROUPREF":
                self.out.append(self.groups.get(argument, ""))
            elif name == "GROUPREF_EXISTS":
                self.write(argument[1 if argument[0] in self.groups else 2] or ())
            elif name not in ("AT", "ASSERT", "ASSERT_NOT"):
                self.out.append(self._character(name, argument))
            if len(self.out) > _MOST_CHARACTERS:
                raise ValueError("asks for too long a string")

    def _repeat(self, least: int, most: Any, items: Any) -> None:
        ceiling = least + self.stretch
        if most is not _words.MAXREPEAT:
            ceiling = min(ceiling, int(most))
        if least > _MOST_CHARACTERS:
            raise ValueError("asks for too long a string")
        for _ in range(self.draw.randint(least, ceiling)):
            self.write(items)

    def _group(self, number: int | None, items: Any) -> None:
        start = len(self.out)
        self.write(items)
        if number is not None:
            self.groups[number] = "".join(self.out[start:])

    def _character(self, name: str, argument: Any) -> str:
        if name == "LITERAL":
            return chr(argument)
        if name == "ANY":
            return self.draw.choice(_PLAIN)
        if name == "NOT_LITERAL":
            return self.draw.choice(_PLAIN.replace(chr(argument), ""))
        if name == "IN":
            return self._member(argument)
        raise ValueError(f"uses {name.lower()}, which this mock cannot write")

    def _member(self, items: Any) -> str:
        if str(items[0][0]) == "NEGATE":
            kept = [c for c in (*_PLAIN, *_ASCII) if not any(_holds(i, c) for i in items[1:])]
            return self.draw.choice(kept) if kept else chr(0x416)
        name, argument = self.draw.choice(items)
        if str(name) == "RANGE":
            return chr(self.draw.randint(*argument))
        if str(name) == "CATEGORY":
            return self.draw.choice(_CLASSES[str(argument)])
        return chr(argument)


def _holds(item: Any, character: str) -> bool:
    """Whether one member of a class is the character, or has it."""
    name, argument = str(item[0]), item[1]
    if name == "LITERAL":
        return bool(ord(character) == argument)
    if name == "RANGE":
        return bool(argument[0] <= ord(character) <= argument[1])
    word = character.isalnum() or character == "_"
    answers = {
        "CATEGORY_DIGIT": character.isdigit(),
        "CATEGORY_SPACE": character.isspace(),
        "CATEGORY_WORD": word,
        "CATEGORY_NOT_DIGIT": not character.isdigit(),
        "CATEGORY_NOT_SPACE": not character.isspace(),
        "CATEGORY_NOT_WORD": not word,
    }
    return answers[str(argument)]

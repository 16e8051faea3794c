"""Rules for answers, made ready: which rule speaks to a request, and what it says.

What is said depends on the request, on its attempt and on nothing else: two requests that come at
the same moment get the same answers in whatever order they arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.globs import path_test, text_test
from mockserver.replies.recordings import Told, told
from mockserver.replies.templates import filled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockserver.replies.recordings import Line
    from mockserver.settings.reply_rules import ReplyMatch, ReplyRule


@dataclass(frozen=True, slots=True)
class Heard:
    """What a rule is told of a request; ``turn`` and ``attempt`` count from 1."""

    model: str
    path: str
    body: bytes
    stream: bool
    prompt: str
    system: str
    turn: int
    attempt: int
    token: str
    seed: str
    user: str

    def values(self) -> dict[str, object]:
        """What the placeholders of a template stand for."""
        return {
            "prompt": self.prompt,
            "system": self.system,
            "model": self.model,
            "path": self.path,
            "n": self.attempt,
            "turn": self.turn,
            "seed": self.seed,
            "user": self.user,
            "token": self.token,
        }


class Script:
    """Rules in order; the first that matches, and has something to say, decides."""

    def __init__(self, rules: Sequence[ReplyRule]) -> None:
        self._entries = [_Entry(rule) for rule in rules]

    def say(self, heard: Heard) -> Told | None:
        """What is answered, or None where no rule speaks."""
        for entry in self._entries:
            if entry.matches(heard):
                said = entry.say(heard)
                if said is not None:
                    return said
        return None


class _Entry:
    """One rule, its match compiled and its file read."""

    def __init__(self, rule: ReplyRule) -> None:
        self._rule = rule
        self.matches = compiled(rule.match)
        self._lines = [(compiled(line.match), line) for line in rule.lines]

    def say(self, heard: Heard) -> Told | None:
        rule = self._rule
        if rule.template is not None:
            return Told(filled(rule.template, heard.values()))
        if rule.echo:
            return Told(heard.prompt)
        if rule.file is None:
            return Told(rule.text or "")
        fitting = [line for matches, line in self._lines if matches(heard)]
        if not fitting:
            return None
        place = heard.turn if rule.order == "turn" else heard.attempt
        return _played(fitting[(place - 1) % len(fitting)], heard)


def _played(line: Line, heard: Heard) -> Told:
    return told(line, heard.token.removeprefix("sha256:").removeprefix("call-"))


def compiled(match: ReplyMatch) -> Callable[[Heard], bool]:
    """A match as one function, which looks at nothing that the match does not name."""
    checks: list[Callable[[Heard], bool]] = []
    if match.model is not None:
        model = text_test(match.model)
        checks.append(lambda heard: model(heard.model))
    if match.path is not None:
        path = path_test(match.path)
        checks.append(lambda heard: path(heard.path))
    if match.body is not None:
        text = match.body.encode()
        checks.append(lambda heard: text in heard.body)
    if match.user is not None:
        user = text_test(match.user)
        checks.append(lambda heard: user(heard.prompt))
    if match.stream is not None:
        stream = match.stream
        checks.append(lambda heard: heard.stream == stream)
    return lambda heard: all(check(heard) for check in checks)

"""Whether a request is one of those that a rule is about: its match, compiled once.

What a match asks for is of two sorts. The *steady* fields (method, path, model, key, project,
stream) have few different values on a running server, so a plan remembers which rules fit a
combination of them; the *passing* ones (attempt, token, headers, body) are looked at each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.globs import path_test, text_test

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.facts import RequestFacts
    from mockserver.faults.rules import Match

    Check = Callable[[RequestFacts], bool]


@dataclass(frozen=True, slots=True)
class Matcher:
    """A match as tests on a request, each with the name of its field, cheapest first."""

    steady: tuple[tuple[str, Check], ...]
    passing: tuple[tuple[str, Check], ...]

    def matches(self, facts: RequestFacts) -> bool:
        """Whether every field holds."""
        return all(check(facts) for _, check in (*self.steady, *self.passing))

    def differing(self, facts: RequestFacts) -> tuple[str, ...]:
        """The fields that do not hold, for a person who wonders why a rule did not match."""
        return tuple(name for name, check in (*self.steady, *self.passing) if not check(facts))


def compile_match(match: Match) -> Matcher:
    """The tests of a match; none where it has no fields."""
    steady: list[tuple[str, Check]] = []
    passing: list[tuple[str, Check]] = []
    if match.method is not None:
        steady.append(("method", _method(match.method.upper())))
    if match.stream is not None:
        steady.append(("stream", _stream(match.stream)))
    if match.key is not None:
        steady.append(("key", _key(match.key)))
    if match.project is not None:
        steady.append(("project", _project(match.project)))
    if match.path is not None:
        steady.append(("path", _path(path_test(match.path))))
    if match.model is not None:
        steady.append(("model", _model(text_test(match.model))))
    if match.attempt is not None:
        passing.append(("attempt", _attempt(*match.attempt)))
    if match.token is not None:
        passing.append(("token", _token(text_test(match.token))))
    passing.extend(
        (f"header.{name}", _header(name.lower(), text_test(glob)))
        for name, glob in match.header.items()
    )
    if match.body is not None:
        passing.append(("body", _body(match.body.encode())))
    return Matcher(tuple(steady), tuple(passing))


def _method(method: str) -> Check:
    return lambda facts: facts.method == method


def _stream(stream: bool) -> Check:
    return lambda facts: facts.stream is stream


def _key(key: str) -> Check:
    return lambda facts: facts.key_id == key


def _project(project: str) -> Check:
    return lambda facts: facts.project == project


def _path(fits: Callable[[str], bool]) -> Check:
    return lambda facts: fits(facts.path)


def _model(fits: Callable[[str], bool]) -> Check:
    return lambda facts: facts.model is not None and fits(facts.model)


def _attempt(low: int, high: int) -> Check:
    return lambda facts: low <= facts.attempt <= high


def _token(fits: Callable[[str], bool]) -> Check:
    return lambda facts: fits(facts.token) or any(fits(token) for token in facts.tokens)


def _header(name: str, fits: Callable[[str], bool]) -> Check:
    def check(facts: RequestFacts) -> bool:
        for key, value in facts.headers:  # noqa: SIM110 - any() takes four times as long
            if key == name and fits(value):
                return True
        return False

    return check


def _body(text: bytes) -> Check:
    return lambda facts: text in facts.body

"""The log: for people, for programs, and without secrets."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Literal

import pytest

from mockserver.logs import ROOT, log_no_more, log_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Start = Callable[..., io.StringIO]

log = logging.getLogger("mockserver.somewhere")


@pytest.fixture
def start() -> Iterator[Start]:
    """Log into a text, until the test is over."""
    handlers: list[logging.Handler] = []

    def started(form: Literal["text", "json"] = "text", **more: object) -> io.StringIO:
        stream = io.StringIO()
        handlers.append(log_to(stream, form=form, **more))  # type: ignore[arg-type]
        return stream

    yield started
    for handler in handlers:
        log_no_more(handler)


def test_people_get_a_line(start: Start) -> None:
    """With what was given beside the words."""
    stream = start()

    log.warning("read %s anew", "mock.toml", extra={"rules": 3})

    assert stream.getvalue() == "pawa-mock: read mock.toml anew rules=3\n"


def test_programs_get_an_object_a_line(start: Start) -> None:
    """With time, level, logger and all that was given."""
    stream = start("json")

    log.warning("read %s anew", "mock.toml", extra={"rules": 3})

    told = json.loads(stream.getvalue())
    assert told.pop("time").endswith("Z")
    assert told == {
        "level": "warning",
        "logger": "mockserver.somewhere",
        "message": "read mock.toml anew",
        "rules": 3,
    }


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_is_in_it(start: Start, form: Literal["text", "json"]) -> None:
    """One line where a program reads."""
    stream = start(form)
    try:
        int("no")
    except ValueError:
        log.exception("it failed")

    text = stream.getvalue()
    assert "ValueError: invalid literal" in text
    assert ("\nTraceback" in text) is (form == "text")


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_in_it(start: Start, form: Literal["text", "json"]) -> None:
    """Neither in the words nor in what was given, nor in a traceback."""
    stream = start(form, mask=lambda text: text.replace("s3cret", "key#1"))
    try:
        int("s3cret")
    except ValueError:
        log.exception("it was %s", "s3cret", extra={"key": "s3cret"})

    assert "s3cret" not in stream.getvalue()
    assert stream.getvalue().count("key#1") >= 3


def test_a_level_keeps_the_rest_out(start: Start) -> None:
    """And nothing goes on to the loggers of the program that has this package inside."""
    stream = start(level="warning")

    log.info("not this")
    log.warning("this")

    assert stream.getvalue() == "pawa-mock: this\n"
    assert not logging.getLogger(ROOT).propagate


def test_afterwards_everything_is_as_before(start: Start) -> None:
    """A test that follows finds no handler of ours."""
    logger = logging.getLogger(ROOT)
    before = (list(logger.handlers), logger.level, logger.propagate)

    log_no_more(log_to(io.StringIO()))

    assert (list(logger.handlers), logger.level, logger.propagate) == before


@pytest.mark.parametrize(
    ("form", "level", "told"),
    [("text", "info", False), ("text", "debug", True), ("json", "info", True)],
)
def test_the_audit_is_for_programs(form: Literal["text", "json"], level: str, told: bool) -> None:
    """A person at a terminal is not told of every control call; of a refused one they are."""
    stream = io.StringIO()
    handler = log_to(stream, form=form, level=level)
    logging.getLogger("mockserver.audit").info("control call")
    logging.getLogger("mockserver.audit").warning("refused call")
    log_no_more(handler)

    assert ("control call" in stream.getvalue()) is told
    assert "refused call" in stream.getvalue()

"""The log of the program, for people or as JSON Lines, and never with a secret in it."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Literal

from mockserver.moments import iso_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

ROOT = "mockserver"
"""The logger above all of this package's own."""

AUDIT = "mockserver.audit"
"""The logger of control calls that change something."""

LEVELS = ("debug", "info", "warning", "error")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; whatever else one holds was given as ``extra``."""


class TextFormatter(logging.Formatter):
    """A line for a person: ``pawa-mock: read mock.toml anew: …``."""

    def __init__(self, mask: Callable[[str], str]) -> None:
        super().__init__("pawa-mock: %(message)s")
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        """The record, what was given as ``extra`` behind it as ``name=value``."""
        given = "".join(f" {name}={value}" for name, value in extras(record).items())
        first, newline, trace = super().format(record).partition("\n")
        return self._mask(f"{first}{given}{newline}{trace}")


class JsonFormatter(logging.Formatter):
    """A line for a program: an object with ``time``, ``level``, ``logger`` and ``message``.

    What was given as ``extra`` stands beside these, a traceback in ``exception``.
    """

    def __init__(self, mask: Callable[[str], str]) -> None:
        super().__init__()
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        told = {
            "time": iso_time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **extras(record),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return self._mask(json.dumps(told, default=str, ensure_ascii=False))


def extras(record: logging.LogRecord) -> dict[str, object]:
    """What was given to a record as ``extra``."""
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def log_to(
    stream: TextIO | None = None,
    *,
    form: Literal["text", "json"] = "text",
    level: str = "info",
    mask: Callable[[str], str] = str,
) -> logging.Handler:
    """Write this package's log to a stream (stderr without one); the handler that does.

    ``mask`` takes secrets out of each line before it is written. The audit of control calls is for
    programs: a person at a terminal gets it at the level ``debug`` alone.
    """
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonFormatter(mask) if form == "json" else TextFormatter(mask))
    if form == "text" and level != "debug":
        handler.addFilter(_is_for_people)
    logger = logging.getLogger(ROOT)
    logger.addHandler(handler)
    logger.setLevel(level.upper())
    logger.propagate = False
    return handler


def _is_for_people(record: logging.LogRecord) -> bool:
    """Whether a record is more than an entry of the audit that went as usual."""
    return record.name != AUDIT or record.levelno >= logging.WARNING


def log_no_more(handler: logging.Handler) -> None:
    """Take a handler of :func:`log_to` away again."""
    logger = logging.getLogger(ROOT)
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)
    logger.propagate = True
    handler.close()

"""The errors of the harness.

::

    ScenariosError
    ├── InputError        the command, a file or the client command is wrong (exit code 2)
    ├── CatalogueError  the catalogue or a scenario's registration is wrong (exit code 3)
    └── NotTestable     a scenario could not arrange what it needs (the row's verdict)

Every message is one line that names the thing, the place and the mend.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class ScenariosError(Exception):
    """Whatever the harness refuses or cannot do."""


class InputError(ScenariosError):
    """What a person typed or wrote is wrong: the message says where and how to mend it."""


class CatalogueError(ScenariosError):
    """A scenario or the catalogue contradicts itself: a mistake of the harness, not of a client."""


class NotTestable(ScenariosError):  # noqa: N818 - a verdict, raised
    """Raised by a scenario that cannot arrange its test: the row ends ``not_testable``."""


def nearest(word: str, known: Iterable[str], *, most: int = 3) -> str:
    """The known words most like `word`, as the end of a message; empty when none is near."""
    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_folded, n=most, cutoff=0.5)
    if not close:
        return ""
    return f"; nearest: {', '.join(by_folded[name] for name in close)}"

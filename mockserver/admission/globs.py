"""Whether a model or a path is like one of some globs: ``*``, ``?`` and ``[…]``, case counts.

``*`` crosses slashes, and a path is compared with and without ``/v1``, as in the rules.
"""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

from mockserver.api.routes import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def text_test(globs: Sequence[str]) -> Callable[[str], bool]:
    """Whether a text is like one of the globs."""
    matches = re.compile("|".join(f"(?:{translate(glob)})" for glob in globs)).match
    return lambda text: matches(text) is not None


def path_test(globs: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path, with or without ``/v1``, is like one of the globs."""
    like = text_test(globs)
    return lambda path: like(path) or like(path.removeprefix(PREFIX))

"""Whether a text or a path is like a glob: ``*``, ``?`` and ``[…]``; case counts.

``*`` crosses slashes, and a path is compared with and without ``/v1``: people may write either.
"""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

from mockserver.facts import API_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

_MAGIC = re.compile(r"[*?\[]")


def text_test(*globs: str) -> Callable[[str], bool]:
    """A test for texts that are like one of the globs, compiled once."""
    if len(globs) == 1 and not _MAGIC.search(globs[0]):
        return globs[0].__eq__
    matches = re.compile("|".join(f"(?:{translate(glob)})" for glob in globs)).match
    return lambda text: matches(text) is not None


def path_test(*globs: str) -> Callable[[str], bool]:
    """A test for paths that, with or without ``/v1``, are like one of the globs."""
    like = text_test(*globs)
    return lambda path: like(path) or like(path.removeprefix(API_PREFIX))

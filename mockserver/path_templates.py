"""Paths with names in them: ``/agents/view/{id}``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = re.compile(r"\{(\w+)\}")


def template_test(template: str) -> Callable[[str], dict[str, str] | None]:
    """What reads a path of this form: the names and what stands for them, percent-decoded.

    None for a path of another form. A name stands for one segment, which is not empty.
    """
    pattern = re.compile(_NAME.sub(r"(?P<\1>[^/]+)", template))

    def names_in(path: str) -> dict[str, str] | None:
        found = pattern.fullmatch(path)
        if found is None:
            return None
        return {name: unquote(value) for name, value in found.groupdict().items()}

    return names_in

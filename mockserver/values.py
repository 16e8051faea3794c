"""Dataclasses that nobody changes, at no cost when one is made.

A dataclass that is frozen at run time sets each field through ``object.__setattr__``, three times
as slow as an ordinary one; a request makes some twenty such objects, a fifth of all its time. These
are frozen for the type checker, which is run over every line, and ordinary when they are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """A slotted dataclass that compares by its fields and is never changed."""
    return dataclass(slots=True, unsafe_hash=True)(cls)

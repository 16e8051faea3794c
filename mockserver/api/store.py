"""What a sandbox has been given to keep: the resources that its API made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.api.agents import Agent
    from mockserver.api.library import KnowledgeBase, StoredFile
    from mockserver.api.transcriptions import Transcription
    from mockserver.api.workspaces import Workspace

T = TypeVar("T")


class Table(Generic[T]):
    """Resources of one kind by their ids, which count from 1 and are never given twice."""

    def __init__(self) -> None:
        self._rows: dict[int, T] = {}
        self._made = 0

    def add(self, make: Callable[[int], T]) -> T:
        """Keep what ``make`` makes of the next id."""
        self._made += 1
        row = self._rows[self._made] = make(self._made)
        return row

    def get(self, row_id: int) -> T | None:
        """The resource with an id, or None."""
        return self._rows.get(row_id)

    def put(self, row_id: int, row: T) -> None:
        """Keep a resource in place of the old one. KeyError: no such id."""
        if row_id not in self._rows:
            raise KeyError(row_id)
        self._rows[row_id] = row

    def remove(self, row_id: int) -> T | None:
        """Forget a resource; what it was, or None."""
        return self._rows.pop(row_id, None)

    def all(self) -> tuple[T, ...]:
        """Every resource, in order of their making."""
        return tuple(self._rows.values())

    def clear(self) -> None:
        """Forget everything; ids begin at 1 again."""
        self._rows.clear()
        self._made = 0


class Store:
    """Every table of one sandbox."""

    def __init__(self) -> None:
        self.agents: Table[Agent] = Table()
        self.bases: Table[KnowledgeBase] = Table()
        self.files: Table[StoredFile] = Table()
        self.workspaces: Table[Workspace] = Table()
        self.transcriptions: Table[Transcription] = Table()
        self._passages = 0

    def number_passages(self, count: int) -> range:
        """The next ``count`` numbers for passages of files; they count from 1."""
        first = self._passages + 1
        self._passages += count
        return range(first, first + count)

    def clear(self) -> None:
        """Forget everything; every number begins at 1 again."""
        for table in (
            self.agents,
            self.bases,
            self.files,
            self.workspaces,
            self.transcriptions,
        ):
            table.clear()
        self._passages = 0

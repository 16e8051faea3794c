"""Knowledge bases and their files as they are kept: found by either id, and bounded.

Source: pawa-api.md section 3.8. What an entry of a list looks like is undocumented beyond the two
ids; the rest follows the agents and the transcriptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mockserver.api import envelope, fields
from mockserver.api.extraction import text_of
from mockserver.api.fields import BadRequest
from mockserver.api.passages import Passage, cut, vector_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockserver.answer import Answer
    from mockserver.api.multipart import UploadedFile
    from mockserver.api.store import Store
    from mockserver.settings import StorageSettings

REFERENCE_PREFIX = "kb-"
READ = "COMPLETED"
UNREAD = "NO_TEXT"
"""The status of a file that is kept, and that no question can find."""

BaseId = int | str
"""Either id of a knowledge base: the integer, or the reference ``kb-<uuid>``."""


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """A knowledge base; times are texts in ISO 8601."""

    id: int
    reference: str
    name: str
    description: str
    created_at: str
    updated_at: str

    def as_json(self) -> dict[str, object]:
        """The entry, under both ids."""
        return {
            "id": self.id,
            "kbReferenceId": self.reference,
            "name": self.name,
            "description": self.description,
            "status": "ACTIVE",
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a knowledge base: what was sent, and the passages of its text."""

    id: int
    base_id: int
    name: str
    content_type: str
    size_bytes: int
    created_at: str
    passages: tuple[Passage, ...]

    def as_json(self) -> dict[str, object]:
        """The entry of the list of files."""
        return {
            "id": self.id,
            "knowledgeBaseId": self.base_id,
            "fileName": self.name,
            "fileType": self.content_type,
            "fileSize": self.size_bytes,
            "status": READ if self.passages else UNREAD,
            "createdAt": self.created_at,
            "updatedAt": self.created_at,
        }


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is to be kept, cut into the texts of its passages."""

    file: UploadedFile
    texts: tuple[str, ...]


def read_base_id(body: Mapping[str, object], *names: str) -> BaseId | None:
    """The id in the first of these fields that is there; integer and reference are both taken.

    What stands in the others must be an id too.
    """
    given = [_base_id(body[name], name) for name in names if body.get(name) is not None]
    return given[0] if given else None


def _base_id(value: object, name: str) -> BaseId:
    base_id = value if isinstance(value, str) and value else fields.whole(value)
    if base_id is None:
        raise BadRequest(f"{name} must be an integer or a reference ({REFERENCE_PREFIX}...)")
    return base_id


def id_in_path(text: str) -> BaseId:
    """What a path names: the integer where it is one, else a reference."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text


def find_base(store: Store, wanted: BaseId) -> KnowledgeBase | None:
    """The knowledge base with that id, or None."""
    if isinstance(wanted, int):
        return store.bases.get(wanted)
    return next((base for base in store.bases.all() if base.reference == wanted), None)


def missing_base(wanted: BaseId) -> Answer:
    """404 for an id that no knowledge base has."""
    return envelope.failure(404, f"Knowledge base not found: {wanted}")


def files_of(store: Store, base: KnowledgeBase) -> tuple[StoredFile, ...]:
    """The files of a knowledge base, in order of their coming."""
    return tuple(file for file in store.files.all() if file.base_id == base.id)


def passages_of(store: Store, bases: Iterable[KnowledgeBase]) -> list[Passage]:
    """Every passage of some knowledge bases."""
    wanted = {base.id for base in bases}
    return [
        passage for file in store.files.all() if file.base_id in wanted for passage in file.passages
    ]


def prepare(files: Iterable[UploadedFile], chunk_words: int) -> tuple[Upload, ...]:
    """Read the text of files and cut it; a file without text has no passage."""
    return tuple(
        Upload(file, cut(text_of(file.filename, file.content_type, file.data) or "", chunk_words))
        for file in files
    )


def keep_files(store: Store, base: KnowledgeBase, uploads: Iterable[Upload], at: str) -> None:
    """Put files into a knowledge base, ready to be searched."""
    for upload in uploads:
        texts, numbers = upload.texts, store.number_passages(len(upload.texts))
        passages = tuple(
            Passage(number, base.id, upload.file.filename, text, vector_for(text))
            for number, text in zip(numbers, texts, strict=True)
        )
        store.files.add(partial(_stored_file, base.id, upload.file, passages, at))


def _stored_file(
    base_id: int, file: UploadedFile, passages: tuple[Passage, ...], at: str, number: int
) -> StoredFile:
    return StoredFile(
        id=number,
        base_id=base_id,
        name=file.filename,
        content_type=file.content_type,
        size_bytes=len(file.data),
        created_at=at,
        passages=passages,
    )


def remove_base(store: Store, base: KnowledgeBase) -> None:
    """Forget a knowledge base and its files."""
    for file in files_of(store, base):
        store.files.remove(file.id)
    store.bases.remove(base.id)


def no_room_for_bytes(store: Store, settings: StorageSettings, more: int) -> Answer | None:
    """413 when so many more bytes of agents and files would be too many."""
    kept = sum(file.size_bytes for file in store.files.all())
    kept += sum(agent.size_bytes for agent in store.agents.all())
    return _no_room("bytes", kept + more, settings.max_bytes, "max_bytes")


def no_room_for_files(
    store: Store, settings: StorageSettings, uploads: tuple[Upload, ...]
) -> Answer | None:
    """413 when these files would be too many, or too large, or their text too long."""
    files = store.files.all()
    chunks = sum(len(file.passages) for file in files) + sum(len(one.texts) for one in uploads)
    return (
        _no_room("files", len(files) + len(uploads), settings.max_files, "max_files")
        or no_room_for_bytes(store, settings, sum(len(one.file.data) for one in uploads))
        or _no_room("chunks of text", chunks, settings.max_chunks, "max_chunks")
    )


def no_room_for_rows(what: str, kept: int, limit: int, setting: str) -> Answer | None:
    """413 when there is no place for one more."""
    return _no_room(what, kept + 1, limit, setting)


def _no_room(what: str, wanted: int, limit: int, setting: str) -> Answer | None:
    if wanted <= limit:
        return None
    return envelope.failure(
        413, f"Storage is full: it holds {limit} {what} (storage.{setting}), not {wanted}"
    )

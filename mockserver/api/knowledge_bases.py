"""``/store/knowledge-base``: bases of files that questions are answered from.

Source: pawa-api.md section 3.8. The documents create a base by a form with files, the SDK by JSON
without any; both are taken, and so is either for a change. Where a form brings files, a change adds
them. Paging, and the shapes beyond the two ids, are this mock's own choice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from mockserver.api import envelope, fields, form_fields, library
from mockserver.api.endpoint import Endpoint
from mockserver.api.fields import BadRequest
from mockserver.api.free_work import free_work
from mockserver.api.library import KnowledgeBase
from mockserver.api.multipart import is_form, parse_form
from mockserver.api.paging import Page, read_page
from mockserver.api.references import reference_for
from mockserver.moments import iso_time

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.api.endpoint import ApiCall
    from mockserver.api.multipart import UploadedFile
    from mockserver.api.work import Moment, Work

CREATED = "Knowledge base created successfully"
UPDATED = "Knowledge base updated successfully"
DELETED = "Knowledge base deleted successfully"
LISTED = "Knowledge bases retrieved successfully"
FILES_LISTED = "Files retrieved successfully"

FILE_FIELD = "knowledgeBase"
JSON_FIELDS = frozenset({"name", "description"})
FORM_FIELDS = JSON_FIELDS | {FILE_FIELD}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says of a base: None where it says nothing."""

    name: str | None
    description: str | None
    files: tuple[UploadedFile, ...] = ()


def read_create(call: ApiCall) -> Work:
    """``POST /store/knowledge-base``; raises BadRequest. 413 when there is no room."""
    asked = _read(call)
    if asked.name is None:
        raise BadRequest("name is required")
    return free_work("knowledge_bases.create", partial(_create, call, asked))


def read_list(call: ApiCall) -> Work:
    """``GET /store/knowledge-base?page&limit&search``; ``search`` looks at name and description."""
    query = call.query
    work = partial(_list, call, read_page(query), query.get("search", "").lower())
    return free_work("knowledge_bases.list", work)


def read_one(call: ApiCall) -> Work:
    """``GET /store/knowledge-base/{id}`` by either id; 404 for one that nothing has."""
    return free_work("knowledge_bases.one", partial(_one, call))


def read_update(call: ApiCall) -> Work:
    """``PUT /store/knowledge-base/{id}``; what is not sent stays. Raises BadRequest."""
    return free_work("knowledge_bases.update", partial(_update, call, _read(call)))


def read_delete(call: ApiCall) -> Work:
    """``DELETE /store/knowledge-base/{id}``: the base and its files."""
    return free_work("knowledge_bases.delete", partial(_delete, call))


def read_files(call: ApiCall) -> Work:
    """``GET /store/files/knowledge-base/{id}``: what was uploaded, and whether it has text."""
    return free_work("knowledge_bases.files", partial(_files, call))


ENDPOINTS = (
    Endpoint("knowledge_bases.create", "POST", "/store/knowledge-base", read_create),
    Endpoint("knowledge_bases.list", "GET", "/store/knowledge-base", read_list),
    Endpoint("knowledge_bases.one", "GET", "/store/knowledge-base/{id}", read_one),
    Endpoint("knowledge_bases.update", "PUT", "/store/knowledge-base/{id}", read_update),
    Endpoint("knowledge_bases.delete", "DELETE", "/store/knowledge-base/{id}", read_delete),
    Endpoint("knowledge_bases.files", "GET", "/store/files/knowledge-base/{id}", read_files),
)


def _read(call: ApiCall) -> Asked:
    if is_form(call.facts.headers):
        return _read_form(call)
    body = fields.read_object(call.facts.body_json)
    if call.settings.api.unknown_fields == "refuse":
        fields.check_known(body, JSON_FIELDS)
    return Asked(
        None if body.get("name") is None else fields.required_text(body, "name"),
        fields.optional_text(body, "description") if "description" in body else None,
    )


def _read_form(call: ApiCall) -> Asked:
    form = parse_form(call.facts.headers, call.facts.body)
    if FILE_FIELD in form.fields:
        raise BadRequest(f"{FILE_FIELD} must be a file, with a filename")
    # Never ignored: a file that is thrown away unseen would cost a developer an evening.
    stray = next((file.field for file in form.files if file.field not in FORM_FIELDS), None)
    if stray is not None:
        raise BadRequest(f"{stray} is no field for files here; send them as {FILE_FIELD}")
    if call.settings.api.unknown_fields == "refuse":
        form_fields.check_known(form, FORM_FIELDS)
    name, description = (
        form_fields.optional_text(form, field) if field in form.fields else None
        for field in ("name", "description")
    )
    if name == "":
        raise BadRequest("name must not be empty")
    return Asked(name, description, form.files_of(FILE_FIELD))


def _create(call: ApiCall, asked: Asked, moment: Moment) -> Answer:
    store, settings = call.store, call.settings.storage
    uploads = library.prepare(asked.files, settings.chunk_words)
    full = library.no_room_for_rows(
        "knowledge bases", len(store.bases.all()), settings.max_bases, "max_bases"
    ) or library.no_room_for_files(store, settings, uploads)
    if full is not None:
        return full
    taken = {base.reference for base in store.bases.all()}
    now = iso_time(moment.wall_s)
    base = store.bases.add(
        lambda number: KnowledgeBase(
            id=number,
            reference=reference_for(
                moment.draws, "knowledge-base", taken, prefix=library.REFERENCE_PREFIX
            ),
            name=asked.name or "",
            description=asked.description or "",
            created_at=now,
            updated_at=now,
        )
    )
    library.keep_files(store, base, uploads, now)
    return envelope.success(CREATED, base.as_json())


def _update(call: ApiCall, asked: Asked, moment: Moment) -> Answer:
    store, base = call.store, _asked_for(call)
    if base is None:
        return _missing(call)
    settings = call.settings.storage
    uploads = library.prepare(asked.files, settings.chunk_words)
    full = library.no_room_for_files(store, settings, uploads)
    if full is not None:
        return full
    now = iso_time(moment.wall_s)
    changed = replace(
        base,
        name=base.name if asked.name is None else asked.name,
        description=base.description if asked.description is None else asked.description,
        updated_at=now,
    )
    store.bases.put(base.id, changed)
    library.keep_files(store, changed, uploads, now)
    return envelope.success(UPDATED, changed.as_json())


def _delete(call: ApiCall, _: Moment) -> Answer:
    base = _asked_for(call)
    if base is None:
        return _missing(call)
    library.remove_base(call.store, base)
    return envelope.success(DELETED, None)


def _list(call: ApiCall, page: Page, search: str, _: Moment) -> Answer:
    found = [
        base.as_json()
        for base in call.store.bases.all()
        if search in f"{base.name} {base.description}".lower()
    ]
    return envelope.success(LISTED, page.of(found))


def _one(call: ApiCall, _: Moment) -> Answer:
    base = _asked_for(call)
    return _missing(call) if base is None else envelope.success(LISTED, base.as_json())


def _files(call: ApiCall, _: Moment) -> Answer:
    base = _asked_for(call)
    if base is None:
        return _missing(call)
    files = [file.as_json() for file in library.files_of(call.store, base)]
    return envelope.success(FILES_LISTED, files)


def _asked_for(call: ApiCall) -> KnowledgeBase | None:
    return library.find_base(call.store, library.id_in_path(call.params["id"]))


def _missing(call: ApiCall) -> Answer:
    return library.missing_base(call.params["id"])

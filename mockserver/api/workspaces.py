"""Workspaces of the transcriber: ``/transcribe/workspace`` (pawa-api.md section 3.14).

Their answers are undocumented: a workspace is its id, its name and two times.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from mockserver.api import envelope, fields
from mockserver.api.endpoint import Endpoint
from mockserver.api.free_work import free_work
from mockserver.api.paging import Page, read_page
from mockserver.moments import iso_time

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.api.endpoint import ApiCall
    from mockserver.api.store import Store
    from mockserver.api.work import Moment, Work

CREATED = "Workspace created successfully"
RETRIEVED = "Workspaces retrieved successfully"
UPDATED = "Workspace updated successfully"
DELETED = "Workspace deleted successfully"

FIELDS = frozenset({"name"})


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace; times are seconds since the epoch."""

    id: int
    name: str
    created_s: float
    updated_s: float

    def as_json(self) -> dict[str, object]:
        """The workspace as an answer shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "createdAt": iso_time(self.created_s),
            "updatedAt": iso_time(self.updated_s),
        }


def id_of(text: str) -> int:
    """The id that a path names; 0, which nothing has, for what is no id."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def missing(kind: str, text: str) -> Answer:
    """404 for an id that nothing of a kind has."""
    return envelope.failure(404, f"{kind} not found: {text}")


def read_create(call: ApiCall) -> Work:
    """``POST``: a name; raises BadRequest."""
    return free_work("workspaces.create", partial(_create, call.store, _read_name(call)))


def read_list(call: ApiCall) -> Work:
    """``GET``: all of them, or a page; raises BadRequest."""
    page = read_page(call.query)
    return free_work("workspaces.list", partial(_list, call.store, page))


def read_one(call: ApiCall) -> Work:
    """``GET`` of one."""
    return free_work("workspaces.one", partial(_show, call.store, call.params["id"]))


def read_update(call: ApiCall) -> Work:
    """``PUT``: a new name; raises BadRequest."""
    name = _read_name(call)
    return free_work("workspaces.update", partial(_update, call.store, call.params["id"], name))


def read_delete(call: ApiCall) -> Work:
    """``DELETE``: with everything in it."""
    return free_work("workspaces.delete", partial(_delete, call.store, call.params["id"]))


_ALL = "/transcribe/workspace"
_ONE = "/transcribe/workspace/{id}"

ENDPOINTS = (
    Endpoint("workspaces.create", "POST", _ALL, read_create),
    Endpoint("workspaces.list", "GET", _ALL, read_list),
    Endpoint("workspaces.one", "GET", _ONE, read_one),
    Endpoint("workspaces.update", "PUT", _ONE, read_update),
    Endpoint("workspaces.delete", "DELETE", _ONE, read_delete),
)


def _read_name(call: ApiCall) -> str:
    body = fields.read_object(call.facts.body_json)
    if call.settings.api.unknown_fields == "refuse":
        fields.check_known(body, FIELDS)
    return fields.required_text(body, "name")


def _create(store: Store, name: str, moment: Moment) -> Answer:
    now_s = moment.wall_s
    workspace = store.workspaces.add(lambda row_id: Workspace(row_id, name, now_s, now_s))
    return envelope.success(CREATED, workspace.as_json())


def _list(store: Store, page: Page, _: Moment) -> Answer:
    found = page.of(store.workspaces.all())
    return envelope.success(RETRIEVED, [workspace.as_json() for workspace in found])


def _show(store: Store, wanted: str, _: Moment) -> Answer:
    workspace = store.workspaces.get(id_of(wanted))
    if workspace is None:
        return missing("Workspace", wanted)
    return envelope.success(RETRIEVED, workspace.as_json())


def _update(store: Store, wanted: str, name: str, moment: Moment) -> Answer:
    workspace = store.workspaces.get(id_of(wanted))
    if workspace is None:
        return missing("Workspace", wanted)
    changed = replace(workspace, name=name, updated_s=moment.wall_s)
    store.workspaces.put(workspace.id, changed)
    return envelope.success(UPDATED, changed.as_json())


def _delete(store: Store, wanted: str, _: Moment) -> Answer:
    workspace = store.workspaces.remove(id_of(wanted))
    if workspace is None:
        return missing("Workspace", wanted)
    for transcription in store.transcriptions.all():
        if transcription.workspace_id == workspace.id:
            store.transcriptions.remove(transcription.id)
    return envelope.success(DELETED, None)

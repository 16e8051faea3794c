"""Calls for the OpenAPI documents: of the API as a sandbox speaks it, and of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer
from mockserver.openapi.api import api_document
from mockserver.openapi.control import control_document

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.sandbox import Sandbox


async def show_api(call: ControlCall) -> Answer:
    """The OpenAPI document of the API, as the first sandbox speaks it."""
    return _document_of(call.server.default)


async def show_sandbox_api(call: ControlCall) -> Answer:
    """The OpenAPI document of the API, as one sandbox speaks it."""
    return _document_of(call.sandbox)


async def show_control_api(call: ControlCall) -> Answer:
    """The OpenAPI document of the control API."""
    return json_answer(control_document(all_calls(), call.server.control_url))


def all_calls() -> Calls:
    """Every call there is."""
    from mockserver.control.handlers import CALLS  # noqa: PLC0415 - this module is one of them

    return CALLS


def _document_of(sandbox: Sandbox) -> Answer:
    return json_answer(api_document(sandbox.settings, sandbox.base_url))


CALLS: Calls = {
    ("GET", "/openapi.json"): Call(show_api, told=dict[str, Any]),
    ("GET", f"{ONE}/openapi.json"): Call(show_sandbox_api, told=dict[str, Any]),
    ("GET", "/control/openapi.json"): Call(show_control_api, told=dict[str, Any]),
}
"""What this module answers: method, path after ``/_mock``, and the call."""

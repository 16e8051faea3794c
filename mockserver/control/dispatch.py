"""The control API under ``/_mock``: who may call it, and which call is which.

It is as strong as the person who runs the server, so it does not listen to a page of another origin
in that person's browser, nor to a name that merely resolves to this machine, and on a listener
beyond loopback only to those who know the token (DESIGN section 7).
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mockserver import errors
from mockserver.admission.keys import bearer_key
from mockserver.configuration.file import ConfigError
from mockserver.control.address import PREFIX, is_loopback
from mockserver.control.handlers import CALLS, operations
from mockserver.control.handlers.call import ControlCall, json_answer
from mockserver.faults.rules import RuleError
from mockserver.path_templates import template_test

if TYPE_CHECKING:
    from mockserver.answer import Answer, Headers
    from mockserver.audit import Caller
    from mockserver.control.handlers.call import Handler
    from mockserver.server import MockServer
    from mockserver.settings import ServerSettings

_WITHOUT_IT = "the server listens beyond loopback; send its control token"
_HAS_NONE = "the server listens beyond loopback and has no control_token; set one to use this API"

_STATUS_OF_ERROR: tuple[tuple[type[Exception], int], ...] = (
    (ConfigError, 400),
    (RuleError, 400),
    (errors.UnknownSandboxError, 404),
    (errors.UnknownRuleError, 404),
    (errors.UnknownKeyError, 404),
    (errors.MockServerError, 409),
)


async def dispatch(  # noqa: PLR0917 - the parts of a request, in the order of HTTP
    server: MockServer, method: str, path: str, query: str, body: bytes, headers: Headers
) -> Answer:
    """Answer one call; whatever is wrong with it is an answer too, with a line for each mistake."""
    if method == "HEAD" and path in operations.ROOT:
        method = "GET"
    if method == "GET" and path in operations.OPEN:
        return operations.answer_anybody(server, path)
    refused = refuse_stranger(server.settings, headers)
    if refused is not None:
        return refused
    try:
        handler, names = _find(method, path)
        return await handler(ControlCall(server, names, query, body, headers))
    except (errors.MockServerError, RuleError) as error:
        status = next(code for kind, code in _STATUS_OF_ERROR if isinstance(error, kind))
        return problem(status, *str(error).splitlines())
    except _NoSuchCallError as error:
        return error.answer


def is_control(path: str) -> bool:
    """Whether a path is one of this API: under ``/_mock``, or one of the few at the root."""
    return path.startswith(f"{PREFIX}/") or path == PREFIX or path in operations.ROOT


def caller_of(settings: ServerSettings, headers: Headers) -> Caller:
    """Why a caller is let in, or that it is not."""
    if _knows_token(settings, headers):
        return "token"
    return "loopback" if refuse_stranger(settings, headers) is None else "stranger"


def refuse_stranger(settings: ServerSettings, headers: Headers) -> Answer | None:
    """The refusal for callers that have no business here; None for the others.

    The right token (``Authorization: Bearer``) opens every door. Without it the listener must be
    on loopback, the ``Host`` a name of loopback (else a name on the web could resolve to this
    machine), and an ``Origin``, which only browsers send, the server's own.
    """
    if _knows_token(settings, headers):
        return None
    if not is_loopback(settings.host):
        challenge = ("WWW-Authenticate", "Bearer")
        return problem(401, _WITHOUT_IT if settings.control_token else _HAS_NONE).with_headers(
            challenge
        )
    found = {name.lower(): value for name, value in headers}
    host = found.get("host", "")
    if host and not is_loopback(urlsplit(f"//{host}").hostname or ""):
        return problem(403, "without a token this API answers to 127.0.0.1 and localhost only")
    origin = found.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return problem(403, "this API does not answer to pages of another origin")
    return None


def _knows_token(settings: ServerSettings, headers: Headers) -> bool:
    token, given = settings.control_token, bearer_key(headers)
    if token is None or given is None:
        return False
    return hmac.compare_digest(token.encode(), given.encode())


class _NoSuchCallError(Exception):
    """No call has this path, or this method of it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def _find(method: str, path: str) -> tuple[Handler, dict[str, str]]:
    """The call, and the names in its path; raises _NoSuchCallError."""
    inside = path.removeprefix(PREFIX)
    allowed: list[str] = []
    for (wanted, pattern), handler in CALLS.items():
        names = _NAMES_IN[pattern](inside)
        if names is None:
            continue
        if wanted == method:
            return handler, names
        allowed.append(wanted)
    if not allowed:
        raise _NoSuchCallError(problem(404, f"no such call: {path}"))
    answer = problem(405, f"{path} has no {method}; it has {', '.join(allowed)}")
    raise _NoSuchCallError(answer.with_headers(("Allow", ", ".join(allowed))))


_NAMES_IN = {pattern: template_test(pattern) for _, pattern in CALLS}


def problem(status: int, *lines: str) -> Answer:
    """An error of the control API: a line for each mistake."""
    return json_answer({"errors": lines}, status)

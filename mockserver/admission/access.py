"""What a key opens: whether it is good now, how often it was used, and what it may ask for.

Sources: pawa-api.md section 4 (a missing or bad key: 401) and section 5 (keys are rotated and
revoked, staging and production kept apart; a key may be blocked). Statuses and wording of the rest
are undocumented and listed in ``docs/choices.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.admission import refusals
from mockserver.admission.blocking import Blocks
from mockserver.admission.keys import KeyRing, bearer_key, is_reached
from mockserver.admission.windows import NEVER
from mockserver.api import envelope
from mockserver.globs import path_test, text_test

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer, Headers
    from mockserver.settings import KeySettings, ProjectSettings, SandboxSettings


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What one key or project may ask for; ``whose`` names it."""

    whose: str
    model: Callable[[str], bool] | None
    path: Callable[[str], bool] | None
    elsewhere: str | None


class Access:
    """The keys of one sandbox: found, judged and counted. Times are those of its clock."""

    def __init__(self, settings: SandboxSettings, now_ns: int) -> None:
        self.blocks = Blocks()
        self._used: dict[str, int] = {}
        self._began_ns = now_ns
        self._passing: frozenset[str] = frozenset()
        self._bounds: dict[str, tuple[_Bounds, ...]] = {}
        self._ring = KeyRing(())
        self.follow(settings)

    def follow(self, settings: SandboxSettings) -> None:
        """Other keys and projects from now on; uses and blocks stay with the ids."""
        self._settings = settings
        self._ring = KeyRing(settings.keys)
        self._passing = frozenset(key.id for key in settings.keys if _always_opens(key))
        projects = {project.id: project for project in settings.projects}
        bounds = {
            key.id: _bounds_of(key, projects.get(key.project), settings.environment)
            for key in settings.keys
        }
        self._bounds = {key_id: found for key_id, found in bounds.items() if found}

    def reset(self, now_ns: int) -> None:
        """Nothing used, nobody blocked, and the sandbox begins now."""
        self.blocks.clear()
        self._used.clear()
        self._began_ns = now_ns

    def age_ns(self, now_ns: int) -> int:
        """How long ago the sandbox began, or was reset."""
        return now_ns - self._began_ns

    def find(self, headers: Headers, now_ns: int, wall_s: float) -> KeySettings | None:
        """The key that a request came with, whatever its state; None for a stranger."""
        given = bearer_key(headers)
        return None if given is None else self._ring.find(given, now_ns - self._began_ns, wall_s)

    def enter(self, key: KeySettings, now_ns: int, wall_s: float) -> Answer | None:
        """Use a key once: None when it opens, 401 or the answer to a blocked key when not."""
        left_ns = self.blocks.left_ns(key.id, now_ns)
        if left_ns:
            return self._blocked(left_ns, wall_s)
        if key.id in self._passing:
            return None
        state = self.state(key, now_ns, wall_s)
        if state == "blocked":
            return self._blocked(NEVER, wall_s)
        if state != "active":
            return envelope.unauthorized()
        if key.uses is not None:
            self._used[key.id] = self._used.get(key.id, 0) + 1
        return None

    def state(self, key: KeySettings, now_ns: int, wall_s: float) -> str:
        """What a key is now: active, blocked, revoked, expired, pending, or used up."""
        age_ns = now_ns - self._began_ns
        if key.state != "active":
            return key.state
        if key.expires_at is not None and is_reached(key.expires_at, age_ns, wall_s):
            return "expired"
        if key.not_before is not None and not is_reached(key.not_before, age_ns, wall_s):
            return "pending"
        if self.uses_left(key) == 0:
            return "used up"
        return "blocked" if self.blocks.left_ns(key.id, now_ns) else "active"

    def uses_left(self, key: KeySettings) -> int | None:
        """How often a key can still be used; None without a bound."""
        return None if key.uses is None else max(0, key.uses - self._used.get(key.id, 0))

    def denied(self, key: KeySettings, method: str, path: str, model: str | None) -> Answer | None:
        """403, with a line that names what the key or its project may not ask for."""
        for bounds in self._bounds.get(key.id, ()):
            if bounds.elsewhere is not None:
                return refusals.forbidden(bounds.elsewhere)
            if bounds.path is not None and not bounds.path(path):
                what = f"endpoint {method} {path}"
                return refusals.forbidden(refusals.not_allowed(bounds.whose, what))
            if model is not None and bounds.model is not None and not bounds.model(model):
                what = f"model {model!r}"
                return refusals.forbidden(refusals.not_allowed(bounds.whose, what))
        return None

    def refused(self, key: KeySettings, now_ns: int) -> int:
        """The rate limits refused a request: nanoseconds for which that blocks its key, or 0."""
        return self.blocks.refused(self._settings.key_block, key.id, now_ns)

    def _blocked(self, left_ns: int, wall_s: float) -> Answer:
        settings = self._settings
        form = settings.limit_headers.retry_after
        return refusals.key_blocked(settings.key_block.status, form, left_ns, wall_s)


def _always_opens(key: KeySettings) -> bool:
    bound = (key.not_before, key.expires_at, key.uses)
    return key.state == "active" and bound == (None, None, None)


def _bounds_of(
    key: KeySettings, project: ProjectSettings | None, here: str | None
) -> tuple[_Bounds, ...]:
    own = _bounds(key, f"API key {key.id!r}", here)
    shared = None if project is None else _bounds(project, f"project {project.id!r}", here)
    return tuple(each for each in (own, shared) if each is not None)


def _bounds(told: KeySettings | ProjectSettings, whose: str, here: str | None) -> _Bounds | None:
    elsewhere = None
    if told.environment is not None and here is not None and told.environment != here:
        elsewhere = refusals.elsewhere(whose, told.environment, here)
    if not (told.models or told.endpoints or elsewhere):
        return None
    return _Bounds(
        whose,
        text_test(*told.models) if told.models else None,
        path_test(*told.endpoints) if told.endpoints else None,
        elsewhere,
    )

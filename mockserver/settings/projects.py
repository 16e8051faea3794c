"""Projects: what the keys of one share, apart from those of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.settings.budget import BudgetSettings
from mockserver.settings.limits import LimitSettings
from mockserver.snapshot import Glob, Name, Snapshot, refuse_twins

if TYPE_CHECKING:
    from mockserver.settings.sandbox import SandboxSettings


class ProjectSettings(Snapshot):
    """One project, such as staging or production (pawa-api.md section 5: keep them apart).

    ``rate_limits`` stand in the place of the sandbox's (an empty list: none); ``budget`` is its own
    money. ``models`` and ``endpoints`` bound what its keys may ask for, and ``environment`` where:
    a sandbox that is another environment answers them 403.
    """

    id: Name
    environment: Name | None = None
    rate_limits: tuple[LimitSettings, ...] | None = None
    budget: BudgetSettings | None = None
    models: tuple[Glob, ...] = ()
    endpoints: tuple[Glob, ...] = ()


def check_projects(settings: SandboxSettings) -> None:
    """Raise ValueError for twins, and for a key of a project that is not among those told."""
    refuse_twins("project id", (project.id for project in settings.projects))
    limits = [settings.rate_limits, *(project.rate_limits or () for project in settings.projects)]
    for group in limits:
        refuse_twins("rate limit id", (limit.id for limit in group if limit.id))
    known = {project.id for project in settings.projects}
    for key in settings.keys:
        if known and key.project != "default" and key.project not in known:
            raise ValueError(
                f"key {key.id!r} is of project {key.project!r}, which is none of the projects: "
                f"{', '.join(sorted(known))}"
            )

"""What a changed file means for one running sandbox, before anything is done about it.

Three states meet: what the file said, what it says now, and what is in force, which control calls
may have changed. A field (rules are one) that differs in the file is taken from it; every other one
stays as it is in force. Rules that control calls added stay behind the file's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.configuration.file import check
from mockserver.faults.rules import numbered
from mockserver.settings import SandboxSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mockserver.faults.rules import Rule
    from mockserver.sandbox import Sandbox
    from mockserver.settings import ServerSettings

AT_START = ("port", "clock", "journal")
"""The settings of a sandbox that are looked at once, when it is opened."""


@dataclass(frozen=True, slots=True)
class Revision:
    """The settings and rules that a sandbox is to have, and what is different, in words."""

    sandbox: Sandbox
    settings: SandboxSettings
    rules: tuple[Rule, ...]
    lines: tuple[str, ...]


def revision_of(
    sandbox: Sandbox, before: SandboxSettings, after: SandboxSettings, touched: Iterable[str] = ()
) -> Revision:
    """What a sandbox is to become. Raises ConfigError where file and control calls do not fit.

    ``touched`` are files of recorded answers whose contents have changed.
    """
    names = [
        name
        for name in SandboxSettings.model_fields
        if name not in AT_START and getattr(before, name) != getattr(after, name)
    ]
    files = set(touched)
    if "replies" not in names and any(rule.file in files for rule in after.replies.rules):
        names.append("replies")
    if not names:
        return Revision(sandbox, sandbox.settings, sandbox.plan.rules, ())
    now = {name: getattr(sandbox.settings, name) for name in SandboxSettings.model_fields}
    changed = now | {name: getattr(after, name) for name in names}
    settings = check(SandboxSettings, changed, f"sandbox {sandbox.name}")
    rules, parts = sandbox.plan.rules, [name for name in names if name != "rules"]
    if "rules" in names:
        rules = rules_of(sandbox.plan.rules, before.rules, after.rules)
        parts.insert(0, rules_told(sandbox.plan.rules, rules))
    return Revision(sandbox, settings, rules, (f"{sandbox.name}: {', '.join(parts)} changed",))


def rules_of(
    present: Sequence[Rule], before: Sequence[Rule], after: Sequence[Rule]
) -> tuple[Rule, ...]:
    """The file's rules, each with an id, and behind them those that control calls added.

    Of two with one id the file's stays.
    """
    from_file = {rule.id for rule in numbered(before)} | {rule.id for rule in after}
    added = tuple(rule for rule in present if rule.id not in from_file)
    taken = {rule.id for rule in (*added, *after)}
    named: list[Rule] = []
    for number, rule in enumerate(after, start=1):
        if rule.id is None:
            free = next(n for n in range(number, number + len(taken) + 1) if _id(n) not in taken)
            rule = rule.model_copy(update={"id": _id(free)})  # noqa: PLW2901 - the same, with a name
            taken.add(rule.id)
        named.append(rule)
    return (*named, *added)


def rules_told(old: Sequence[Rule], new: Sequence[Rule]) -> str:
    """How many rules came, changed and went: ``rules (1 new, 2 changed)``."""
    before, after = {rule.id: rule for rule in old}, {rule.id: rule for rule in new}
    counts = {
        "new": len(after.keys() - before.keys()),
        "changed": sum(before[name] != after[name] for name in before.keys() & after.keys()),
        "gone": len(before.keys() - after.keys()),
    }
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"rules ({told or 'another order'})"


def kept_until_restart(old: ServerSettings, new: ServerSettings) -> tuple[str, ...]:
    """What differs that a running server does not turn to, a line each."""
    names = [
        f"server.{name}" for name in ("host", "port") if getattr(old, name) != getattr(new, name)
    ]
    before = {settings.name: settings for settings in old.sandboxes}
    for number, after in enumerate(new.sandboxes):
        then = before.get(after.name)
        if then is None:
            continue
        place = "" if number == 0 else f"{after.name}."
        names += [
            f"{place}{name}" for name in AT_START if getattr(then, name) != getattr(after, name)
        ]
    return tuple(f"{name} takes effect when the server is started anew" for name in names)


def _id(number: int) -> str:
    return f"rule-{number}"

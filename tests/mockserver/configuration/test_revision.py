"""What a changed file means for a sandbox that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.configuration.file import ConfigError
from mockserver.configuration.revision import kept_until_restart, revision_of, rules_of, rules_told
from mockserver.faults.rules import Rule, numbered, parse_rules
from mockserver.settings import SandboxSettings, ServerSettings

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox


def settings(**told: object) -> SandboxSettings:
    return SandboxSettings.model_validate(told)


def rules(*ids: str | None, status: int = 503) -> tuple[Rule, ...]:
    """Rules with these ids; None leaves one without."""
    fault = {"kind": "status", "status": status}
    return tuple(
        Rule.model_validate({"fault": fault} if name is None else {"id": name, "fault": fault})
        for name in ids
    )


def ids(of: tuple[Rule, ...]) -> list[str | None]:
    return [rule.id for rule in of]


async def test_what_the_file_changes_is_changed(sandbox: Sandbox) -> None:
    """And only that; the words say what."""
    revision = revision_of(sandbox, settings(), settings(latency={"answer_s": 1.0}))

    assert revision.settings.latency.answer_s == 1.0
    assert revision.lines == ("default: latency changed",)
    assert revision.rules == sandbox.plan.rules


async def test_what_a_control_call_changed_stays(sandbox: Sandbox) -> None:
    """Unless the file says something else about the same."""
    limited = {"rate_limit": {"requests_per_minute": 5}, "seed": 3}
    sandbox.replace_settings(settings(**limited))

    revision = revision_of(sandbox, settings(), settings(seed=4))

    assert revision.settings.seed == 4
    assert revision.settings.rate_limit is not None


async def test_a_file_that_says_the_same_changes_nothing(sandbox: Sandbox) -> None:
    """A comment in it, or another order."""
    sandbox.replace_settings(settings(seed=9))

    revision = revision_of(sandbox, settings(seed=1), settings(seed=1))

    assert (revision.settings, revision.lines) == (sandbox.settings, ())


async def test_file_and_control_calls_may_not_fit_together(sandbox: Sandbox) -> None:
    """One line, before anything is done."""
    sandbox.replace_settings(settings(keys=[{"id": "a", "key": "aaaa", "project": "shop"}]))

    with pytest.raises(ConfigError, match="key 'a' is of project 'shop', which is none of"):
        revision_of(sandbox, settings(), settings(projects=[{"id": "other"}]))


async def test_other_contents_of_recorded_answers_are_a_change(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The file's name stays the same."""
    recorded = tmp_path_factory.mktemp("answers") / "answers.jsonl"
    recorded.write_text('{"text": "Karibu"}')
    told = settings(replies={"rules": [{"file": str(recorded)}]})

    assert revision_of(sandbox, told, told, {str(recorded)}).lines == ("default: replies changed",)
    assert revision_of(sandbox, told, told, {"other.jsonl"}).lines == ()


def test_rules_of_control_calls_stay_behind_those_of_the_file() -> None:
    """What the file said before goes, what it says now comes first."""
    before = rules("a", None)
    present = (*numbered(before), *rules("mine"))

    assert ids(rules_of(present, before, rules("b", "a"))) == ["b", "a", "mine"]
    assert ids(rules_of(present, before, ())) == ["mine"]


def test_of_two_rules_with_one_id_the_files_stays() -> None:
    """The file has the last word."""
    (rule,) = rules_of(rules("x", status=500), (), rules("x", status=502))

    assert rule == rules("x", status=502)[0]


def test_a_rule_without_an_id_never_takes_that_of_another() -> None:
    """A rule that a control call added was the third; the file's third gets another number."""
    before = rules(None, None)
    present = numbered((*before, *rules(None)))

    assert ids(rules_of(present, before, rules(None, None, None))) == [
        "rule-1", "rule-2", "rule-4", "rule-3",
    ]  # fmt: skip


RULES = st.lists(
    st.sampled_from([None, "a", "b", "c", "rule-1", "rule-2", "rule-4"]), max_size=6
).filter(lambda names: len([n for n in names if n]) == len({n for n in names if n}))


def _numbered(names: list[str | None]) -> tuple[Rule, ...] | None:
    try:
        return numbered(rules(*names))
    except ValueError:
        return None


@given(before=RULES, added=RULES, after=RULES)
def test_every_rule_has_its_own_id(
    before: list[str | None], added: list[str | None], after: list[str | None]
) -> None:
    """Whatever the file said, says now, and control calls added."""
    present = _numbered([*before, *added])
    if present is None or _numbered(before) is None:
        return

    found = ids(rules_of(present, rules(*before), rules(*after)))

    assert None not in found
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ([("a", 500)], [("a", 500), ("b", 500)], "rules (1 new)"),
        ([("a", 500), ("b", 500)], [("a", 502)], "rules (1 changed, 1 gone)"),
        ([("a", 500), ("b", 500)], [("b", 500), ("a", 500)], "rules (another order)"),
    ],
)
def test_changes_of_rules_are_counted(
    old: list[tuple[str, int]], new: list[tuple[str, int]], told: str
) -> None:
    """For a line in the log."""

    def made(written: list[tuple[str, int]]) -> tuple[Rule, ...]:
        return parse_rules(
            [{"id": name, "fault": {"kind": "status", "status": s}} for name, s in written]
        )

    assert rules_told(made(old), made(new)) == told


def test_what_waits_for_a_restart_is_told() -> None:
    """Where the server listens, and what a sandbox looks at once."""
    old = ServerSettings(port=1, sandboxes=(settings(), settings(name="b", port=5)))
    new = ServerSettings(
        port=2, sandboxes=(settings(journal={"max_exchanges": 5}), settings(name="b", port=6))
    )

    assert kept_until_restart(old, new) == (
        "server.port takes effect when the server is started anew",
        "journal takes effect when the server is started anew",
        "b.port takes effect when the server is started anew",
    )
    assert kept_until_restart(old, old) == ()

"""Rules as people write them, and what they are told when they miswrite one."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.faults.rules import Match, Rule, RuleError, numbered, parse_rules
from mockserver.faults.timing import Hold

HOLD = {"kind": "hold", "seconds": 1}
STATUS = {"kind": "status", "status": 503}


def lines_for(*rules: Any) -> tuple[str, ...]:
    with pytest.raises(RuleError) as caught:
        parse_rules(list(rules))
    assert str(caught.value) == "\n".join(caught.value.lines)
    return caught.value.lines


def test_the_smallest_rule_is_a_fault() -> None:
    """It matches every request, fires every time, and is named after its place."""
    (rule,) = parse_rules([{"fault": HOLD}])

    assert (rule.id, rule.match, rule.all_faults) == ("rule-1", Match(), (Hold(seconds=1),))


def test_names_are_kept_and_the_others_are_numbered_by_place() -> None:
    """The second rule is rule-2 whether or not the first has a name."""
    rules = parse_rules([{"id": "slow", "fault": HOLD}, {"fault": HOLD}])

    assert [rule.id for rule in rules] == ["slow", "rule-2"]
    assert numbered(rules) == rules


def test_several_faults_work_together() -> None:
    """A list of faults in their order."""
    (rule,) = parse_rules([{"faults": [HOLD, STATUS]}])

    assert [fault.kind for fault in rule.all_faults] == ["hold", "status"]


@pytest.mark.parametrize(
    ("attempt", "read"), [(2, (2, 2)), ([1, 3], (1, 3)), ((4, 4), (4, 4)), (None, None)]
)
def test_an_attempt_is_a_number_or_a_range(attempt: Any, read: Any) -> None:
    """One number stands for the range of itself."""
    assert Match(attempt=attempt).attempt == read


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (
            {"fault": {"kind": "hold", "seconds": -1}},
            "rules[0].fault.seconds: must be at least 0, not -1",
        ),
        (
            {"fault": {"kind": "hold", "secnds": 1}},
            "rules[0].fault.secnds: unknown field; nearest: seconds",
        ),
        (
            {"fault": {"kind": "hold", "seconds": "5"}},
            "rules[0].fault.seconds: must be a number, not '5'",
        ),
        (
            {"fault": {"kind": "hold", "seconds": float("inf")}},
            "rules[0].fault.seconds: must be a finite number, not inf",
        ),
        (
            {"fault": {"kind": "cut_steam", "after_chunks": 1}},
            (
                "rules[0].fault.kind: unknown kind 'cut_steam'; "
                "nearest: cut_stream, cut_json, until_close"
            ),
        ),
        (
            {"fault": {"seconds": 1}},
            'rules[0].fault: missing a kind; write for example { kind = "status", status = 503 }',
        ),
        ({"fault": "hold"}, "rules[0].fault: must be a table, not 'hold'"),
        ({}, "rules[0]: needs a fault or a list of faults; give one of the two"),
        (
            {"fault": HOLD, "faults": [HOLD]},
            "rules[0]: needs a fault or a list of faults; give one of the two",
        ),
        (
            {"faults": [HOLD, {"kind": "status"}]},
            "rules[0].faults[1].status: missing; it must be given",
        ),
        (
            {"faults": [STATUS, {"kind": "empty_body"}]},
            "rules[0]: status and empty_body would both answer; keep one",
        ),
        (
            {"faults": [HOLD, {"kind": "refuse"}]},
            "rules[0]: refuse works alone; give it a rule of its own",
        ),
        (
            {"fault": HOLD, "when": {"probability": 1.01}},
            "rules[0].when.probability: must be at most 1, not 1.01",
        ),
        ({"fault": HOLD, "when": {"times": 0}}, "rules[0].when.times: must be at least 1, not 0"),
        ({"fault": HOLD, "when": {"every": 0}}, "rules[0].when.every: must be at least 1, not 0"),
        ({"fault": HOLD, "when": {"after": -1}}, "rules[0].when.after: must be at least 0, not -1"),
        (
            {"fault": HOLD, "when": {"from_s": 5, "until_s": 5}},
            "rules[0].when: until_s 5 must be later than from_s 5",
        ),
        (
            {"fault": HOLD, "when": {"per": "day"}},
            "rules[0].when.per: must be 'rule' or 'call', not 'day'",
        ),
        (
            {"fault": HOLD, "match": {"attempt": [3, 1]}},
            "rules[0].match.attempt: ends at 1 before it begins at 3; swap them",
        ),
        (
            {"fault": HOLD, "match": {"attempt": "3"}},
            "rules[0].match.attempt: must be a whole number or [first, last], not '3'",
        ),
        (
            {"fault": HOLD, "match": {"stream": "yes"}},
            "rules[0].match.stream: must be true or false, not 'yes'",
        ),
        (
            {"fault": HOLD, "match": {"modell": "x"}},
            "rules[0].match.modell: unknown field; nearest: model, method",
        ),
        (
            {"fault": {**STATUS, "retry_after_date": {"in_s": 1, "frm": "imf"}}},
            "rules[0].fault.retry_after_date.frm: unknown field; nearest: form",
        ),
        (
            {"fault": {**STATUS, "headers": {"a b": "1"}}},
            "rules[0].fault.headers.a b: 'a b' is no header name; use letters, digits and hyphens",
        ),
        (
            {"fault": HOLD, "when": {"ramp": {"from_p": 0, "to_p": 2, "over_s": 9}}},
            "rules[0].when.ramp.to_p: must be at most 1, not 2",
        ),
        (
            {
                "fault": HOLD,
                "when": {"probability": 0.5, "ramp": {"from_p": 0, "to_p": 1, "over_s": 9}},
            },
            "rules[0].when: has probability and ramp; keep one",
        ),
        (
            {"fault": HOLD, "when": {"cycle": {"period_s": 5, "on_s": 5}}},
            (
                "rules[0].when.cycle: on_s 5 must be shorter than period_s 5; "
                "leave the cycle out for a rule that is always on"
            ),
        ),
        (
            {"fault": HOLD, "when": {"cycle": {"period_s": 0, "on_s": 5}}},
            "rules[0].when.cycle.period_s: must be more than 0, not 0",
        ),
        (
            {"fault": HOLD, "execute": True},
            "rules[0]: hold lets the work be done anyway; leave execute out",
        ),
        (
            {"fault": {"kind": "refuse"}, "execute": True},
            "rules[0]: refuse comes before any work; leave execute out",
        ),
        (
            {"id": "url", "fault": HOLD},
            "rules[0].id: 'url' is what a fault is called that a request asked for; choose another",
        ),
        (7, "rules[0]: must be a table, not 7"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_its_mend(rule: Any, line: str) -> None:
    """One line, in the words of the file, for each kind of mistake."""
    assert lines_for(rule) == (line,)


def test_every_mistake_in_every_rule_is_told_at_once() -> None:
    """Nobody has to mend one to be told of the next."""
    lines = lines_for(
        {"fault": HOLD},
        {"fault": {"kind": "drip", "bytes": 0, "interval_s": 0}},
        {"fault": {"kind": "nothing at all"}},
    )

    assert [line.partition(":")[0] for line in lines] == [
        "rules[1].fault.bytes",
        "rules[1].fault.interval_s",
        "rules[2].fault.kind",
    ]


def test_an_unknown_kind_that_is_like_none_tells_where_all_are_listed() -> None:
    """They are too many for a line; otherwise the nearest are enough."""
    (line,) = lines_for({"fault": {"kind": "zzz"}})

    assert line.endswith("unknown kind 'zzz'; pawa-mock faults lists all")


def test_two_rules_cannot_have_one_id() -> None:
    """Counters and journal are told apart by it."""
    lines = lines_for({"id": "a", "fault": HOLD}, {"id": "a", "fault": STATUS})

    assert lines == (
        "rules[0].id: 'a' occurs 2 times; each rule needs its own",
        "rules[1].id: 'a' occurs 2 times; each rule needs its own",
    )


def test_what_was_read_can_be_written_and_read_again() -> None:
    """The control API answers with rules that it would accept."""
    (rule,) = parse_rules(
        [
            {
                "id": "r",
                "match": {"attempt": 2, "header": {"X-A": "b*"}},
                "when": {"times": 2},
                "faults": [HOLD, {"kind": "items", "errors": [1]}],
            }
        ]
    )

    written = rule.model_dump(mode="json", exclude_defaults=True)
    written["faults"] = [fault.model_dump(mode="json") for fault in rule.all_faults]

    assert Rule.model_validate(written) == rule

"""A plan chooses what goes wrong with a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.draws import draw
from mockserver.faults import plan as plan_module
from mockserver.faults.matching import compile_match
from mockserver.faults.plan import Decision, Plan, RuleStatus
from mockserver.faults.rules import RuleError, parse_rules
from mockserver.faults.schedule import chance_at, decide
from mockserver.strategies import plans

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from mockserver.facts import RequestFacts
    from mockserver.faults.rules import Rule

    MakeFacts = Callable[..., RequestFacts]


def plan_of(*rules: dict[str, Any], seed: int = 0) -> Plan:
    """A plan of rules that each do nothing, unless they say what."""
    return Plan(parse_rules([{"fault": {"kind": "noop"}, **rule} for rule in rules]), seed)


def chosen(plan: Plan, facts: RequestFacts, elapsed_s: float = 0.0) -> str | None:
    decision = plan.choose(facts, elapsed_s)
    return None if decision is None else decision.rule_id


@pytest.mark.parametrize(
    ("match", "facts", "wanted"),
    [
        ({}, {}, True),
        ({"method": "post"}, {"method": "POST"}, True),
        ({"method": "GET"}, {"method": "POST"}, False),
        ({"path": "/v1/chat/*"}, {"path": "/v1/chat/request"}, True),
        ({"path": "/chat/request"}, {"path": "/v1/chat/request"}, True),
        ({"path": "*request"}, {"path": "/v1/agents/chat/request"}, True),
        ({"path": "/chat/*"}, {"path": "/v1/agents/chat/request"}, False),
        ({"model": "pawa-v1-*"}, {"model": "pawa-v1-ember"}, True),
        ({"model": "pawa-v1-*"}, {"model": None}, False),
        ({"model": "pawa.v1"}, {"model": "pawaxv1"}, False),
        ({"key": "dev"}, {"key_id": "dev"}, True),
        ({"key": "dev"}, {"key_id": None}, False),
        ({"stream": True}, {"stream": True}, True),
        ({"stream": False}, {"stream": True}, False),
        ({"header": {"X-Tenant": "a*"}}, {"headers": (("x-tenant", "abc"),)}, True),
        ({"header": {"X-Tenant": "a*"}}, {"headers": (("x-tenant", "b"), ("x-tenant", "a"))}, True),
        ({"header": {"X-Tenant": "*"}}, {"headers": ()}, False),
        ({"header": {"a": "1", "b": "2"}}, {"headers": (("a", "1"), ("b", "3"))}, False),
        ({"body": "Häuser"}, {"body": "viele Häuser".encode()}, True),
        ({"body": "Häuser"}, {"body": b"none"}, False),
        ({"token": "call-00*"}, {"token": "call-001122334455"}, True),
        ({"token": "call-b*"}, {"token": "call-a", "tokens": ("call-a", "call-b")}, True),
        ({"token": "call-00*"}, {"token": "sha256:00", "tokens": ()}, False),
        ({"attempt": 2}, {"attempt": 2}, True),
        ({"attempt": [2, 3]}, {"attempt": 4}, False),
        ({"attempt": [2, 3], "method": "GET"}, {"attempt": 3}, False),
    ],
)
def test_every_field_of_a_match_must_hold(
    make_facts: MakeFacts, match: dict[str, Any], facts: dict[str, Any], wanted: bool
) -> None:
    """Each field alone and together; a match without fields holds always."""
    assert (chosen(plan_of({"match": match}), make_facts(**facts)) is not None) is wanted


def test_the_first_rule_that_fires_wins_whole(make_facts: MakeFacts) -> None:
    """When it is used up, the next one gets its turn: 500, 500, 429, then nothing."""
    plan = plan_of({"id": "a", "when": {"times": 2}}, {"id": "b", "when": {"times": 1}})

    assert [chosen(plan, make_facts()) for _ in range(4)] == ["a", "a", "b", None]


def test_a_plan_counts_what_it_saw_and_did(make_facts: MakeFacts) -> None:
    """A rule behind the winner has not seen the request."""
    plan = plan_of({"id": "a", "when": {"times": 1}}, {"id": "b", "fault": {"kind": "bom"}})
    for _ in range(3):
        plan.choose(make_facts(), 0.0)
    plan.mark_delivered("b")
    plan.mark_delivered("header")

    assert plan.status() == (
        RuleStatus("a", seen=3, fired=1, delivered=0, kinds=("noop",)),
        RuleStatus("b", seen=2, fired=2, delivered=1, kinds=("bom",)),
    )


def test_a_request_that_does_not_match_is_not_counted(make_facts: MakeFacts) -> None:
    """``after`` counts matching requests only."""
    plan = plan_of({"match": {"stream": True}, "when": {"after": 1}})

    streams = [True, False, False, True]
    fired = [chosen(plan, make_facts(stream=stream)) for stream in streams]

    assert fired == [None, None, None, "rule-1"]


def test_per_call_counts_each_call_by_itself(make_facts: MakeFacts) -> None:
    """Every call's first two attempts fail, however the calls interleave."""
    plan = plan_of({"when": {"times": 2, "per": "call"}})

    arrivals = ["call-a", "call-b", "call-a", "call-a", "call-b", "call-b"]
    fired = [chosen(plan, make_facts(token=token)) for token in arrivals]

    assert [one is not None for one in fired] == [True, True, True, False, True, False]
    assert plan.status()[0].fired == 4


def test_per_call_remembers_a_bounded_number_of_calls(
    make_facts: MakeFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call unheard of longest is forgotten; a server may run for months."""
    monkeypatch.setattr(plan_module, "MOST_CALLS", 2)
    plan = plan_of({"when": {"times": 1, "per": "call"}})

    fired = [chosen(plan, make_facts(token=token)) for token in ["a", "b", "a", "c", "a", "b"]]

    assert [one is not None for one in fired] == [True, True, False, True, False, True]


def test_a_window_is_measured_from_the_plan_s_beginning(make_facts: MakeFacts) -> None:
    """What came before the window was seen and passed."""
    plan = plan_of({"when": {"from_s": 2, "until_s": 4, "times": 1}})

    assert [chosen(plan, make_facts(), at) for at in (0.0, 2.5, 3.0, 5.0)] == [
        None,
        "rule-1",
        None,
        None,
    ]


def test_a_rule_that_is_added_later_counts_its_time_from_then(make_facts: MakeFacts) -> None:
    """`--until-s 10` on a server that has run for an hour means the next ten seconds."""
    old = plan_of({"id": "old", "when": {"until_s": 5}})
    new = plan_of({"id": "new", "when": {"from_s": 1, "until_s": 3}}).rules
    plan = old.with_rules((*old.rules, *new), elapsed_s=3600.0)

    ages = (1.0, 3600.5, 3601.0, 3602.5, 3603.0)
    assert [chosen(plan, make_facts(), at) for at in ages] == ["old", None, "new", "new", None]


def test_the_chance_of_a_ramp_is_in_the_draws(make_facts: MakeFacts) -> None:
    """The share of a thousand calls that fail follows the ramp, and each draw is kept."""
    plan = plan_of({"when": {"ramp": {"from_p": 0, "to_p": 0.5, "over_s": 100}}}, seed=3)
    calls = [make_facts(token=f"call-{number:012x}") for number in range(1000)]

    fired = [[plan.choose(facts, at) for facts in calls] for at in (0.0, 50.0, 500.0)]

    shares = [sum(one is not None for one in each) / 1000 for each in fired]
    assert shares == [0.0, pytest.approx(0.25, abs=0.05), pytest.approx(0.5, abs=0.06)]
    assert all(one.draw is not None and one.draw < 0.5 for one in fired[2] if one is not None)


def test_sorts_of_requests_that_are_remembered_are_bounded(
    make_facts: MakeFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever paths a client makes up, a plan decides right and does not grow."""
    monkeypatch.setattr(plan_module, "MOST_SORTS", 4)
    plan = plan_of({"match": {"path": "/v1/*7"}})

    paths = [f"/v1/{number}" for number in range(20)] + ["/v1/" + "x" * 5000 + "7"]
    fired = [path for path in paths * 2 if chosen(plan, make_facts(path=path))]

    assert fired == ["/v1/7", "/v1/17", paths[-1]] * 2
    assert len(plan._fitting) <= 4


arrivals = st.lists(
    st.tuples(st.integers(0, 15).map("call-{:012x}".format), st.integers(1, 4)),
    unique=True,
    max_size=40,
)


@given(arrivals, st.integers(0, 1000), st.randoms(use_true_random=False))
def test_the_same_seed_decides_the_same_in_any_order_of_arrival(
    make_facts: MakeFacts, arrivals: list[tuple[str, int]], seed: int, shuffler: random.Random
) -> None:
    """Chance belongs to the call and its attempt, not to who came first."""
    shuffled = list(arrivals)
    shuffler.shuffle(shuffled)

    def decisions(order: list[tuple[str, int]]) -> dict[tuple[str, int], Decision | None]:
        plan = plan_of({"when": {"probability": 0.5}}, seed=seed)
        return {
            (token, attempt): plan.choose(make_facts(token=token, attempt=attempt), 0.0)
            for token, attempt in order
        }

    assert decisions(arrivals) == decisions(shuffled)


def test_another_seed_decides_otherwise(make_facts: MakeFacts) -> None:
    """Over 64 calls two seeds never agree on all; a rule's own seed beats the plan's."""

    def fired(plan: Plan) -> list[bool]:
        calls = [make_facts(token=f"call-{number:012x}") for number in range(64)]
        return [plan.choose(facts, 0.0) is not None for facts in calls]

    chance: dict[str, Any] = {"when": {"probability": 0.5}}
    own: dict[str, Any] = {"when": {"probability": 0.5, "seed": 1}}

    assert fired(plan_of(chance, seed=1)) == fired(plan_of(chance, seed=1))
    assert fired(plan_of(chance, seed=1)) != fired(plan_of(chance, seed=2))
    assert fired(plan_of(own, seed=2)) == fired(plan_of(chance, seed=1))


def test_a_decision_carries_the_draw_that_made_it(make_facts: MakeFacts) -> None:
    """The journal shows the chance; a rule without one draws nothing."""
    facts = make_facts()
    certain, by_chance = plan_of({}), plan_of({"when": {"probability": 1}}, seed=5)

    decision = by_chance.choose(facts, 0.0)

    assert decision is not None
    assert decision.draw == draw(5, "rule-1", facts.token, facts.attempt)
    assert decision.faults == by_chance.rules[0].all_faults
    plain = certain.choose(facts, 0.0)
    assert plain is not None
    assert plain.draw is None


def test_rules_that_stay_keep_their_counters(make_facts: MakeFacts) -> None:
    """Adding a rule does not give the others a second life; changing one does."""
    plan = plan_of({"id": "a", "when": {"times": 1}})
    plan.choose(make_facts(), 0.0)
    same, other = plan_of({"id": "a", "when": {"times": 1}}), plan_of({"id": "a"})

    assert plan.with_rules(same.rules).status()[0].fired == 1
    assert plan.with_rules(other.rules).status()[0].fired == 0


def test_two_rules_with_one_id_make_no_plan() -> None:
    """Their counters could not be told apart."""
    (rule,) = parse_rules([{"id": "a", "fault": {"kind": "noop"}}])

    with pytest.raises(RuleError, match="occurs 2 times"):
        Plan((rule, rule))


def chosen_plainly(
    rules: tuple[Rule, ...], requests: list[tuple[RequestFacts, float]], seed: int
) -> list[tuple[str, float | None] | None]:
    """What the documents say, read literally and slowly."""
    counts: dict[tuple[str, str], list[int]] = {}
    chosen: list[tuple[str, float | None] | None] = []
    for facts, elapsed_s in requests:
        winner = None
        for rule in rules:
            if not compile_match(rule.match).matches(facts):
                continue
            scope = facts.token if rule.when.per == "call" else ""
            count = counts.setdefault((str(rule.id), scope), [0, 0])
            own_seed = seed if rule.when.seed is None else rule.when.seed
            drawn = draw(own_seed, str(rule.id), facts.token, facts.attempt)
            fires = decide(rule.when, count[0], count[1], drawn, elapsed_s)
            count[0] += 1
            count[1] += fires
            if fires:
                by_chance = chance_at(rule.when, elapsed_s) is not None
                winner = (str(rule.id), drawn if by_chance else None)
                break
        chosen.append(winner)
    return chosen


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans(max_size=5), st.integers(0, 9), st.data())
def test_a_plan_chooses_what_its_rules_say(
    make_facts: MakeFacts, rules: tuple[Rule, ...], seed: int, data: st.DataObject
) -> None:
    """However it remembers and compiles: the first that matches and fires, counted as told."""
    request = st.builds(
        make_facts,
        method=st.sampled_from(("GET", "POST")),
        path=st.sampled_from(("/v1/chat/request", "/v1/vectors/embedding", "/v1/models")),
        model=st.sampled_from((None, "pawa-v1-ember-20240924", "pawa-embeddings-v1-20241001")),
        stream=st.booleans(),
        body=st.sampled_from((b"", b'{"messages":["Habari"]}')),
        token=st.sampled_from(("call-00000000000a", "call-00000000000b", "sha256:0")),
        attempt=st.integers(1, 3),
    )
    requests = data.draw(st.lists(st.tuples(request, st.integers(0, 300).map(float)), max_size=20))
    plan = Plan(rules, seed)

    found = [plan.choose(facts, elapsed_s) for facts, elapsed_s in requests]

    assert [one and (one.rule_id, one.draw) for one in found] == chosen_plainly(
        rules, requests, seed
    )

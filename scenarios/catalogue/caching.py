"""CACHE rows: what may be answered from a cache, and what may never be stored in one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reports.results import Verdict
from scenarios.catalogue.outcomes import spared, told
from scenarios.catalogue.replies import chat_reply
from scenarios.checks import at_least, equal, holds, nothing
from scenarios.evidence import hands_out
from scenarios.lab import FALLBACK_MODEL
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.call import Call
    from scenarios.clients.protocol import Outcome
    from scenarios.evidence import Attempt
    from scenarios.lab import Lab
    from scenarios.plans import PlannedRule

CACHE = {"ttl_s": 300.0}
FEWEST_FIELDS = 18

TOOL = {
    "type": "function",
    "function": {
        "name": "bei",
        "description": "Bei ya zao",
        "parameters": {"type": "object", "properties": {"zao": {"type": "string"}}},
    },
}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "bei", "schema": {"type": "object"}}}

PAIRS: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "model": ({}, {"model": FALLBACK_MODEL}),
    "message": (
        {"messages": [{"role": "user", "content": "Bei ya mahindi?"}]},
        {"messages": [{"role": "user", "content": "Bei ya mchele?"}]},
    ),
    "message role": (
        {"messages": [{"role": "user", "content": "Jibu kwa ufupi."}]},
        {"messages": [{"role": "system", "content": "Jibu kwa ufupi."}]},
    ),
    "earlier message": (
        {"messages": [{"role": "user", "content": "A"}, {"role": "user", "content": "Endelea"}]},
        {"messages": [{"role": "user", "content": "B"}, {"role": "user", "content": "Endelea"}]},
    ),
    "system message": (
        {
            "messages": [
                {"role": "system", "content": "Jibu kwa Kiswahili."},
                {"role": "user", "content": "Habari?"},
            ]
        },
        {
            "messages": [
                {"role": "system", "content": "Answer in English."},
                {"role": "user", "content": "Habari?"},
            ]
        },
    ),
    "temperature": ({"temperature": 0.1}, {"temperature": 0.9}),
    "temperature given or not": ({}, {"temperature": 0.5}),
    "top_p": ({"top_p": 0.5}, {"top_p": 0.95}),
    "max_tokens": ({"max_tokens": 100}, {"max_tokens": 200}),
    "stop": ({"stop": ["KOMA"]}, {"stop": ["MWISHO"]}),
    "seed": ({"seed": 1}, {"seed": 2}),
    "tools": ({}, {"tools": [TOOL]}),
    "tool_choice": ({"tool_choice": "auto"}, {"tool_choice": "none"}),
    "response_format": ({"response_format": {"type": "text"}}, {"response_format": SCHEMA}),
    "frequency_penalty": ({"frequency_penalty": 0.0}, {"frequency_penalty": 0.5}),
    "presence_penalty": ({"presence_penalty": 0.0}, {"presence_penalty": 0.5}),
    "n": ({"n": 1}, {"n": 2}),
    "logit_bias": ({"logit_bias": {"106": 1}}, {"logit_bias": {"106": -1}}),
    "reasoning": ({"reasoning": {"effort": "low"}}, {"reasoning": {"effort": "high"}}),
    "memoryChat": ({}, {"memoryChat": [{"role": "user", "content": "Jana?"}]}),
    "stream_options": (
        {"stream_options": {"include_usage": True}},
        {"stream_options": {"include_usage": False}},
    ),
    "user": ({"user": "mteja-1"}, {"user": "mteja-2"}),
    "unknown field": ({"mpangilio": "a"}, {"mpangilio": "b"}),
}
"""Requests that differ in one field, which can change the answer."""


@scenario("CACHE-001", needs=("cache",))
async def a_repeat_is_answered_without_the_network(lab: Lab) -> None:
    """The same call twice, with a cache of 300 s.

    The second answer has to be the first one's, flagged as cached, with one arrival in all.
    Control: another prompt reaches the server and gets the answer to it.
    """
    client = await lab.open(cache=CACHE, max_attempts=1)
    call, other = lab.call(label="asked twice"), lab.call(label="control: another prompt")

    first = await client.chat(call)
    second = await client.chat(call)
    control = await client.chat(other)

    source = second.answer.source if second.answer else told(second)
    lab.check(
        equal(
            "arrivals of two equal calls",
            len(lab.attempts(call)),
            1,
            advice="Answer a repeat inside the ttl from the cache",
        ),
        equal("source of the second answer", source, "cache", advice="Say that it is cached"),
        holds(
            "the second answer is the first one",
            second.ok and bool(first.text) and second.text == first.text,
            second.text if second.ok else told(second),
            first.text if first.ok else told(first),
            advice="Hand out the stored answer unchanged",
        ),
        *spared(lab, call, first, name="the first call"),
        *spared(lab, other, control, name="control: another prompt"),
    )


@scenario("CACHE-002", needs=("cache",))
async def whatever_changes_the_answer_is_in_the_key(lab: Lab) -> None:
    """Pairs of requests that differ in one field; every answer carries a digest of its request.

    Both of a pair have to arrive, and each answer has to be the one to its own request. Control:
    each first request, asked again, comes from the cache, so that the cache was on. Fields that
    the client openly refuses to send are left out, and counted.
    """
    lab.shape(replies={"fingerprint": True})
    client = await lab.open(cache=CACHE, max_attempts=1)
    bases = {name: lab.call(label=f"{name}: one", **base) for name, (base, _) in PAIRS.items()}
    others = {name: twin(lab, bases[name], other) for name, (_, other) in PAIRS.items()}

    first = dict(zip(PAIRS, await client.chat_all(bases.values()), strict=True))
    second = dict(zip(PAIRS, await client.chat_all(others.values()), strict=True))
    again = dict(zip(PAIRS, await client.chat_all(bases.values()), strict=True))

    sent = [n for n in PAIRS if "unsupported" not in {first[n].kind, second[n].kind}]
    arrived = {name: lab.attempts(bases[name]) for name in sent}
    advice = "Put every field of the request into the cache key"
    lab.check(
        nothing(
            "pairs of which one never arrived",
            [name for name in sent if len(arrived[name]) < 2],
            advice=advice,
        ),
        nothing(
            "answers to another request",
            [
                f"{name}, {which}: {told(outcome)}"
                for name in sent
                for number, (which, outcome) in enumerate(
                    (("one", first[name]), ("other", second[name]))
                )
                if not answers(outcome, arrived[name][number : number + 1])
            ],
            advice=advice,
        ),
        at_least(
            "fields compared",
            len(sent),
            FEWEST_FIELDS,
            advice="Let a caller send every field of the API",
            miss=Verdict.ADVISORY,
        ),
        nothing(
            "control: repeats that were not cached",
            [n for n in sent if not cached(again[n]) or again[n].text != first[n].text],
            advice="Answer a repeat inside the ttl from the cache",
        ),
    )


def twin(lab: Lab, call: Call, fields: Mapping[str, Any]) -> Call:
    """The other request of a pair: the same token, so that nothing but the field differs."""
    other = lab.call(label=call.label.replace(": one", ": other"), **fields)
    *earlier, last = other.request["messages"]
    content = last["content"].replace(other.token, call.token)
    messages = [*earlier, {**last, "content": content}]
    return replace(other, token=call.token, request={**other.request, "messages": messages})


def answers(outcome: Outcome, attempts: tuple[Attempt, ...]) -> bool:
    """Whether the answer names the digest of that very request."""
    return outcome.ok and any(
        f"request-{attempt.body_sha256[:12]}" in outcome.text for attempt in attempts
    )


def cached(outcome: Outcome) -> bool:
    """Whether the client says that the answer came from its cache."""
    return outcome.answer is not None and outcome.answer.source == "cache"


@scenario("CACHE-004", needs=("cache",))
async def errors_are_not_stored(lab: Lab) -> None:
    """A call meets an error or a spoilt answer, with retries off; then it is asked again.

    500, 429, ``"success": false``, cut JSON, a reset inside the body, an answer whose finish reason
    says that it was filtered and, for a client that streams, a stream that ends in the middle. The
    second time each has to reach the healthy server and get its answer. Control: a third time it
    comes from the cache, so that the cache was on.
    """
    client = await lab.open(cache=CACHE, max_attempts=1, timeout_s=10.0)
    faults = spoilt_answers()
    if "streaming" in lab.claims:
        lab.shape(stream={"style": "sse", "marker": True})
        faults["truncated stream"] = fault("cut_stream", after_chunks=5, how="clean")
    calls = {name: lab.call(label=name, stream="stream" in name) for name in faults}
    lab.plan(*(rule.on(calls[name]).on_attempts(1) for name, rule in faults.items()))

    await client.chat_all(calls.values())
    second = dict(zip(calls, await client.chat_all(calls.values()), strict=True))
    third = dict(zip(calls, await client.chat_all(calls.values()), strict=True))

    for name, call in calls.items():
        attempts = lab.attempts(call)
        lab.check(
            equal(
                f"{name}: arrivals",
                len(attempts),
                2,
                advice="Store a whole, good answer only; then answer its repeats from the cache",
            ),
            holds(
                f"{name}: the second call gets the healthy answer",
                any(hands_out(second[name], attempt) for attempt in attempts[1:2]),
                told(second[name]),
                "ok, with the canary of the second attempt",
                advice="Do not answer from a stored failure",
            ),
        )
    lab.check(
        nothing(
            "control: good answers that were not cached",
            [
                f"{name}: {told(outcome)}"
                for name, outcome in third.items()
                if not cached(outcome) or outcome.text != second[name].text
            ],
            advice="Answer a repeat inside the ttl from the cache",
        )
    )


def spoilt_answers() -> dict[str, PlannedRule]:
    """What may never be stored, by name."""
    filtered = chat_reply("Siwezi kujibu.")
    filtered["data"]["request"][0]["finish_reason"] = "content_filter"
    return {
        "500": fault("status", status=500),
        "429": fault("status", status=429),
        "success: false": fault("success_false"),
        "cut JSON": fault("cut_json"),
        "cut body": fault("cut_body", after_bytes=40, how="rst"),
        "filtered": fault("status", status=200, body=filtered),
    }

"""BATCH rows: embedding calls combined into few requests, each caller with its own vectors."""

from __future__ import annotations

import asyncio
from math import isclose
from typing import TYPE_CHECKING, Any

from mockserver.replies.vectors import vector_of
from reports.results import Verdict
from scenarios.checks import at_least, at_most, equal, holds, nothing
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

LINGER_S = 0.4
SMALL_BATCHES = {"max_items": 10, "max_bytes": 100_000, "linger_s": LINGER_S}
ITEMS_FAILED = 3


@scenario("BATCH-001", needs=("batching",))
async def calls_inside_the_window_are_combined(lab: Lab) -> None:
    """Fifty calls of one sentence at once, at most ten sentences to a request.

    Five to seven requests, none above ten sentences, and fifty right vectors. Control: a call that
    is alone does not wait for company beyond the linger time.
    """
    client = await lab.open(batching=SMALL_BATCHES, max_attempts=1)
    tokens, sentences = lab.sentences(50)
    [lone_token], [lone_sentence] = lab.sentences(1)

    outcomes = await asyncio.gather(
        *(
            client.embed([sentence], tokens=[token], label=f"sentence {number}")
            for number, (token, sentence) in enumerate(zip(tokens, sentences, strict=True), 1)
        )
    )
    alone = await client.embed([lone_sentence], tokens=[lone_token], label="control: alone")

    attempts = lab.attempts(tuple(tokens))
    largest = max((attempt.exchange.items for attempt in attempts), default=0)
    best = 10 * len(attempts)
    lab.check(
        holds(
            "requests",
            5 <= len(attempts) <= 7,
            len(attempts),
            "5 to 7",
            advice="Gather calls that come inside the linger time into full batches",
        ),
        at_most("largest request", largest, 10, "sentences", advice="Keep to max_items"),
        at_least(
            "efficiency",
            50 / best if best else None,
            lab.targets.batch_efficiency,
            "of full batches",
            advice="Fill a batch before it is sent",
        ),
        nothing(
            "callers without their own vector",
            wrong_vectors(dict(zip(sentences, outcomes, strict=True))),
            advice="Give every caller the vector of its own sentence",
        ),
        nothing("control: alone", wrong_vectors({lone_sentence: alone})),
        at_most(
            "control: time of a lone call",
            alone.elapsed_s,
            lab.allow(LINGER_S + lab.targets.reaction_s),
            "s",
            advice="Send what has gathered when the linger time is over",
            miss=Verdict.ADVISORY,
            timing=True,
        ),
    )


@scenario("BATCH-002", needs=("batching",))
async def shuffled_results_find_their_inputs(lab: Lab) -> None:
    """A thousand sentences, ten to a call; each answer lists its results shuffled, by ``index``.

    No sentence may get another one's vector. Controls: the same in the given order; and the
    batches arrive.
    """
    client = await lab.open(
        batching={"max_items": 50, "max_bytes": 1_000_000, "linger_s": 0.05}, max_attempts=1
    )
    calls = [lab.sentences(10) for _ in range(100)]
    _, control = lab.sentences(10)
    lab.plan(
        fault("items", order="shuffled", indexed=True).body("call-").needs(1),
    )

    outcomes = await asyncio.gather(
        *(client.embed(sentences, tokens=tokens) for tokens, sentences in calls)
    )
    lab.plan()
    plain = await client.embed(control, label="control: given order")

    wrong = [
        found
        for (_, sentences), outcome in zip(calls, outcomes, strict=True)
        for found in mismatches(sentences, outcome)
    ]
    arrived = sum(
        attempt.exchange.items
        for attempt in lab.attempts(tuple(token for tokens, _ in calls for token in tokens))
    )
    lab.check(
        equal("sentences that arrived", arrived, 1000, advice="Send every sentence once"),
        nothing(
            "sentences of 1000 with another's vector",
            wrong,
            advice="Match results to inputs by their index, never by position",
        ),
        nothing("control: given order", mismatches(control, plain)),
    )


@scenario("BATCH-003", needs=("batching",))
async def one_bad_item_fails_alone(lab: Lab) -> None:
    """Ten callers share a request in which one item fails; then one caller asks for all ten.

    Nine get their vectors, the tenth a typed error, and nothing is sent again. Control: the same
    ten sentences without the fault.
    """
    client = await lab.open(batching=SMALL_BATCHES, max_attempts=1)
    tokens, sentences = lab.sentences(10)
    own_tokens, own_sentences = lab.sentences(10)
    control_tokens, control = lab.sentences(10)
    lab.plan(fault("items", order="given", errors=[ITEMS_FAILED]).needs(2))

    shared = await asyncio.gather(
        *(
            client.embed([sentence], tokens=[token])
            for token, sentence in zip(tokens, sentences, strict=True)
        )
    )
    whole = await client.embed(own_sentences, tokens=own_tokens, label="ten in one call")
    lab.plan()
    healthy = await client.embed(control, tokens=control_tokens, label="control: no fault")

    attempts = lab.attempts(tuple(tokens))
    failing = failing_sentence(attempts[0].body_json) if attempts else None
    by_sentence = dict(zip(sentences, shared, strict=True))
    hit = by_sentence.pop(failing) if failing in by_sentence else None
    entries = list(whole.answer.vectors or ()) if whole.answer else []
    hit_entry = entries[ITEMS_FAILED] if len(entries) == 10 else None
    lab.check(
        equal("requests for ten callers", len(attempts), 1, advice="Do not send a batch again"),
        nothing(
            "callers that lost their vector to another's failure",
            wrong_vectors(by_sentence),
            advice="Fail only the caller whose item failed",
        ),
        holds(
            "the caller of the failed item",
            hit is not None and item_failed(hit),
            hit.kind if hit else None,
            "a typed error",
            advice="Give the failed item's caller an error, not silence",
        ),
        equal("requests for one call of ten", len(lab.attempts(tuple(own_tokens))), 1),
        holds(
            "ten in one call: the failed item",
            isinstance(hit_entry, dict) and "error" in hit_entry,
            str(hit_entry)[:80] if hit_entry else whole.kind,
            "an error entry in its place",
            advice="Return an error entry for the item that failed, and the vectors of the rest",
        ),
        nothing(
            "ten in one call: other items",
            [found for found in mismatches(own_sentences, whole) if not found.startswith("3:")],
            advice="Return the vectors of the items that did not fail",
        ),
        nothing("control: no fault", mismatches(control, healthy)),
    )


def failing_sentence(body: Any) -> str | None:
    """The sentence that stood at the failing place of a request."""
    sentences = body.get("sentences") if isinstance(body, dict) else None
    if not isinstance(sentences, list) or len(sentences) <= ITEMS_FAILED:
        return None
    return str(sentences[ITEMS_FAILED])


def item_failed(outcome: Outcome) -> bool:
    """Whether the only sentence of a call ended in a typed error."""
    if outcome.error is not None:
        return outcome.kind != "internal"
    entries = outcome.answer.vectors if outcome.answer else None
    return entries is not None and any(isinstance(e, dict) and "error" in e for e in entries)


def wrong_vectors(outcomes: Mapping[str, Outcome]) -> list[str]:
    """The callers of one sentence that did not get its vector; one line each."""
    return [
        found for sentence, outcome in outcomes.items() for found in mismatches([sentence], outcome)
    ]


def mismatches(sentences: Sequence[str], outcome: Outcome) -> list[str]:
    """Which sentences of a call did not get their own vector: ``place: what came``."""
    vectors = outcome.answer.vectors if outcome.answer else None
    if vectors is None:
        return [f"{place}: {outcome.kind}" for place in range(len(sentences))]
    if len(vectors) != len(sentences):
        return [f"{len(vectors)} vectors for {len(sentences)} sentences"]
    return [
        f"{place}: not the vector of {sentence[:40]!r}"
        for place, (sentence, vector) in enumerate(zip(sentences, vectors, strict=True))
        if not encodes(vector, sentence)
    ]


def encodes(vector: object, sentence: str) -> bool:
    """Whether a vector is the one that the mock gives to the sentence."""
    wanted = vector_of(sentence, EMBEDDING_MODEL)
    return (
        isinstance(vector, list)
        and len(vector) == len(wanted)
        and all(
            isinstance(number, int | float) and isclose(number, expected, abs_tol=1e-6)
            for number, expected in zip(vector, wanted, strict=True)
        )
    )


EMBEDDING_MODEL = "pawa-embeddings-v1-20241001"

"""BATCH rows: embedding calls combined into few requests, each caller with its own vectors."""

from __future__ import annotations

import asyncio
from math import isclose
from typing import TYPE_CHECKING, Any

from mockserver.replies.vectors import vector_of
from reports.results import Verdict
from scenarios.catalogue.outcomes import UNTYPED, told
from scenarios.checks import at_least, at_most, equal, holds, nothing
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.results import Check
    from scenarios.client import Client
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

LINGER_S = 0.4
SMALL_BATCHES = {"max_items": 10, "max_bytes": 100_000, "linger_s": LINGER_S}
FEW_BYTES = 500
ITEMS_FAILED = 3
EMBEDDING_MODEL = "pawa-embeddings-v1-20241001"

BY_INDEX = "Match results to inputs by their index, never by position"
OWN_VECTOR = "Give every caller the vector of its own sentence"


@scenario("BATCH-001", needs=("batching",))
async def calls_inside_the_window_are_combined(lab: Lab) -> None:
    """Fifty calls of one sentence at once, at most ten sentences to a request.

    Five to seven requests, none above ten sentences, and fifty right vectors. Then twenty calls
    under a limit of 500 bytes of sentences to a request, which twelve of them would exceed.
    Control: a call that is alone does not wait for company beyond the linger time.
    """
    lab.must_set("batching")
    client = await lab.open(batching=SMALL_BATCHES, max_attempts=1)
    tokens, sentences = lab.sentences(50)
    [lone_token], [lone_sentence] = lab.sentences(1)

    outcomes = await embed_each(client, tokens, sentences)
    alone = await client.embed([lone_sentence], tokens=[lone_token], label="control: alone")

    sizes = [len(batch) for batch in batches(lab, tokens)]
    lab.check(
        holds(
            "requests",
            5 <= len(sizes) <= 7,
            len(sizes),
            "5 to 7",
            advice="Gather calls that come inside the linger time into full batches",
        ),
        at_most(
            "largest request", max(sizes, default=None), 10, "sentences", advice="Keep to max_items"
        ),
        at_least(
            "efficiency",
            50 / (10 * len(sizes)) if sizes else None,
            lab.targets.batch_efficiency,
            "of full batches",
            advice="Fill a batch before it is sent",
        ),
        nothing(
            "callers without their own vector",
            wrong_vectors(dict(zip(sentences, outcomes, strict=True))),
            advice=OWN_VECTOR,
        ),
        nothing("control: alone", wrong_vectors({lone_sentence: alone}), advice=OWN_VECTOR),
        equal("control: requests of a lone call", len(lab.attempts(lone_token)), 1),
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
    await bytes_bound_a_batch(lab)


async def bytes_bound_a_batch(lab: Lab) -> None:
    """Twenty calls whose sentences come to more bytes than one request may carry."""
    limits = {"max_items": 100, "max_bytes": FEW_BYTES, "linger_s": 0.1}
    client = await lab.open(batching=limits, max_attempts=1)
    tokens, sentences = lab.sentences(20)

    outcomes = await embed_each(client, tokens, sentences)

    sizes = [sum(len(s.encode()) for s in batch) for batch in batches(lab, tokens)]
    lab.check(
        at_most(
            "largest request under a limit of bytes",
            max(sizes, default=None),
            FEW_BYTES,
            "bytes of sentences",
            advice="Keep to max_bytes",
        ),
        at_most(
            "requests under a limit of bytes",
            len(sizes),
            len(tokens) // 2,
            advice="Gather calls that come inside the linger time",
        ),
        nothing(
            "callers without their own vector, limit of bytes",
            wrong_vectors(dict(zip(sentences, outcomes, strict=True))),
            advice=OWN_VECTOR,
        ),
    )


async def embed_each(
    client: Client, tokens: Sequence[str], sentences: Sequence[str]
) -> list[Outcome]:
    """One call for each sentence, side by side; outcomes in the order of the sentences."""
    return await asyncio.gather(
        *(
            client.embed([sentence], tokens=[token], label=f"sentence {number}")
            for number, (token, sentence) in enumerate(zip(tokens, sentences, strict=True), 1)
        )
    )


def batches(lab: Lab, tokens: Sequence[str]) -> list[list[str]]:
    """The sentences of each request that carries any of the tokens, in order of arrival."""
    return [sentences_of(attempt.body_json) for attempt in lab.attempts(tuple(tokens))]


def sentences_of(body: Any) -> list[str]:
    """The sentences in the body of a request; none when it has no such list."""
    sentences = body.get("sentences") if isinstance(body, dict) else None
    return [str(each) for each in sentences] if isinstance(sentences, list) else []


@scenario("BATCH-002", needs=("batching",))
async def shuffled_results_find_their_inputs(lab: Lab) -> None:
    """A thousand sentences, ten to a call, several calls to a request; results come shuffled.

    Each result carries the ``index`` of its input, and no sentence may get another one's vector.
    Controls: the same in the given order; and each sentence arrives once, in several requests.
    """
    client = await lab.open(
        batching={"max_items": 50, "max_bytes": 1_000_000, "linger_s": 0.05}, max_attempts=1
    )
    calls = [lab.sentences(10) for _ in range(100)]
    control_tokens, control = lab.sentences(10)
    lab.plan(fault("items", order="shuffled", indexed=True))

    outcomes = await asyncio.gather(
        *(client.embed(sentences, tokens=tokens) for tokens, sentences in calls)
    )
    lab.plan()
    plain = await client.embed(control, tokens=control_tokens, label="control: given order")

    wrong = [
        f"call {number}, {found}"
        for number, ((_, sentences), outcome) in enumerate(zip(calls, outcomes, strict=True), 1)
        for found in mismatches(sentences, outcome)
    ]
    sent = batches(lab, [token for tokens, _ in calls for token in tokens])
    lab.check(
        nothing("sentences of 1000 with another's vector", wrong, advice=BY_INDEX),
        equal(
            "sentences that arrived", sum(map(len, sent)), 1000, advice="Send every sentence once"
        ),
        at_least("requests", len(sent), 2, advice="Keep to max_items"),
        nothing("control: given order", mismatches(control, plain), advice=OWN_VECTOR),
    )


@scenario("BATCH-003", needs=("batching",))
async def one_bad_item_fails_alone(lab: Lab) -> None:
    """Ten callers share a request in which one item fails; then one caller asks for all ten.

    Nine get their vectors, the tenth a typed error, and nothing is sent again, though the client
    may make three attempts. Control: ten sentences without the fault.
    """
    lab.must_set("batching")
    client = await lab.open(
        batching=SMALL_BATCHES, max_attempts=3, backoff_base_s=0.05, backoff_cap_s=0.1
    )
    tokens, sentences = lab.sentences(10)
    own_tokens, own_sentences = lab.sentences(10)
    control_tokens, control = lab.sentences(10)
    lab.plan(fault("items", order="given", errors=[ITEMS_FAILED]).needs(2))

    shared = await embed_each(client, tokens, sentences)
    whole = await client.embed(own_sentences, tokens=own_tokens, label="ten in one call")
    sent_again = await lab.late_attempts((*tokens, *own_tokens), within_s=0.5)
    lab.plan()
    healthy = await client.embed(control, tokens=control_tokens, label="control: no fault")

    once = "Do not send a batch again for an item that failed: the others were paid for"
    lab.check(
        *shared_request(lab, tokens, dict(zip(sentences, shared, strict=True))),
        *one_call(own_sentences, whole),
        equal("requests for ten callers", len(lab.attempts(tuple(tokens))), 1, advice=once),
        equal("requests for one call of ten", len(lab.attempts(tuple(own_tokens))), 1, advice=once),
        equal("requests after the callers had their results", len(sent_again), 0, advice=once),
        nothing("control: no fault", mismatches(control, healthy), advice=OWN_VECTOR),
    )


def shared_request(
    lab: Lab, tokens: Sequence[str], outcomes: Mapping[str, Outcome]
) -> tuple[Check, Check]:
    """The caller of the failed item, known by its place in the request, and the nine others."""
    attempts = lab.attempts(tuple(tokens))
    failing = failing_sentence(attempts[0].body_json) if attempts else None
    hit = outcomes.get(failing) if failing else None
    others = {sentence: each for sentence, each in outcomes.items() if sentence != failing}
    return (
        nothing(
            "callers that lost their vector to another's failure",
            wrong_vectors(others),
            advice="Fail only the caller whose item failed",
        ),
        holds(
            "the caller of the failed item",
            hit is not None and item_failed(hit),
            item_words(hit) if hit else "not found",
            "a typed error",
            advice="Give the failed item's caller an error, not silence",
        ),
    )


def one_call(sentences: Sequence[str], outcome: Outcome) -> tuple[Check, Check]:
    """All ten items in one caller's hand: nine vectors, and an error where the failed one stood."""
    entries = list(outcome.answer.vectors or ()) if outcome.answer else []
    entry = entries[ITEMS_FAILED] if len(entries) == len(sentences) else None
    return (
        holds(
            "ten in one call: the failed item",
            isinstance(entry, dict) and "error" in entry,
            shown_entry(entry) if entry is not None else told(outcome),
            "an error entry in its place",
            advice="Return an error entry for the item that failed, and the vectors of the rest",
        ),
        nothing(
            "ten in one call: other items",
            [
                found
                for found in mismatches(sentences, outcome)
                if not found.startswith(f"{ITEMS_FAILED}:")
            ],
            advice="Return the vectors of the items that did not fail",
        ),
    )


def shown_entry(entry: object) -> str:
    """What stands in an item's place, in a few words."""
    if isinstance(entry, list):
        return "a vector"
    error = entry.get("error") if isinstance(entry, dict) else None
    kind = error.get("kind") if isinstance(error, dict) else None
    return f"an error entry ({kind or 'no kind'})" if error else str(entry)[:80]


def item_words(outcome: Outcome) -> str:
    """How a call of one sentence ended, in a few words."""
    entries = outcome.answer.vectors if outcome.answer else None
    return shown_entry(entries[0]) if entries else told(outcome)


def failing_sentence(body: Any) -> str | None:
    """The sentence that stood at the failing place of a request."""
    sentences = sentences_of(body)
    return sentences[ITEMS_FAILED] if len(sentences) > ITEMS_FAILED else None


def item_failed(outcome: Outcome) -> bool:
    """Whether the only sentence of a call ended in a typed error."""
    if outcome.error is not None:
        return outcome.kind not in UNTYPED
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
        return [f"{place}: {told(outcome)}" for place in range(len(sentences))]
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

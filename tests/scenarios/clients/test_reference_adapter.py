"""The reference client through its adapter: every fact that it gives, in the protocol's words."""

from __future__ import annotations

import pytest

from mockserver.faults.rules import Rule
from scenarios.clients import reference_adapter
from scenarios.clients.protocol import CLAIMS, LIMITS, SETTINGS
from scenarios.clients.reference_adapter import ReferenceFactory, client_settings
from scenarios.reference import BreakerSettings, PawaClient, Settings


def ask(**fields: object) -> dict[str, object]:
    """A chat request."""
    return {"messages": [{"role": "user", "content": "Habari?"}], **fields}


def break_with(sandbox, **fault: object) -> None:
    """Every request meets this fault."""
    sandbox.replace_rules([Rule.model_validate({"fault": fault})])


async def test_an_answer_has_every_fact(connect, sandbox) -> None:
    """Where it came from, what it cost, whose request it was."""
    client = await connect("reference")

    answer = (await client.chat(ask(max_tokens=5))).answer

    (exchange,) = sandbox.journal.exchanges()
    assert answer is not None
    assert (answer.source, answer.degraded, answer.attempts) == ("live", False, 1)
    assert (answer.finish_reason, answer.request_id) == ("length", exchange.request_id)
    assert answer.usage is not None
    assert answer.usage.tokens_out == 5
    assert answer.cost is not None


async def test_a_stream_arrives_as_it_is_made(connect, sandbox) -> None:
    """Piece by piece, then the whole answer with its finish reason."""
    stream = sandbox.settings.stream.model_copy(update={"chunks": 3, "interval_s": 0.1})
    sandbox.replace_settings(sandbox.settings.model_copy(update={"stream": stream}))
    client = await connect("reference")

    outcome = await client.chat(ask(stream=True))

    (exchange,) = sandbox.journal.exchanges()
    assert len(outcome.deltas) == 3
    assert outcome.deltas[0].at_s < exchange.last_byte_out_ns / 1e9
    assert outcome.answer.finish_reason == "stop"


async def test_a_user_may_stop_reading_a_stream(connect) -> None:
    """What was read is the answer."""
    client = await connect("reference")

    outcome = await client.chat(ask(stream=True), pace={"stop_after_events": 2})

    assert len(outcome.deltas) == 2
    assert outcome.text == "".join(delta.text for delta in outcome.deltas)


async def test_an_error_has_every_fact(connect, sandbox) -> None:
    """Status, ids of all attempts, causes in order."""
    break_with(sandbox, kind="status", status=503)
    client = await connect("reference", max_attempts=2, backoff_base_s=0.01)

    error = (await client.chat(ask())).error

    ids = tuple(exchange.request_id for exchange in sandbox.journal.exchanges())
    assert error is not None
    assert (error.kind, error.status, error.attempts) == ("server_error", 503, 2)
    assert error.request_ids == ids
    assert error.request_id == ids[-1]
    assert tuple(cause.request_id for cause in error.causes) == ids


async def test_options_and_settings_reach_the_client(connect, sandbox) -> None:
    """A deadline ends the call; a cache answers the second one; another key is used."""
    client = await connect("reference", cache={"ttl_s": 60, "stale_s": 5})

    first, second = await client.chat(ask()), await client.chat(ask())
    break_with(sandbox, kind="hold", seconds=30)
    late = await client.chat(ask(seed=1), deadline_s=0.2)
    sandbox.replace_rules([])
    await client.rotate_key("pawa-unknown-key")
    refused = await client.chat(ask(seed=2))
    counters = await client.telemetry()

    assert (first.answer.source, second.answer.source) == ("live", "cache")
    assert (refused.kind, late.kind) == ("auth", "deadline_exceeded")
    assert (counters["calls"], counters["cache_hits"], counters["errors"]) == (4, 1, 2)


async def test_vectors_and_failed_items_stand_in_order(connect, sandbox) -> None:
    """An item that failed is an object with its error."""
    break_with(sandbox, kind="items", order="reversed", errors=[1])
    client = await connect("reference")

    vectors = (await client.embed(["a", "b", "c"])).answer.vectors

    assert [isinstance(vector, list) for vector in vectors] == [True, False, True]
    assert vectors[1]["error"]["message"] == "The item could not be processed"


async def test_a_missing_key_is_refused_when_the_client_is_opened(connect, sandbox) -> None:
    """As a config error, before anything is sent."""
    client = await connect("reference", api_key="")

    assert (await client.chat(ask())).kind == "config"
    assert sandbox.journal.exchanges() == ()


def test_the_manifest_speaks_the_protocol() -> None:
    """Claims and limits are known words, and the numbers are the defaults of the settings."""
    manifest = reference_adapter.factory().manifest()
    defaults = Settings(api_key="k")

    assert set(manifest["claims"]) <= CLAIMS
    assert set(manifest["limits"]) <= LIMITS
    for name, value in manifest["limits"].items():
        if name != "backoff_family":
            assert value == getattr(defaults, name)


def test_settings_are_the_client_s_own() -> None:
    """What the client has is set, what it does not have is left out."""
    given = {
        "api_key": "k",
        "base_url": "http://127.0.0.1:1/v1",
        "max_attempts": 7,
        "fallback_models": ["b"],
        "fallbacks": [{"base_url": "http://127.0.0.1:2/v1", "api_key": "l", "model": "m"}],
        "cache": {"ttl_s": 5, "redis_url": "redis://x"},
        "batching": {"max_items": 3, "max_bytes": 100, "linger_s": 0.5},
        "budget": {"limit": 5, "period_s": 60, "alert_share": 0.5},
        "retry_budget_ratio": 0.5,
        "breaker": {"failures": 4, "window_s": 2.0, "open_s": 1.0, "probes": 2},
        "rate_per_s": 3,
        "environment": "staging",
    }
    assert set(given) <= SETTINGS

    settings = client_settings(given)

    assert (settings.max_attempts, settings.fallback_models) == (7, ("b",))
    assert settings.fallbacks[0].model == "m"
    assert settings.cache is not None
    assert settings.cache.ttl_s == 5
    assert settings.batching is not None
    assert settings.batching.max_items == 3
    assert settings.budget is not None
    assert settings.budget.alert_share == 0.5
    assert settings.retry_budget_ratio == 0.5
    assert settings.breaker == BreakerSettings(4, 2.0, 1.0, 2)
    assert client_settings({**given, "retry_budget_ratio": None}).retry_budget_ratio is None


async def test_a_circuit_that_opened_is_told(connect, sandbox) -> None:
    """As a kind of its own, with the time until the next try, and in the counters."""
    break_with(sandbox, kind="status", status=503)
    breaker = {"failures": 2, "window_s": 30, "open_s": 30, "probes": 1}
    client = await connect("reference", max_attempts=2, backoff_base_s=0.01, breaker=breaker)

    first, second = await client.chat(ask()), await client.chat(ask())
    counters = await client.telemetry()

    assert (first.kind, second.kind) == ("server_error", "circuit_open")
    assert second.error.attempts == 0
    assert 0 < second.error.retry_after_s <= 36
    assert (counters["breaker_opened"], counters["attempts"], counters["retries"]) == (1, 2, 1)
    assert len(sandbox.journal.exchanges()) == 2


async def test_a_variant_of_the_client_is_driven_in_the_same_words() -> None:
    """The factory takes another way to build, and other claims."""
    built: list[Settings] = []

    def build(settings: Settings) -> PawaClient:
        built.append(settings)
        return PawaClient(settings)

    factory = ReferenceFactory(build, name="variant", claims=["retry"])
    client = await factory.open({"api_key": "some-key", "max_attempts": 2})
    await client.close()

    assert factory.manifest()["name"] == "variant"
    assert factory.manifest()["claims"] == ["retry"]
    assert built[0].max_attempts == 2


@pytest.mark.parametrize("streams", [True, False])
async def test_a_call_is_cancelled(connect, sandbox, until, streams: bool) -> None:
    """And the connection is closed at once."""
    break_with(sandbox, kind="hold", seconds=30)
    running = (await connect("reference")).start_chat(ask(stream=streams))
    await until(sandbox.journal.exchanges)

    assert await running.cancel()
    assert (await running).kind == "cancelled"
    await until(lambda: sandbox.journal.exchanges()[0].client_left_ns)

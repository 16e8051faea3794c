"""The official SDK through its adapter: its own words and its own silences, nothing added."""

from __future__ import annotations

import asyncio

import pytest
from pawa_ai import APIConnectionError, APIStatusError, NotFoundError, RateLimitError

from mockserver.faults.rules import Rule
from scenarios.clients import sdk_adapter
from scenarios.clients.errors import OperationFailed

BOTH = pytest.mark.parametrize("spec", ["pawa-sdk", "pawa-sdk-async"])
FAST = {"max_attempts": 2, "backoff_base_s": 0.01, "timeout_s": 5}


def ask(text: str = "Habari?", **fields: object) -> dict[str, object]:
    """A chat request."""
    return {"messages": [{"role": "user", "content": text}], **fields}


def break_with(sandbox, **fault: object) -> None:
    """Every request meets this fault."""
    sandbox.replace_rules([Rule.model_validate({"fault": fault})])


@BOTH
async def test_an_answer_has_what_the_sdk_gives_and_no_more(connect, sandbox, spec: str) -> None:
    """Text, finish reason, model and usage are in the dict; the rest the SDK does not say."""
    client = await connect(spec)

    outcome = await client.chat(ask(max_tokens=5))

    answer = outcome.answer
    assert answer is not None
    assert (answer.finish_reason, answer.model) == ("length", "pawa-v1-ember-20240924")
    assert answer.usage is not None
    assert answer.usage.tokens_out == 5
    assert answer.text
    unknown = (answer.source, answer.degraded, answer.request_id, answer.attempts, answer.cost)
    assert unknown == (None,) * 5


@BOTH
async def test_every_field_of_the_request_reaches_the_wire(connect, sandbox, spec: str) -> None:
    """``create`` forwards any keyword; the model of the settings is used when none is given."""
    client = await connect(spec)

    await client.chat(ask(max_tokens=7, stop=["x"], seed=3, user="u", temperature=0.5))

    (exchange,) = sandbox.journal.exchanges()
    for part in (b'"max_tokens":7', b'"stop":["x"]', b'"seed":3', b'"user":"u"', b"ember"):
        assert part in exchange.body


@BOTH
async def test_a_stream_is_handed_out_as_the_sdk_yields_it(connect, sandbox, spec: str) -> None:
    """The SDK reads the whole body first: every piece arrives after the last one was sent."""
    stream = sandbox.settings.stream.model_copy(update={"chunks": 4, "interval_s": 0.1})
    sandbox.replace_settings(sandbox.settings.model_copy(update={"stream": stream}))
    client = await connect(spec)

    outcome = await client.chat(ask(stream=True))

    (exchange,) = sandbox.journal.exchanges()
    assert len(outcome.deltas) == 4
    assert outcome.text == "".join(delta.text for delta in outcome.deltas)
    assert outcome.deltas[0].at_s >= exchange.last_byte_out_ns / 1e9
    assert outcome.answer.finish_reason is None


@BOTH
async def test_a_user_may_stop_reading_a_stream(connect, sandbox, spec: str) -> None:
    """After two pieces, with a pause after the first."""
    client = await connect(spec)

    pace = {"after_events": 1, "wait_s": 0.2, "stop_after_events": 2}
    outcome = await client.chat(ask(stream=True), pace=pace)

    first, second = outcome.deltas
    assert second.at_s - first.at_s >= 0.2
    assert outcome.text == first.text + second.text


@BOTH
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"kind": "status", "status": 400}, ("invalid_request", 400)),
        ({"kind": "status", "status": 401}, ("auth", 401)),
        ({"kind": "status", "status": 402}, ("budget_exhausted", 402)),
        ({"kind": "status", "status": 403}, ("permission", 403)),
        ({"kind": "status", "status": 404}, ("not_found", 404)),
        ({"kind": "status", "status": 413}, ("too_large", 413)),
        ({"kind": "status", "status": 422}, ("invalid_request", 422)),
        ({"kind": "status", "status": 429}, ("rate_limited", 429)),
        ({"kind": "budget_exhausted", "spelling": 429}, ("rate_limited", 429)),
        ({"kind": "status", "status": 503}, ("server_error", 503)),
        ({"kind": "status", "status": 302}, ("bad_response", 302)),
    ],
)
async def test_status_errors_are_told_by_class_and_status(
    connect, sandbox, spec: str, fault: dict[str, object], told: tuple[str, int]
) -> None:
    """What a caller can catch, no more: a budget spelt 429 is the SDK's RateLimitError."""
    break_with(sandbox, **fault)
    client = await connect(spec, **FAST)

    error = (await client.chat(ask())).error

    assert error is not None
    assert (error.kind, error.status) == told
    assert (error.request_id, error.retry_after_s, error.attempts) == (None, None, None)


@BOTH
@pytest.mark.parametrize(
    "fault", [{"kind": "rst_before_headers"}, {"kind": "hold", "seconds": 30}, {"kind": "refuse"}]
)
async def test_network_trouble_is_one_kind(
    connect, sandbox, spec: str, fault: dict[str, object]
) -> None:
    """The SDK raises one class for timeouts, resets and refusals alike; its text is not read."""
    client = await connect(spec, timeout_s=0.3, max_attempts=1)
    break_with(sandbox, **fault)

    outcome = await client.chat(ask())

    assert outcome.kind == "connection"
    assert outcome.error.status is None


@BOTH
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "success_false"}, "TypeError"),
        ({"kind": "html_page"}, "JSONDecodeError"),
        ({"kind": "empty_body"}, "JSONDecodeError"),
        ({"kind": "cut_json", "keep_bytes": 20}, "JSONDecodeError"),
    ],
)
async def test_what_the_documented_access_path_raises_is_internal(
    connect, sandbox, spec: str, fault: dict[str, object], code: str
) -> None:
    """An application that follows the README meets that very exception."""
    break_with(sandbox, **fault)
    client = await connect(spec)

    outcome = await client.chat(ask())

    assert (outcome.kind, outcome.error.code) == ("internal", code)


@BOTH
@pytest.mark.parametrize(
    ("fault", "pieces"),
    [
        ({"kind": "status", "status": 401}, 0),
        ({"kind": "error_chunk", "after_chunks": 2}, 2),
        ({"kind": "cut_stream", "after_chunks": 3, "how": "clean"}, 3),
    ],
)
async def test_an_error_that_the_sdk_swallows_is_not_put_back(
    connect, sandbox, spec: str, fault: dict[str, object], pieces: int
) -> None:
    """A refused, failed or cut stream ends well, with whatever text there was: so say we."""
    break_with(sandbox, **fault)
    client = await connect(spec)

    outcome = await client.chat(ask(stream=True))

    assert outcome.ok
    assert len(outcome.deltas) == pieces
    assert outcome.text == "".join(delta.text for delta in outcome.deltas)


@BOTH
async def test_the_partial_text_is_what_had_been_yielded(connect, sandbox, spec: str) -> None:
    """A malformed chunk raises out of the iterator, after two good ones."""
    break_with(sandbox, kind="malformed_chunk", after_chunks=2)
    client = await connect(spec)

    outcome = await client.chat(ask(stream=True))

    assert (outcome.kind, outcome.error.code) == ("internal", "JSONDecodeError")
    assert outcome.error.partial == "".join(delta.text for delta in outcome.deltas)
    assert len(outcome.deltas) == 2


@BOTH
async def test_settings_reach_the_sdk(connect, sandbox, spec: str) -> None:
    """Attempts, pauses: two attempts a tenth of a second apart, and not the default half."""
    break_with(sandbox, kind="status", status=503)
    client = await connect(spec, max_attempts=2, backoff_base_s=0.1, backoff_cap_s=0.1)

    await client.chat(ask())

    first, second = sandbox.journal.exchanges()
    gap = (second.first_byte_in_ns - first.last_byte_out_ns) / 1e9
    assert 0.1 <= gap < 0.45


@BOTH
async def test_vectors_are_what_the_sdk_holds(connect, sandbox, spec: str) -> None:
    """Lists of numbers; entries of another shape are handed on as they are."""
    client = await connect(spec)
    healthy = await client.embed(["a", "b"])
    break_with(sandbox, kind="items", order="reversed")
    reordered = await client.embed(["a", "b"])

    assert [len(vector) for vector in healthy.answer.vectors] == [64, 64]
    assert [entry["index"] for entry in reordered.answer.vectors] == [1, 0]


@BOTH
async def test_a_missing_key_is_the_sdk_s_own_refusal(connect, spec: str) -> None:
    """It raises AuthenticationError before anything is sent, and says 401 itself."""
    client = await connect(spec, api_key="")

    outcome = await client.chat(ask())

    assert (outcome.kind, outcome.error.status) == ("auth", 401)


@BOTH
async def test_what_the_sdk_does_not_have_is_unsupported(connect, spec: str) -> None:
    """Deadlines, other keys, counters; to ask for no fallback is no wish."""
    client = await connect(spec)

    late = await client.chat(ask(), deadline_s=1)
    plain = await client.chat(ask(), fallback=False)

    assert (late.kind, plain.kind) == ("unsupported", "ok")
    for operation in (client.rotate_key("another-key"), client.telemetry()):
        with pytest.raises(OperationFailed, match="unsupported"):
            await operation


async def test_only_the_asynchronous_client_is_cancelled(connect, sandbox, until) -> None:
    """A cancelled task closes its connection at once; a blocking call cannot be reached."""
    break_with(sandbox, kind="hold", seconds=20)
    for spec, cancels in (("pawa-sdk-async", True), ("pawa-sdk", False)):
        sandbox.journal.clear()
        running = (await connect(spec, **FAST)).start_chat(ask(), patience_s=1)
        await until(sandbox.journal.exchanges)

        agreed = await running.cancel()
        outcome = await running

        assert agreed is cancels
        assert outcome.kind == ("cancelled" if cancels else "hung")
        if cancels:
            await until(lambda: sandbox.journal.exchanges()[0].client_left_ns)


async def test_opening_clients_holds_up_nobody(connect, sandbox) -> None:
    """Making an SDK client reads certificates: a call answered meanwhile does not wait for it."""
    client = await connect("pawa-sdk-async")
    opening = [asyncio.create_task(connect("pawa-sdk-async")) for _ in range(20)]
    await asyncio.sleep(0)

    outcome = await client.chat(ask())
    still_opening = [task for task in opening if not task.done()]
    await asyncio.gather(*opening)

    assert outcome.ok
    assert still_opening


async def test_blocking_calls_run_side_by_side(connect, sandbox) -> None:
    """Seventy calls that each take half a second together take no seventy halves."""
    latency = sandbox.settings.latency.model_copy(update={"answer_s": 0.5})
    sandbox.replace_settings(sandbox.settings.model_copy(update={"latency": latency}))
    client = await connect("pawa-sdk")

    outcomes = await asyncio.gather(*(client.chat(ask()) for _ in range(70)))

    assert all(outcome.ok for outcome in outcomes)
    assert max(exchange.in_flight for exchange in sandbox.journal.exchanges()) >= 60


def test_claims_and_limits_are_those_of_the_readme() -> None:
    """Cancellation is what any asyncio task has, so only the asynchronous client claims it."""
    blocking, asynchronous = sdk_adapter.sync_factory(), sdk_adapter.async_factory()

    assert blocking.manifest()["version"] == "0.2.1"
    assert set(blocking.manifest()["claims"]) == {
        *("retry", "backoff_jitter", "retry_after", "streaming")
    }
    assert set(asynchronous.manifest()["claims"]) - set(blocking.manifest()["claims"]) == {
        "cancellation"
    }
    assert blocking.manifest()["limits"] == {
        "max_attempts": 3,
        "backoff_base_s": 0.5,
        "backoff_cap_s": 8,
        "backoff_family": "additive",
        "timeout_s": 60,
    }


def test_options_are_given_only_when_they_were_set() -> None:
    """What the settings leave open stays the SDK's own default."""
    assert set(sdk_adapter.sdk_options({})) == {"retry_config"}
    options = sdk_adapter.sdk_options({"max_attempts": 1, "backoff_cap_s": 2, "timeout_s": 3})
    assert options["timeout"] == 3
    assert (options["retry_config"].max_retries, options["retry_config"].max_delay) == (0, 2)
    assert options["retry_config"].initial_delay == 0.5


@pytest.mark.parametrize(
    ("error", "facts"),
    [
        (
            APIStatusError("m", status_code=409, body={"code": "busy"}),
            {"kind": "invalid_request", "status": 409, "code": "busy"},
        ),
        (
            APIStatusError("m", status_code=800, body="text"),
            {"kind": "server_error", "status": 800, "code": None},
        ),
        (NotFoundError("m", status_code=404), {"kind": "not_found", "status": 404, "code": None}),
        (
            RateLimitError("m", status_code=429),
            {"kind": "rate_limited", "status": 429, "code": None},
        ),
        (APIConnectionError("m"), {"kind": "connection"}),
        (ValueError("m"), {"kind": "internal", "code": "ValueError"}),
    ],
)
def test_exceptions_become_errors(error: Exception, facts: dict[str, object]) -> None:
    """Class and status decide; a machine code is taken where the SDK hands the body out."""
    told = sdk_adapter.hosted_error(error, ["Ha", "b"]).to_json()

    assert told == {"message": "m", "partial": "Hab", **facts}

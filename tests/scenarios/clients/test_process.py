"""Every way an adapter process can misbehave, end, or refuse to begin."""

from __future__ import annotations

import asyncio
import json
from functools import partial

import pytest

from scenarios.clients import process, session
from scenarios.clients.captured import CapturedText
from scenarios.clients.errors import ClientStartError
from scenarios.clients.process import ProcessDriver

HELLO = {"messages": [{"role": "user", "content": "Habari?"}]}


async def test_a_client_is_greeted_opened_and_asked(start) -> None:
    """The well-behaved miniature: its manifest, a chat, vectors, counters, a clean exit."""
    driver = await start("well_behaved")
    client = await driver.open({})

    chat = await client.chat(HELLO)
    vectors = await client.embed(["a", "bcd"])
    await client.rotate_key("another-key")
    counters = await client.telemetry()
    await client.close()
    await driver.close()

    assert driver.manifest.name == "miniature"
    assert driver.manifest.claims == {"streaming"}
    assert (chat.ok, chat.text, chat.kind) == (True, "Habari?", "ok")
    assert vectors.answer is not None
    assert vectors.answer.vectors == ([1.0], [3.0])
    assert counters == {}
    assert (driver.slow_exit, driver.restarts) == (None, 0)


async def test_answers_find_their_calls_in_any_order(opened) -> None:
    """Three calls at once, answered last first, each get their own text."""
    client = await opened("answers_in_reverse")

    outcomes = await asyncio.gather(
        *(client.chat({"messages": [{"role": "user", "content": str(n)}]}) for n in range(3))
    )

    assert [outcome.text for outcome in outcomes] == ["0", "1", "2"]


async def test_deltas_are_told_in_the_harness_time(opened) -> None:
    """A clock that began at another moment is converted; no piece arrives before it was asked."""
    client = await opened("streams_by_a_clock_of_its_own")

    outcome = await client.chat(HELLO)

    assert [delta.text for delta in outcome.deltas] == ["Ha", "bari"]
    first, second = (delta.at_s for delta in outcome.deltas)
    assert outcome.started_s <= first < second <= outcome.ended_s
    assert second - first >= 0.045


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nonjson_on_hello", "is not JSON: 'hello to you too'"),
        ("prints_before_hello", "stdout is for the protocol only"),
        ("refuses_hello", "unsupported: protocol 2 only"),
        ("claims_what_nobody_knows", "unknown claim 'retries'; valid: "),
        ("exits_at_once", "exit code 1; its last words: cannot find its own configuration"),
    ],
)
async def test_what_is_no_client_does_not_start(start, name: str, words: str) -> None:
    """One line that names the client, what it did, and whose bug it is."""
    with pytest.raises(ClientStartError) as caught:
        await start(name)

    assert str(caught.value).startswith(f"client '{name}' did not say hello: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_silence_instead_of_a_hello_is_an_end_too(
    start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that reads and never answers is no client."""
    monkeypatch.setattr(process, "HELLO_PATIENCE_S", 0.3)

    with pytest.raises(ClientStartError, match="no final answer to hello within"):
        await start("never_says_hello")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("no-such-command-anywhere",), "'no-such-command-anywhere' was not found"),
        (("/",), "'/' could not be started: Permission denied"),
    ],
)
async def test_a_command_that_cannot_run_says_so(command: tuple[str, ...], words: str) -> None:
    """The message names the command and the reason."""
    with pytest.raises(ClientStartError, match=words):
        await ProcessDriver.start(command)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nonjson_on_chat", "not JSON: 'INFO sending the request'"),
        ("misspells_a_field", "unknown field 'txet'; is 'text' meant?"),
        ("wrong_id", "which was never asked"),
        ("huge_line", "a line of more than 16777216 bytes"),
        ("crashes_on_chat", "ended with exit code 3; its last words: out of cheese"),
        ("closes_stdout", "closed its stdout and went on running"),
    ],
)
async def test_breaking_the_protocol_is_a_crash_of_the_calls_in_flight(
    opened, name: str, words: str
) -> None:
    """The outcome says what the adapter did; the next call on that client crashes at once."""
    client = await opened(name)

    outcome = await client.chat(HELLO)
    next_one = await client.chat(HELLO)

    assert outcome.ending == outcome.kind == "crashed"
    assert words in outcome.detail
    assert (next_one.ending, next_one.elapsed_s) == ("crashed", 0)


async def test_a_second_answer_is_a_crash(opened) -> None:
    """The first answer counts; the second one ends the process."""
    client = await opened("answers_twice")

    first = await client.chat(HELLO)
    second = await client.chat(HELLO)

    assert first.ok
    assert second.ending == "crashed"
    assert "after its final answer" in second.detail


async def test_after_a_crash_a_new_process_serves_the_rest(start) -> None:
    """The other client of the same process crashes with it; the next open finds a fresh one."""
    driver = await start("crashes_once")
    broken, bystander = await driver.open({}), await driver.open({})

    outcome = await broken.chat({"messages": [{"role": "user", "content": "crash"}]})
    beside = await bystander.chat(HELLO)
    afterwards = await (await driver.open({})).chat(HELLO)

    assert "was ended by SIGKILL" in outcome.detail
    assert beside.ending == "crashed"
    assert afterwards.ok
    assert driver.restarts == 1


async def test_no_answer_in_time_is_a_hung_call_and_nothing_more(start) -> None:
    """The process goes on serving others, since it answers everything else."""
    driver = await start("never_answers")
    client = await driver.open({})

    outcome = await client.chat(HELLO, patience_s=0.2)
    vectors = await client.embed(["abc"])

    assert outcome.ending == "hung"
    assert "no final answer to chat within 0.2 s" in outcome.detail
    assert outcome.elapsed_s >= 0.2
    assert vectors.ok
    assert driver.restarts == 0


async def test_a_late_answer_to_a_hung_call_is_let_pass(opened) -> None:
    """It is no second answer: the harness only stopped waiting."""
    client = await opened("answers_late")

    outcome = await client.chat(HELLO, patience_s=0.2)
    afterwards = await client.embed(["abc"])

    assert outcome.ending == "hung"
    assert afterwards.ok


async def test_a_process_that_blocks_altogether_is_replaced(
    start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the cancelling is answered: what else is in flight crashes, the next open works."""
    monkeypatch.setattr(session, "DEAF_S", 0.3)
    driver = await start("goes_deaf")
    client = await driver.open({})

    blocked, beside = client.start_chat(HELLO, patience_s=0.2), client.start_chat(HELLO)

    assert (await blocked).ending == "hung"
    assert "neither chat nor its cancelling" in (await beside).detail
    assert (await (await driver.open({})).embed(["abc"])).ok


async def test_a_flood_on_stderr_is_bounded_and_counted(
    start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first and last lines are kept, the middle is counted, and the call is not held up."""
    bounded = partial(CapturedText, head_bytes=64 * 1024, tail_bytes=256 * 1024)
    monkeypatch.setattr(process, "CapturedText", bounded)
    driver = await start("floods_stderr")

    outcome = await (await driver.open({})).chat(HELLO)
    await driver.close()

    text = driver.stderr_text()
    assert outcome.ok
    assert text.startswith("000000 ")
    assert text.splitlines()[-1].startswith("003071 ")
    assert "bytes dropped" in text
    assert len(text) < 512 * 1024


async def test_last_words_never_hold_a_key(start) -> None:
    """What the client was given is masked in its crash, and in its stderr; the raw text has it."""
    driver = await start("crashes_with_the_key")

    client = await driver.open({"api_key": "pawa-very-secret", "fallbacks": [{"api_key": "key-b"}]})
    outcome = await client.chat(HELLO)

    assert "its last words: dumping {'api_key': 'key#" in outcome.detail
    for written in (outcome.detail, driver.stderr_text()):
        assert "pawa-very-secret" not in written
        assert "key-b" not in written
    assert "pawa-very-secret" in driver.stderr_raw()


async def test_a_client_may_refuse_its_settings(opened) -> None:
    """Every call then ends at once with that error."""
    client = await opened("refuses_its_settings")

    outcome = await client.chat(HELLO)
    await client.close()

    assert (outcome.ending, outcome.kind) == ("error", "config")
    assert outcome.error is not None
    assert outcome.error.message == "no key given"


@pytest.mark.parametrize(
    ("name", "words"),
    [("ignores_the_end", "ended by SIGTERM"), ("ignores_sigterm", "ended by SIGKILL")],
)
async def test_a_slow_exit_is_helped_along(
    start, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    """First the end of stdin, then SIGTERM, then SIGKILL; what was needed is told."""
    monkeypatch.setattr("scenarios.clients.child.EXIT_GRACE_S", 0.3)
    driver = await start(name)

    await driver.close()

    assert driver.slow_exit == words


async def test_no_key_of_this_machine_reaches_a_client(
    opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment is handed on without any API key, and without a proxy for the loopback."""
    monkeypatch.setenv("PAWA_AI_API_KEY", "a-real-key")
    monkeypatch.setenv("OTHER_API_KEY", "another-real-key")
    monkeypatch.setenv("NO_PROXY", "example.org")
    client = await opened("tells_its_environment")

    environment = json.loads((await client.chat(HELLO)).text)

    assert not [name for name in environment if name.endswith("_API_KEY")]
    assert environment["PYTHONUNBUFFERED"] == "1"
    assert environment["NO_PROXY"] == "example.org,127.0.0.1,localhost"


async def test_a_driver_ends_its_process(start) -> None:
    """Calls still in flight when the driver is closed end with it."""
    driver = await start("never_answers")
    client = await driver.open({})
    running = client.start_chat(HELLO)

    await driver.close()

    assert "was closed" in (await running).detail
    assert (await client.chat(HELLO)).ending == "crashed"

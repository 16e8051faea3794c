"""The Python host, as a real process with real lines."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from scenarios.clients import host
from scenarios.clients.errors import ClientStartError
from scenarios.clients.process import ProcessDriver
from scenarios.clients.spec import host_command

HERE = Path(__file__).parent
SCHEMA = json.loads(Path(host.__file__).with_name("protocol.schema.json").read_text("utf-8"))


def say(case: str, **fields: object) -> dict[str, object]:
    """A chat request whose text says what the client should do."""
    return {"messages": [{"role": "user", "content": case}], **fields}


@pytest.fixture
async def hosted():
    """Starts the host with a factory of ``hosted_miniatures.py``."""
    drivers: list[ProcessDriver] = []

    async def start(factory: str = "factory", **environment: str) -> ProcessDriver:
        command = host_command(f"hosted_miniatures:{factory}")
        environment["PYTHONPATH"] = str(HERE)
        drivers.append(await ProcessDriver.start(command, environment=environment, name=factory))
        return drivers[-1]

    yield start
    for driver in drivers:
        await driver.close()


async def test_options_reach_the_client_as_they_were_given(hosted) -> None:
    """Absent ones are None."""
    client = await (await hosted()).open({})

    given = await client.chat(
        say("options", stream=True), deadline_s=2.5, fallback=False, pace={"wait_s": 1}
    )
    absent = await client.chat(say("options"))

    assert given.text == "(True, 2.5, False, {'wait_s': 1})"
    assert absent.text == "(None, None, None, None)"


async def test_instances_share_nothing(hosted) -> None:
    """Each open makes a fresh client with its own settings."""
    driver = await hosted()
    one, two = await driver.open({"api_key": "abcd"}), await driver.open({"api_key": "abcdef"})

    await one.rotate_key("abcdefgh")

    assert await one.telemetry() == {"calls": 8}
    assert await two.telemetry() == {"calls": 6}


async def test_whatever_a_client_prints_goes_to_stderr(hosted) -> None:
    """Print, the original stdout, the bare descriptor and children: no line of it is protocol."""
    driver = await hosted()
    client = await driver.open({})

    outcome = await client.chat(say("prints"))
    await driver.close()

    assert outcome.text == "stdin is empty"
    for way in ("print", "sys.stdout", "sys.__stdout__", "descriptor 1", "a child"):
        assert f"from {way}\n" in driver.stderr_text()


@pytest.mark.parametrize("case", ["streams", "streams_from_a_thread"])
async def test_deltas_are_stamped_when_the_client_hands_them_over(hosted, case: str) -> None:
    """Not when they are written or read."""
    client = await (await hosted()).open({})

    outcome = await client.chat(say(case))

    assert [delta.text for delta in outcome.deltas] == ["Ha", "bari"]
    assert outcome.text == "Habari"
    first, second = (delta.at_s for delta in outcome.deltas)
    assert outcome.started_s <= first <= second - 0.045
    assert second <= outcome.ended_s


async def test_errors_in_the_protocol_s_words_go_through(hosted) -> None:
    """Fields that were not given stay unknown."""
    outcome = await (await (await hosted()).open({})).chat(say("fails"))

    error = outcome.error
    assert error is not None
    assert (error.kind, error.message, error.status, error.retry_after_s) == (
        *("rate_limited", "slow down", 429, 3),
    )
    assert (error.code, error.attempts, error.ambiguous) == (None, None, None)


@pytest.mark.parametrize(
    ("case", "code", "partial"),
    [("raises", "KeyError", "Ha"), ("cancels_itself", "CancelledError", None)],
)
async def test_a_bare_exception_is_internal_with_its_class(
    hosted, case: str, code: str, partial: str | None
) -> None:
    """And with the text that was delivered before it."""
    outcome = await (await (await hosted()).open({})).chat(say(case))

    assert outcome.error is not None
    assert (outcome.kind, outcome.error.code) == ("internal", code)
    assert outcome.error.partial == partial


async def test_a_call_is_cancelled_where_the_client_can(hosted, until) -> None:
    """It ends with ``cancelled`` and what was delivered."""
    client = await (await hosted()).open({})
    running = client.start_chat(say("waits"))
    await until(running.deltas)

    assert await running.cancel()
    outcome = await running

    assert outcome.error is not None
    assert (outcome.kind, outcome.error.partial) == ("cancelled", "Ha")


async def test_a_client_without_cancellation_is_not_said_to_have_cancelled(hosted) -> None:
    """The wish is refused and the call goes on."""
    client = await (await hosted("blocking_factory")).open({})
    running = client.start_chat(say("streams"))

    assert not await running.cancel()
    assert (await running).text == "Habari"


async def test_closing_a_client_ends_its_calls_and_no_other_client_s(hosted, until) -> None:
    """Only its own."""
    driver = await hosted()
    one, two = await driver.open({}), await driver.open({})
    ended, going = one.start_chat(say("waits")), two.start_chat(say("waits"))
    await until(lambda: ended.deltas() and going.deltas())

    await one.close()

    assert (await ended).kind == "cancelled"
    assert not going.task.done()
    await going.cancel()
    assert (await one.chat(say("options"))).error.message == "there is no open client 'client-1'"


async def test_a_hundred_calls_run_side_by_side(hosted) -> None:
    """Each waits until all are there."""
    client = await (await hosted()).open({})

    outcomes = await asyncio.gather(*(client.chat(say("rendezvous")) for _ in range(100)))

    assert {outcome.text for outcome in outcomes} == {"together"}


async def test_a_client_may_refuse_to_be_opened(hosted) -> None:
    """As an error in the protocol's words."""
    outcome = await (await (await hosted()).open({"model": "none"})).chat(say("options"))

    assert (outcome.kind, outcome.error.message) == ("config", "no model")


async def test_text_that_is_no_unicode_still_travels(hosted) -> None:
    """The half character becomes a question mark; the line stays a line."""
    outcome = await (await (await hosted()).open({})).chat(say("surrogates"))

    assert outcome.text == "a?b"


async def test_a_client_that_ends_its_process_has_crashed(hosted) -> None:
    """The exit code is told."""
    outcome = await (await (await hosted()).open({})).chat(say("exits"))

    assert outcome.ending == "crashed"
    assert "exit code 7" in outcome.detail


@pytest.mark.parametrize(("level", "told"), [("debug", True), ("", False)])
async def test_debug_logging_is_there_when_asked_for(hosted, level: str, told: bool) -> None:
    """All loggers, on stderr."""
    driver = await hosted(PAWA_CLIENT_LOG=level)
    await (await driver.open({})).chat(say("logs"))
    await driver.close()

    assert ("a debug line" in driver.stderr_text()) is told


@pytest.mark.parametrize(
    ("factory", "words"),
    [
        ("broken_factory", "ValueError: cannot work"),
        ("not_a_factory", "not_a_factory() gave no factory with manifest and open"),
        ("no_such_name", "has no attribute 'no_such_name'"),
    ],
)
async def test_a_factory_that_cannot_be_loaded_is_one_line(
    hosted, factory: str, words: str
) -> None:
    """On stderr, with exit code 2; the driver tells it in one line too."""
    with pytest.raises(ClientStartError) as caught:
        await hosted(factory)

    assert "exit code 2" in str(caught.value)
    assert words in str(caught.value)
    assert "Traceback" not in str(caught.value)


class Lines:
    """The host driven line by line, without the harness's own driver."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            host_command("hosted_miniatures:factory"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(HERE)},
        )

    def ask(self, **request: object) -> None:
        """Writes one request."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()

    def read(self) -> dict[str, object]:
        """Reads one line and checks it against the schema."""
        assert self.process.stdout is not None
        line = json.loads(self.process.stdout.readline())
        jsonschema.validate(line, {**SCHEMA, "oneOf": [{"$ref": "#/$defs/reply"}]})
        return line

    def open(self) -> None:
        """Greets and opens a client."""
        self.ask(id=1, op="hello", protocol=1)
        self.ask(id=2, op="open", client="a", settings={})
        manifest, opened = self.read(), self.read()
        jsonschema.validate(manifest["ok"], {**SCHEMA, "oneOf": [{"$ref": "#/$defs/manifest"}]})
        assert opened == {"id": 2, "ok": {}}


@pytest.fixture
def lines():
    """A host that is greeted and has a client open."""
    one = Lines()
    with one.process:
        one.open()
        yield one
        one.process.kill()


def test_what_the_host_writes_is_of_the_schema(lines: Lines) -> None:
    """Deltas, answers, errors, refusals."""
    for number, case in enumerate(("streams", "fails", "raises"), start=3):
        lines.ask(id=number, op="chat", client="a", request=say(case))
        while "delta" in (line := lines.read()):
            assert line["id"] == number
        assert line["id"] == number
        if "ok" in line:
            jsonschema.validate(line["ok"], {**SCHEMA, "oneOf": [{"$ref": "#/$defs/answer"}]})


@pytest.mark.parametrize(
    ("request_fields", "kind"),
    [
        ({"op": "dance"}, "unsupported"),
        ({"op": "hello", "protocol": 2}, "unsupported"),
        ({"op": "chat", "client": "b", "request": {}}, "internal"),
        ({"op": "chat", "client": "a", "request": say("options"), "priority": 1}, "unsupported"),
        ({"op": "chat"}, "internal"),
    ],
)
def test_what_cannot_be_done_is_an_error(
    lines: Lines, request_fields: dict[str, object], kind: str
) -> None:
    """Unknown operations, another protocol, unknown clients, options that nobody has."""
    lines.ask(id=9, **request_fields)

    line = lines.read()
    assert (line["id"], line["error"]["kind"]) == (9, kind)


@pytest.mark.parametrize("how", ["stdin", "SIGTERM"])
@pytest.mark.parametrize("case", ["waits", "blocks_in_a_thread"])
def test_the_host_ends_within_two_seconds(lines: Lines, how: str, case: str) -> None:
    """At the end of its stdin or at SIGTERM, whatever still runs; with exit code 0."""
    lines.ask(id=3, op="chat", client="a", request=say(case))
    lines.ask(id=4, op="telemetry", client="a")
    while lines.read()["id"] != 4:
        pass

    began = time.monotonic()
    if how == "stdin":
        lines.process.stdin.close()
    else:
        lines.process.send_signal(signal.SIGTERM)
    code = lines.process.wait(timeout=10)

    assert code == 0
    assert time.monotonic() - began < 2


def test_lines_from_a_file_are_served_too() -> None:
    """A person can try the host with a file of requests."""
    requests = b'{"id": 1, "op": "hello", "protocol": 1}\n'

    done = subprocess.run(
        host_command("hosted_miniatures:factory"),
        input=requests,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(HERE)},
        timeout=20,
        check=True,
    )

    assert done.returncode == 0


def test_the_command_says_how_it_is_used() -> None:
    """Without a factory: one line, exit code 2."""
    done = subprocess.run(
        [sys.executable, "-m", "scenarios.clients.host"],
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert done.returncode == host.EXIT_CANNOT_LOAD
    assert done.stderr.startswith(b"usage: python -m scenarios.clients.host python:")
    assert done.stderr.count(b"\n") == 1

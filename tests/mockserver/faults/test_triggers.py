"""Faults that a request asks for: what is taken out of it, which one wins, what the client sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.draws import draw
from mockserver.faults.spelling import SpellingError
from mockserver.faults.triggers import Trigger, choose, take_out, without_trigger
from mockserver.settings import TriggerSettings
from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask, last

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.facts import RequestFacts
    from mockserver.sandbox import Sandbox
    from tests.mockserver.conftest import OpenSandbox

    MakeFacts = Callable[..., RequestFacts]

MODEL = "pawa-v1-ember-20240924"

EMBER = "pawa-v1-ember-20240924"
ALL = TriggerSettings(header=True, url=True, model=True)
OPEN = {"header": True, "url": True, "model": True}


@pytest.mark.parametrize(
    ("path", "plain", "text"),
    [
        ("/v1/~429/chat/request", "/v1/chat/request", "429"),
        ("/~429/v1/chat/request", "/v1/chat/request", "429"),
        ("/v1/~hold:seconds=5/models", "/v1/models", "hold:seconds=5"),
        ("/v1/~503%3Bretry_after%3D2/models", "/v1/models", "503;retry_after=2"),
        ("/v1/~429", "/v1", "429"),
        ("/~429", "/", "429"),
        ("/v1/chat/~429", "/v1/chat/~429", None),
        ("/v1/models/~x", "/v1/models/~x", None),
        ("/v1/chat/request", "/v1/chat/request", None),
    ],
)
def test_a_path_is_taken_back_to_what_it_would_be(path: str, plain: str, text: str | None) -> None:
    """Only a segment behind the base URL asks for a fault."""
    asked = () if text is None else (Trigger("url", text),)

    assert without_trigger(path, ALL) == (plain, asked)
    assert without_trigger(path, TriggerSettings(header=True, model=True)) == (path, ())


def test_header_and_model_are_read_and_the_model_is_taken_back(make_facts: MakeFacts) -> None:
    """Whatever reads the request afterwards finds the plain name."""
    spelled = f"{EMBER}:mock-hold:seconds=1"
    facts = make_facts(
        model=spelled,
        body_json={"model": spelled, "seed": 1},
        headers=(("x-mock-fault", "503"),),
    )

    taken, asked = take_out(facts, (Trigger("url", "429"),), ALL)
    left, nothing = take_out(facts, (), TriggerSettings(url=True))

    assert (taken.model, taken.body_json) == (EMBER, {"model": EMBER, "seed": 1})
    assert asked == (
        Trigger("header", "503"),
        Trigger("url", "429"),
        Trigger("model", "hold:seconds=1"),
    )
    assert (left, nothing) == (facts, ())


def test_the_first_that_fires_wins(make_facts: MakeFacts) -> None:
    """One that is over for this attempt leaves it to the next."""
    asked = (Trigger("header", "503;times=1"), Trigger("url", "429"))

    found = [choose(asked, make_facts(attempt=attempt), 0) for attempt in (1, 2)]

    assert [one and one[0].rule_id for one in found] == ["header", "url"]
    assert choose((Trigger("model", "503;times=1"),), make_facts(attempt=2), 0) is None


def test_chance_is_drawn_for_each_attempt_and_replays(make_facts: MakeFacts) -> None:
    """Keyed by seed, source, token and attempt; the draw is kept."""
    calls = [make_facts(token=f"call-{number:012x}") for number in range(200)]
    asked = (Trigger("url", "503;probability=0.3"),)

    found = [choose(asked, facts, 7) for facts in calls]

    assert found == [choose(asked, facts, 7) for facts in calls]
    assert 30 <= sum(one is not None for one in found) <= 90
    first = next(one[0] for one in found if one is not None)
    assert first.draw == draw(7, "url", first.draws.token, 1)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("stauts", "fault asked for by url: fault 'stauts' is unknown; nearest: status, stall"),
        ("refuse", "fault asked for by url: refuse needs a rule; it is about the connections of"),
    ],
)
def test_what_cannot_be_asked_for_is_told(make_facts: MakeFacts, text: str, line: str) -> None:
    """One line that names where it stood."""
    with pytest.raises(SpellingError) as caught:
        choose((Trigger("url", text),), make_facts(), 0)

    assert str(caught.value).startswith(line)


async def asked(
    sandbox: Sandbox, *, header: str | None = None, url: str = "", model: str = "", **more: Any
) -> tuple[int, str | None]:
    """Status and rule of a chat that asks for faults in these ways."""
    headers = () if header is None else (("X-Mock-Fault", header),)
    data = chat(**more) | {"model": EMBER + model}
    received = await ask(sandbox, request(f"/v1{url}/chat/request", data, headers=headers))
    return received.status, received.header("x-mock-rule")


RULE = {"id": "always", "fault": {"kind": "status", "status": 500}}


@pytest.mark.parametrize(
    ("ways", "status", "rule"),
    [
        ({"header": "501", "url": "/~502", "model": ":mock-503"}, 501, "header"),
        ({"url": "/~502", "model": ":mock-503"}, 502, "url"),
        ({"model": ":mock-503"}, 503, "model"),
        ({}, 500, "always"),
    ],
)
async def test_header_beats_url_beats_model_beats_rules(
    open_sandbox: OpenSandbox, ways: dict[str, str], status: int, rule: str
) -> None:
    """One precedence; the answer and the journal say who won, and rules behind it do not count."""
    sandbox = await open_sandbox(rules=[RULE], triggers=OPEN, announce_rules=True)

    assert await asked(sandbox, **ways) == (status, rule)
    exchange = await last(sandbox)
    assert (exchange.rule, exchange.faults, exchange.delivered) == (rule, ("status",), True)
    assert exchange.trigger == (str(status) if ways else None)
    assert (exchange.path, exchange.model) == ("/v1/chat/request", EMBER)
    assert sandbox.plan_status()[0].seen == (0 if ways else 1)


async def test_switched_off_they_are_what_they_look_like(open_sandbox: OpenSandbox) -> None:
    """A header that means nothing, a path that is not there, a model that nobody has."""
    sandbox = await open_sandbox(announce_rules=True)

    assert await asked(sandbox, header="503") == (200, None)
    assert await asked(sandbox, url="/~503") == (404, None)
    assert await asked(sandbox, model=":mock-503") == (400, None)
    assert [one.rule for one in sandbox.journal.exchanges()] == [None] * 3


@pytest.mark.parametrize(
    ("path", "headers", "model", "switch"),
    [
        ("/v1/chat/request", (("X-Mock-Fault", "429"),), MODEL, "header"),
        ("/v1/~429/chat/request", (), MODEL, "url"),
        ("/v1/chat/request", (), f"{MODEL}:mock-429", "model"),
    ],
)
async def test_who_asks_in_vain_is_told_which_switch_is_off(
    open_sandbox: OpenSandbox,
    path: str,
    headers: tuple[tuple[str, str], ...],
    model: str,
    switch: str,
) -> None:
    """Where rules are announced; a client that is judged sees no such thing."""
    data = request(path, body=chat(model=model), headers=headers)
    told = await ask(await open_sandbox(announce_rules=True), data)
    judged = await ask(await open_sandbox(), data)
    granted = await ask(await open_sandbox(announce_rules=True, triggers={switch: True}), data)

    assert f"triggers.{switch} on" in (told.header("x-mock-hint") or "")
    assert judged.header("x-mock-hint") is None
    assert (granted.status, granted.header("x-mock-hint")) == (429, None)


async def test_each_is_allowed_by_itself(open_sandbox: OpenSandbox) -> None:
    """A harness may allow the URL and keep the header shut."""
    sandbox = await open_sandbox(triggers={"url": True}, announce_rules=True)

    assert await asked(sandbox, header="501", url="/~502") == (502, "url")
    assert await asked(sandbox, header="501") == (200, None)


async def test_a_base_url_can_fail_the_first_attempts_of_each_call(
    open_sandbox: OpenSandbox,
) -> None:
    """So a client that can only be given an address shows whether it tries again."""
    sandbox = await open_sandbox(triggers=OPEN)

    calls = ("call-00000000000a", "call-00000000000b")
    statuses = [
        [(await asked(sandbox, url="/~503;times=2", text=call))[0] for _ in range(3)]
        for call in calls
    ]

    assert statuses == [[503, 503, 200]] * 2


async def test_a_misspelt_fault_is_400_in_one_line(open_sandbox: OpenSandbox) -> None:
    """It says which word, and that it is no fault of the client's own request."""
    sandbox = await open_sandbox(triggers=OPEN)
    received = await ask(sandbox, request("/v1/~tiemout/chat/request", chat()))

    assert received.status == 400
    told: str = received.json["message"]  # type: ignore[index]
    assert told.startswith("fault asked for by url: fault 'tiemout' is unknown; nearest: timeout")
    assert "\n" not in told


async def test_a_fault_of_the_connection_can_be_asked_for(open_sandbox: OpenSandbox) -> None:
    """And the work be done before it."""
    sandbox = await open_sandbox(triggers=OPEN)
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request("/v1/~rst;execute=true/chat/request", chat()))
        received = await client.read()
    exchange = await last(sandbox)

    assert (received.data, received.ending) == (b"", "rst")
    assert (exchange.executed, exchange.delivered) == (True, True)


async def test_a_key_in_what_is_asked_for_is_masked(open_sandbox: OpenSandbox) -> None:
    """Nothing that a client sends brings a secret into the journal."""
    sandbox = await open_sandbox(triggers=OPEN)
    await asked(sandbox, header="503;body=pawa-dev-key")
    exchange = await last(sandbox)

    assert exchange.trigger is not None
    assert "pawa-dev-key" not in exchange.trigger

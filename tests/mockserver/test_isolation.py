"""Sandboxes do not meet and a journal misses nothing: visits in any order, and a plain model."""

from __future__ import annotations

import http.client
import json
import socket
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mockserver.control.handlers.sandboxes import patched
from mockserver.faults.rules import parse_rules
from mockserver.settings import SandboxSettings
from mockserver.threaded import ThreadedMockServer

if TYPE_CHECKING:
    from mockserver.records import Exchange
    from mockserver.sandbox import Sandbox

NAMES = ("one", "two", "three")
PRICE = {"in_per_1k": 0.0, "out_per_1k": 0.0, "per_request": 1.0}
JOURNAL = 12
"""Exchanges that a journal keeps here, so that it overflows."""


@dataclass
class World:
    """What a sandbox must know of itself: what was asked of it, and what it was told."""

    key: str
    failing: int = 0
    asked: list[tuple[str, int | None]] = field(default_factory=list)
    """Path and status of every request, None where the client did not wait for it."""
    agents: int = 0
    spent_micro: int = 0
    limit: float = 100.0


class Worlds(RuleBasedStateMachine):
    """Three sandboxes of one server, visited in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.server = ThreadedMockServer()
        self.server.start()
        self.worlds: dict[str, World] = {}

    @initialize()
    def open_them(self) -> None:
        """Each with a key of its own and a small journal."""
        for name in NAMES:
            self.worlds[name] = World(key=f"key-of-{name}")
            self.server.open_sandbox(
                SandboxSettings.model_validate(
                    {
                        "name": name,
                        "keys": [{"id": "k", "key": f"key-of-{name}"}],
                        "journal": {"max_exchanges": JOURNAL},
                        "budget": {"limit_units": 100.0, "price": PRICE},
                    }
                )
            )

    def teardown(self) -> None:
        self.server.close()

    def sandbox(self, name: str) -> Sandbox:
        return self.server.sandbox(name)

    def ask(self, name: str, method: str, path: str, body: object, key: str) -> int:
        port = self.sandbox(name).port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    @rule(name=st.sampled_from(NAMES))
    def chat(self, name: str) -> None:
        """A chat is answered by its own world alone: its faults, its budget."""
        world = self.worlds[name]
        body = {
            "model": "pawa-v1-ember-20240924",
            "messages": [{"role": "user", "content": "Habari"}],
        }
        status = self.ask(name, "POST", "/v1/chat/request", body, world.key)
        if world.failing:
            world.failing -= 1
            assert status == 503
        elif world.spent_micro + 1_000_000 > world.limit * 1_000_000:
            assert status == 402
        else:
            assert status == 200
            world.spent_micro += 1_000_000
        world.asked.append(("/v1/chat/request", status))

    @rule(name=st.sampled_from(NAMES), other=st.sampled_from(NAMES))
    def a_key_opens_its_own_world(self, name: str, other: str) -> None:
        """And no other."""
        status = self.ask(name, "GET", "/v1/models", None, self.worlds[other].key)
        if name == other and self.worlds[name].failing:
            self.worlds[name].failing -= 1
            assert status == 503
        else:
            assert status == (200 if name == other else 401)
        self.worlds[name].asked.append(("/v1/models", status))

    @rule(name=st.sampled_from(NAMES), times=st.integers(1, 3))
    def let_it_fail(self, name: str, times: int) -> None:
        """A plan for one world."""
        rules = parse_rules(
            [
                {
                    "fault": {"kind": "status", "status": 503},
                    "match": {"key": "k"},
                    "when": {"times": times},
                }
            ]
        )
        self.server.call(lambda: self.sandbox(name).replace_rules(rules))
        self.worlds[name].failing = times

    @rule(name=st.sampled_from(NAMES), limit=st.sampled_from([0.0, 2.0, 100.0]))
    def limit_its_money(self, name: str, limit: float) -> None:
        """Another limit for one world; what was spent stays spent."""
        sandbox = self.sandbox(name)
        self.server.call(
            lambda: sandbox.replace_settings(
                patched(sandbox.settings, {"budget": {"limit_units": limit}})
            )
        )
        self.worlds[name].limit = limit

    @rule(name=st.sampled_from(NAMES))
    def make_an_agent(self, name: str) -> None:
        """What one world keeps, no other has."""
        world = self.worlds[name]
        status = self.ask(name, "POST", "/v1/agents/create", {"name": "a"}, world.key)
        if world.failing:
            world.failing -= 1
            assert status == 503
        else:
            assert status == 200
            world.agents += 1
        world.asked.append(("/v1/agents/create", status))

    @rule(name=st.sampled_from(NAMES), how=st.sampled_from(["fin", "rst"]))
    def leave_at_once(self, name: str, how: str) -> None:
        """A client that sends a request and does not wait is journalled all the same."""
        world = self.worlds[name]
        seen = self.count(name)
        with socket.create_connection(("127.0.0.1", self.sandbox(name).port), timeout=10) as sock:
            sock.sendall(b"GET /v1/nowhere HTTP/1.1\r\nHost: a\r\n\r\n")
            assert self.wait(name, seen + 1)
            if how == "rst":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        world.asked.append(("/v1/nowhere", None))

    @rule(name=st.sampled_from(NAMES))
    def reset(self, name: str) -> None:
        """One world begins anew, the others go on."""
        self.server.call(self.sandbox(name).reset)
        world = self.worlds[name]
        world.asked.clear()
        world.failing = world.agents = world.spent_micro = 0

    def count(self, name: str) -> int:
        journal = self.sandbox(name).journal
        return self.server.call(lambda: len(journal.exchanges()) + journal.dropped)

    def wait(self, name: str, number: int) -> bool:
        journal = self.sandbox(name).journal
        return self.server.run(
            journal.wait_for(lambda seen: len(seen.exchanges()) + seen.dropped >= number, 10)
        )

    @invariant()
    def every_world_has_seen_its_own_and_nothing_else(self) -> None:
        """Kept and dropped together are what was asked; what is kept is the end of it, in order."""
        for name, world in self.worlds.items():
            sandbox = self.sandbox(name)
            kept: tuple[Exchange, ...] = self.server.call(sandbox.journal.exchanges)
            asked = world.asked
            assert len(kept) + sandbox.journal.dropped == len(asked)
            assert len(kept) <= JOURNAL
            assert [one.path for one in kept] == [path for path, _ in asked][-len(kept) :]
            assert {one.sandbox for one in kept} <= {name}
            for one, (_, status) in zip(reversed(kept), reversed(asked), strict=False):
                assert status is None or (one.status, one.ending) == (status, "complete")

    @invariant()
    def nothing_stored_or_spent_is_seen_elsewhere(self) -> None:
        """Agents and money are counted where they belong."""
        for name, world in self.worlds.items():
            sandbox = self.sandbox(name)
            assert len(sandbox.store.agents.all()) == world.agents
            use = sandbox.usage.told(by=("project",))
            assert sum(one.requests for one in use) == len(world.asked)


Worlds.TestCase.settings = settings(max_examples=12, stateful_step_count=30, deadline=None)
test_worlds = Worlds.TestCase

"""A configuration file that is followed: what it changes, and that a bad one changes nothing."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from mockserver.configuration.file import load_config, server_settings
from mockserver.configuration.reload import Reloader, Source, recordings, turn_to
from mockserver.errors import MockServerError, UnknownSandboxError
from mockserver.faults.rules import parse_rules
from mockserver.server import MockServer
from mockserver.settings import SandboxSettings, ServerSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

PATIENCE_S = 20.0


def server_of(*sandboxes: dict[str, object], **more: object) -> ServerSettings:
    told = tuple(SandboxSettings.model_validate(each) for each in sandboxes)
    return ServerSettings.model_validate({"sandboxes": told, **more})


def rule(name: str, status: int = 503, **more: object) -> dict[str, object]:
    return {"id": name, "fault": {"kind": "status", "status": status}, **more}


def ids(server: MockServer, name: str = "default") -> list[str | None]:
    return [each.id for each in server.sandbox(name).plan.rules]


class TestTurning:
    async def test_sandboxes_come_change_and_go(self) -> None:
        """Those that a control call opened stay."""
        old = server_of({}, {"name": "goes"}, {"name": "changes"})
        new = server_of({}, {"name": "changes", "seed": 5}, {"name": "comes"})
        async with MockServer(old) as server:
            await server.open_sandbox(SandboxSettings(name="guest"))

            lines = await turn_to(server, old, new)

            assert {each.name for each in server.sandboxes} == {
                "default", "changes", "comes", "guest",
            }  # fmt: skip
            assert server.sandbox("changes").settings.seed == 5
            assert lines == (
                "changes: seed changed",
                f"sandbox comes is at {server.sandbox('comes').base_url}",
                "sandbox goes is closed",
            )

    async def test_rules_that_stay_keep_their_counters(self) -> None:
        """Also those that a control call added."""
        old = server_of({"rules": [rule("a"), rule("b")]})
        new = server_of({"rules": [rule("a"), rule("c")]})
        async with MockServer(old) as server:
            server.default.add_rule(parse_rules([rule("mine")])[0])
            server.default.plan.mark_delivered("a")
            server.default.plan.mark_delivered("mine")

            await turn_to(server, old, new)

            counts = {status.id: status.delivered for status in server.default.plan_status()}
            assert counts == {"a": 1, "c": 0, "mine": 1}

    async def test_a_sandbox_that_was_renamed_keeps_its_port(self) -> None:
        """The old one makes room first."""
        async with MockServer(server_of({}, {"name": "old"})) as server:
            port = server.sandbox("old").port
            old = server_of({}, {"name": "old", "port": port})
            new = server_of({}, {"name": "new", "port": port})

            await turn_to(server, old, new)

            assert server.sandbox("new").port == port
            with pytest.raises(UnknownSandboxError):
                server.sandbox("old")

    async def test_what_cannot_be_is_not_half_done(self) -> None:
        """A port that is taken; everything is as before."""
        old = server_of({"rules": [rule("a")]}, {"name": "goes"})
        async with MockServer(old) as server, MockServer() as other:
            taken = {"name": "comes", "port": other.default.port}
            new = server_of({"seed": 5, "rules": [rule("b")]}, {"name": "before"}, taken)

            with pytest.raises(MockServerError, match="the port is in use"):
                await turn_to(server, old, new)

            assert [each.name for each in server.sandboxes] == ["default", "goes"]
            assert (server.default.settings.seed, ids(server)) == (0, ["a"])

    async def test_twins_among_rules_change_nothing(self) -> None:
        """A file would have been refused; so is what a control call and a file make together."""
        old = server_of({})
        new = server_of({"seed": 1, "rules": [rule("a")]})
        twins = new.sandboxes[0].model_copy(update={"rules": new.sandboxes[0].rules * 2})
        async with MockServer(old) as server:
            with pytest.raises(MockServerError, match="rule id 'a' occurs twice"):
                await turn_to(server, old, new.model_copy(update={"sandboxes": (twins,)}))

            assert (server.default.settings.seed, ids(server)) == (0, [])

    async def test_the_first_sandbox_keeps_its_name(self) -> None:
        """The control API lives on its port."""
        old, new = server_of({}), server_of({"name": "other"})
        async with MockServer(old) as server:
            with pytest.raises(MockServerError, match="start it anew to rename it"):
                await turn_to(server, old, new)

    async def test_the_control_token_is_changed_at_once(self) -> None:
        """On a listener beyond loopback, one that was made at start stays without another."""
        old = server_of({}, control_token="one")
        async with MockServer(old) as server:
            await turn_to(server, old, server_of({}, control_token="two"))
            assert server.settings.control_token == "two"
            await turn_to(server, old, server_of({}))
            assert server.settings.control_token is None
        async with MockServer(server_of({}, host="0.0.0.0", control_token="made")) as beyond:
            bare = server_of({}, host="0.0.0.0")
            await turn_to(beyond, bare, bare)
            assert beyond.settings.control_token == "made"


@asynccontextmanager
async def following(
    path: Path, *, watch: bool = True
) -> AsyncIterator[tuple[MockServer, Reloader]]:
    """A server that follows a file."""

    def read() -> ServerSettings:
        return server_settings(load_config(path), port=0)

    async with MockServer(read()) as server:
        reloader = Reloader(server, Source(path, read, watch=watch))
        running = asyncio.create_task(reloader.run())
        try:
            yield server, reloader
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def save(path: Path, text: str) -> None:
    path.write_text(text)


def rename_over(path: Path, text: str) -> None:
    other = path.with_suffix(".new")
    other.write_text(text)
    other.replace(path)


def remove(path: Path) -> None:
    path.unlink()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, for as long as a busy machine may take."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - nobody announces that a file has taken effect
            await asyncio.sleep(0.01)


class TestFollowing:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "mock.toml"
        save(path, "seed = 1")
        return path

    async def test_a_saved_change_takes_effect(
        self, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Written in place, and renamed over."""
        caplog.set_level(logging.INFO, "mockserver.configuration.reload")
        async with following(path) as (server, _):
            save(path, "seed = 22")
            await until(lambda: server.default.settings.seed == 22)
            rename_over(path, "seed = 33")
            await until(lambda: server.default.settings.seed == 33)

        assert caplog.messages[-1] == f"read {path} anew: default: seed changed"

    async def test_a_file_that_is_being_written_is_read_again(self, path: Path) -> None:
        """What was read in the middle of a save is thrown away, be it valid or not."""
        texts: list[str] = []

        def read() -> ServerSettings:
            text = path.read_text()
            texts.append(text)
            if len(texts) == 1:
                save(path, "seed = 55")
            return server_settings(load_config(path)) if text else server_of({"seed": 99})

        async with MockServer(server_settings(load_config(path))) as server:
            task = asyncio.create_task(Reloader(server, Source(path, read)).run())
            seeds = [server.default.settings.seed]
            save(path, "")
            await until(lambda: bool(texts))
            await until(lambda: server.default.settings.seed != 1)
            seeds.append(server.default.settings.seed)
            task.cancel()

        assert (texts[0], texts[-1], seeds) == ("", "seed = 55", [1, 55])

    async def test_a_bad_file_changes_nothing_and_is_told_once(
        self, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """In one line; a good one later is taken."""
        async with following(path) as (server, _):
            save(path, 'seed = "x"\nsead = 1')
            await until(lambda: bool(caplog.messages))
            assert server.default.settings.seed == 1
            save(path, "seed = 44")
            await until(lambda: server.default.settings.seed == 44)

        (told,) = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
        assert told == (
            f"{path}: seed: must be a whole number, not 'x' "
            f"(and 1 more: pawa-mock check {path}); nothing was changed"
        )

    async def test_a_file_that_is_gone_is_told(
        self, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The server goes on with what it has."""
        async with following(path) as (server, _):
            remove(path)
            await until(lambda: bool(caplog.messages))
            assert server.default.settings.seed == 1

        assert caplog.messages == [
            f"{path}: cannot be read: no such file or directory; nothing was changed"
        ]

    async def test_without_watching_it_is_read_when_asked(self, path: Path) -> None:
        """A change alone is not looked for."""
        async with following(path, watch=False) as (server, reloader):
            save(path, "seed = 55")
            reloader.ask()
            await until(lambda: server.default.settings.seed == 55)

    async def test_recorded_answers_are_followed_too(self, path: Path, tmp_path: Path) -> None:
        """Their file is read with the configuration."""
        recorded = tmp_path / "answers.jsonl"
        save(recorded, '{"text": "Karibu"}')
        save(path, f'[[replies.rules]]\nfile = "{recorded}"')
        async with following(path) as (server, _):
            assert recordings([server.default.settings]) == (str(recorded),)
            before = server.default.settings.replies
            save(recorded, '{"text": "Karibu tena"}')
            await until(lambda: server.default.settings.replies is not before)
            script = server.default.settings.replies.script

        assert script is not None

    async def test_nothing_is_read_while_nothing_changes(
        self, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A touch that changes the date alone is a change; what it finds is not."""
        caplog.set_level(logging.INFO, "mockserver.configuration.reload")
        async with following(path):
            os.utime(path, ns=(1, 1))
            await until(lambda: bool(caplog.messages))

        assert caplog.messages == [f"read {path} anew: nothing is different"]

"""How the client asks for notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.settings import SandboxSettings

if TYPE_CHECKING:
    from mockserver.control.client import ControlClient
    from mockserver.server import MockServer


async def test_a_sandbox_of_any_name_is_asked(server: MockServer, client: ControlClient) -> None:
    """What is noted of one is not told of another."""
    lab = await server.open_sandbox(SandboxSettings(name="lab-2"))
    lab.journal.note("key_blocked", key_id="dev", for_s=60.0)

    page = await client.notes("lab-2")

    assert [(note.kind, note.detail) for note in page.notes] == [
        ("key_blocked", {"key_id": "dev", "for_s": 60.0})
    ]
    assert (await client.notes()).notes == ()

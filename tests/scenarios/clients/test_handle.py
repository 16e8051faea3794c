"""Client instances in an adapter process."""

from __future__ import annotations

import pytest

from scenarios.clients.errors import OperationFailed

HELLO = {"messages": [{"role": "user", "content": "Habari?"}]}


async def test_a_started_call_can_be_watched_and_cancelled(opened, until) -> None:
    """Deltas are seen while the call runs; the outcome is the client's own word."""
    client = await opened("streams_until_cancelled")
    running = client.start_chat(HELLO)
    await until(running.deltas)

    agreed = await running.cancel()
    outcome = await running

    assert agreed
    assert not running.task.cancelled()
    assert (outcome.kind, outcome.text) == ("cancelled", "Ha")
    assert [delta.text for delta in outcome.deltas] == ["Ha"]


async def test_a_client_may_refuse_to_cancel(opened) -> None:
    """The call then ends as it would have ended."""
    client = await opened("refuses_to_cancel")
    running = client.start_chat(HELLO)

    assert not await running.cancel()
    assert (await running).text == "Habari?"


@pytest.mark.parametrize("operation", ["rotate_key", "telemetry"])
async def test_a_refused_operation_raises_the_client_s_error(opened, operation: str) -> None:
    """With the client's own kind and words."""
    client = await opened("refuses_to_cancel")

    with pytest.raises(OperationFailed, match=f"{operation} failed: unsupported: not in me"):
        await (client.rotate_key("new-secret") if operation == "rotate_key" else client.telemetry())


async def test_operations_of_a_crashed_client_tell_of_the_crash(opened) -> None:
    """As an error of kind ``internal``: there is no client left to say more."""
    client = await opened("crashes_on_chat")
    await client.chat(HELLO)

    with pytest.raises(OperationFailed, match="exit code 3"):
        await client.telemetry()


async def test_a_refused_open_ends_every_call_and_operation(opened) -> None:
    """At once, with the error of the opening; closing it is no error."""
    client = await opened("refuses_its_settings")

    outcome = await client.embed(["a"])
    with pytest.raises(OperationFailed, match="config: no key given"):
        await client.telemetry()
    await client.close()

    assert (outcome.kind, outcome.deltas) == ("config", ())

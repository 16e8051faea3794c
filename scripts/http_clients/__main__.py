"""``make prove``: every fault against five HTTP clients; writes ``docs/http-clients.md``."""

from __future__ import annotations

import asyncio
import sys
from importlib.metadata import version
from pathlib import Path

import orjson

from mockserver import MockServer, SandboxSettings
from mockserver.faults.catalogue import FAULTS
from mockserver.faults.rules import parse_rules
from scripts.http_clients.clients import CLIENTS, LIMIT_S, Asked, Client

POOLED = ("extra_bytes", "connection_close", "close_on_next_request", "close_idle", "until_close")
"""Faults that show themselves to the next request on the same connection."""

WHOLE_S = 5.0
"""How long a client may read in all."""

PAGE = Path(__file__).parents[2] / "docs" / "http-clients.md"

HEAD = """# What HTTP clients report

Each fault of the catalogue (its example), met once by five HTTP clients. Each waits {limit:g} s for
a byte; fetch, which knows no such limit, waits {fetch:g} s for the whole. A row says what the
program gets to know: a status and a whole body, an error before any answer, or a status *then* an
error when the body broke off. Where clients differ, a retry rule that goes by the error's name
does too.

The next request on a pooled connection is what meets some of them; there, the row is about that
one: {pooled}.

Made by `python -m scripts.http_clients` (part of `make prove`) with
{versions}.

"""


def settings(name: str) -> SandboxSettings:
    """A sandbox for one client, so that no fault of one is met by another."""
    return SandboxSettings.model_validate({"name": name, "replies": {"tokens": 12}})


def asked_of(kind: str, url: str, key: str) -> Asked:
    """A request that the fault has something to work on: sentences, a stream, or a chat."""
    summary = FAULTS[kind].summary
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    if kind.startswith("items"):
        body = {"model": "pawa-embeddings-v1-20241001", "lang": "multi", "sentences": ["a", "b"]}
        return Asked(f"{url}/vectors/embedding", orjson.dumps(body), headers)
    body = {
        "model": "pawa-v1-ember-20240924",
        "messages": [{"role": "user", "content": "Habari za leo?"}],
        "stream": summary.startswith("Stream"),
    }
    times = 2 if kind in POOLED else 1
    return Asked(f"{url}/chat/request", orjson.dumps(body), headers, times)


async def meet(server: MockServer, kind: str) -> list[str]:
    """What each client says of one fault, each with a sandbox of its own."""
    sandboxes = [
        await server.open_sandbox(settings(f"{kind.replace('_', '-')}-{number}"))
        for number in range(len(CLIENTS))
    ]
    for sandbox in sandboxes:
        sandbox.replace_rules(parse_rules([{"fault": FAULTS[kind].example}]))
    told = await asyncio.gather(
        *(
            bounded(client, asked_of(kind, sandbox.base_url, sandbox.key))
            for client, sandbox in zip(CLIENTS.values(), sandboxes, strict=True)
        )
    )
    for sandbox in sandboxes:
        await server.close_sandbox(sandbox.name)
    return told


async def bounded(client: Client, asked: Asked) -> str:
    """What a client says, or that it was still reading after ``WHOLE_S``."""
    try:
        async with asyncio.timeout(WHOLE_S):
            return await client(asked)
    except TimeoutError:
        return f"still reading after {WHOLE_S:g} s"


async def table() -> list[str]:
    """The rows of the page."""
    rows = [f"| fault | {' | '.join(CLIENTS)} |", "|---" * (len(CLIENTS) + 1) + "|"]
    async with MockServer() as server:
        for kind in FAULTS:
            told = await meet(server, kind)
            print(kind, told, flush=True)  # noqa: T201 - progress
            rows.append(f"| [`{kind}`](faults.md#{kind}) | {' | '.join(told)} |")
    return rows


def main() -> int:
    """Write the page."""
    pooled = ", ".join(f"`{kind}`" for kind in POOLED)
    versions = ", ".join(f"{name} {version(name)}" for name in list(CLIENTS)[:4])
    page = HEAD.format(
        limit=LIMIT_S, fetch=2 * LIMIT_S, pooled=pooled, versions=f"{versions} and node's fetch"
    )
    PAGE.write_text(page + "\n".join(asyncio.run(table())) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

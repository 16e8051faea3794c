"""``pawa-mock completion``: what makes a shell complete commands, kinds, presets and rule ids."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from mockserver import presets
from mockserver.configuration.file import DEFAULT_PORT
from mockserver.errors import MockServerError
from mockserver.faults.catalogue import FAULTS
from mockserver.faults.spelling import SHORTCUTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from mockserver.control.client import ControlClient

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_PAWA_MOCK_COMPLETE"
"""What the shell's script sets to ask for completions."""

PATIENCE_S = 1.0
"""How long a running server may take to tell its ids: somebody has pressed Tab and waits."""


@click.command(short_help="Print what makes a shell complete this command.")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print a script that makes SHELL complete commands, options, faults, presets and ids.

    \b
    pawa-mock completion bash >> ~/.bashrc
    pawa-mock completion zsh >> ~/.zshrc
    pawa-mock completion fish > ~/.config/fish/completions/pawa-mock.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"{shell} is unknown; known: {', '.join(SHELLS)}")
    root = click.get_current_context().find_root().command
    made = kind(root, {}, "pawa-mock", VARIABLE)
    # The template itself: source() would first look for the version of a bash that runs here.
    click.echo(made.source_template % made.source_vars())


def kinds(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Kinds of fault and their shortcuts, each with what a client sees."""
    told = {name: shortcut.meaning for name, shortcut in SHORTCUTS.items()}
    told |= {kind: fault.summary for kind, fault in FAULTS.items()}
    return _beginning(incomplete, told)


def fault_kinds(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Kinds of fault alone."""
    return _beginning(incomplete, {kind: fault.summary for kind, fault in FAULTS.items()})


def settings_of_kind(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """``NAME=`` for each setting of the kind that stands before."""
    kind = str(context.params.get("kind") or "")
    shortcut = SHORTCUTS.get(kind)
    fault = FAULTS.get(shortcut.kind if shortcut else "status" if kind.isdigit() else kind)
    names = fault.model_fields if fault is not None else {}
    return _beginning(
        incomplete, {f"{name}=": "" for name in names if name not in {"kind", incomplete[:-1]}}
    )


def preset_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Presets, each with its sentence."""
    return _beginning(incomplete, {name: presets.summary(name) for name in presets.NAMES})


def rule_ids(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Rules of the server that runs; none when none does."""

    async def asked(client: ControlClient) -> dict[str, str]:
        plan = await client.plan(_sandbox(context))
        return {rule.id: " and ".join(rule.kinds) for rule in plan}

    return _beginning(incomplete, _ask(context, asked))


def key_ids(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Keys of the server that runs."""

    async def asked(client: ControlClient) -> dict[str, str]:
        return {key.id: key.state for key in await client.keys(_sandbox(context))}

    return _beginning(incomplete, _ask(context, asked))


def sandbox_names(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Sandboxes of the server that runs."""

    async def asked(client: ControlClient) -> dict[str, str]:
        return {sandbox.name: sandbox.base_url for sandbox in await client.sandboxes()}

    return _beginning(incomplete, _ask(context, asked))


def _ask(
    context: click.Context, work: Callable[[ControlClient], Awaitable[dict[str, str]]]
) -> Mapping[str, str]:
    """What a running server tells; nothing when it does not, or not soon enough."""
    from mockserver.control.client import ControlClient  # noqa: PLC0415 - most completions need none

    given: dict[str, Any] = context.params
    server = given.get("server") or f"http://127.0.0.1:{DEFAULT_PORT}"

    async def asked() -> dict[str, str]:
        async with (
            asyncio.timeout(PATIENCE_S),
            ControlClient(server, token=given.get("control_token")) as client,
        ):
            return await work(client)

    try:
        return asyncio.run(asked())
    except (MockServerError, TimeoutError):
        return {}


def _sandbox(context: click.Context) -> str:
    return context.params.get("sandbox") or "default"


def _beginning(incomplete: str, told: Mapping[str, str]) -> list[CompletionItem]:
    names: Iterable[str] = told
    return [
        CompletionItem(name, help=told[name] or None)
        for name in names
        if name.startswith(incomplete)
    ]

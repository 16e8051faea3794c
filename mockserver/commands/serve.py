"""``pawa-mock serve``: start the mock."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockserver import config
from mockserver.commands.completion import preset_names
from mockserver.control.dispatch import is_loopback
from mockserver.presets import NAMES, preset_table
from mockserver.serving import serve_until_told

if TYPE_CHECKING:
    from mockserver.settings import SandboxSettings, ServerSettings


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Port to listen on; 0 takes a free one.  [default: {config.DEFAULT_PORT}]",
)
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="TOML or JSON file with keys, rules, limits and sandboxes.",
)
@click.option(
    "--preset",
    shell_complete=preset_names,
    help=f"Begin with a ready-made day: {', '.join(NAMES)}.",
)
def serve(host: str | None, port: int | None, config_file: Path | None, preset: str | None) -> None:
    """Serve the mock API until SIGINT or SIGTERM.

    Prints one line when ready: ready, the API's address, and its key. With both --preset and
    --config, what the file says wins.

    \b
    pawa-mock serve
    pawa-mock serve --preset bad-day
    pawa-mock serve --config mock.toml --port 0
    """
    settings = load(config_file, preset, host=host, port=port)
    if not is_loopback(settings.host):
        click.echo(f"pawa-mock: anybody who reaches {settings.host} can use this server", err=True)
    asyncio.run(serve_until_told(settings, click.echo))


def load(
    config_file: Path | None, preset: str | None, *, host: str | None, port: int | None
) -> ServerSettings:
    """The server that the options ask for; raises ConfigError.

    Rules are announced in ``X-Mock-Rule`` unless the file says otherwise: a person plays here.
    """
    table = {} if config_file is None else config.read_table(config_file)
    file = config.check(config.ConfigFile, table, str(config_file))
    if preset is not None:
        merged = config.merge(preset_table(preset), table)
        file = config.check(config.ConfigFile, merged, f"preset {preset} with {config_file}")
    settings = config.server_settings(file, host=host, port=port)
    announcing = tuple(_announcing(sandbox) for sandbox in settings.sandboxes)
    return settings.model_copy(update={"sandboxes": announcing})


def _announcing(sandbox: SandboxSettings) -> SandboxSettings:
    if "announce_rules" in sandbox.model_fields_set:
        return sandbox
    return sandbox.model_copy(update={"announce_rules": True})

"""``pawa-mock serve``: start the mock."""

from __future__ import annotations

import asyncio
import secrets
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from mockserver import logs
from mockserver.commands.completion import preset_names
from mockserver.configuration import file as config
from mockserver.configuration.env_lines import env_lines, environment_of, write_env
from mockserver.configuration.reload import Source
from mockserver.control.address import is_loopback
from mockserver.presets import NAMES, preset_table
from mockserver.serving import ready_lines, serve_until_told
from mockserver.settings import TlsSettings

if TYPE_CHECKING:
    from mockserver.server import MockServer
    from mockserver.settings import SandboxSettings, ServerSettings


@click.command(short_help="Serve the mock API.")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
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
@click.option(
    "--reload/--no-reload",
    "watch",
    default=True,
    help="Follow changes of the file; SIGHUP reads it in any case.  [default: reload]",
)
@click.option("--tls", is_flag=True, help="Serve https, with a certificate made at start.")
@click.option("--ca-file", metavar="FILE", help="With --tls: write the certificate to trust there.")
@click.option(
    "--announce/--no-announce",
    default=None,
    help="Say in X-Mock-Rule which rule changed an answer.  [default: announce]",
)
@click.option(
    "--env-file",
    type=click.Path(path_type=Path),
    help="Write address and key into this .env file; what else is in it stays.",
)
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option("--log-level", type=click.Choice(logs.LEVELS), default="info", show_default=True)
def serve(
    *,
    config_file: Path | None,
    watch: bool,
    env_file: Path | None,
    log_format: Literal["text", "json"],
    log_level: str,
    **options: Any,
) -> None:
    """Serve the mock API until SIGINT or SIGTERM.

    Prints when it is ready: the API's address and its key, further sandboxes, and lines for a .env
    file. With both --preset and --config, what the file says wins. A change of the file takes
    effect when it is saved; one with a mistake changes nothing, and the mistake is told.

    \b
    pawa-mock serve
    pawa-mock serve --preset bad-day
    pawa-mock serve --config mock.toml --port 0
    pawa-mock serve --tls --ca-file ca.pem --env-file .env
    """
    read = partial(load, config_file, **options)
    settings = read()
    made = None
    if not is_loopback(settings.host):
        click.echo(f"pawa-mock: anybody who reaches {settings.host} can use this server", err=True)
        if settings.control_token is None:
            made = secrets.token_urlsafe(24)
            settings = settings.model_copy(update={"control_token": made})

    def ready(server: MockServer) -> None:
        lines = [*ready_lines(server), *([f"control-token {made}"] if made else ())]
        click.echo("\n".join([*lines, *env_lines(server)]))
        if env_file is not None:
            write_env(env_file, environment_of(server))
        masking.append(server)

    masking: list[MockServer] = []
    handler = logs.log_to(form=log_format, level=log_level, mask=partial(_masked, masking))
    source = None if config_file is None else Source(config_file, read, watch=watch)
    try:
        asyncio.run(serve_until_told(settings, ready, source))
    finally:
        logs.log_no_more(handler)


def _masked(servers: list[MockServer], line: str) -> str:
    """A line of the log without any secret of the server."""
    for server in servers:
        token = server.settings.control_token
        if token:
            line = line.replace(token, "control-token")
        for sandbox in server.sandboxes:
            line = sandbox.journal.mask.mask_text(line)
    return line


def load(
    config_file: Path | None,
    preset: str | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    tls: bool = False,
    ca_file: str | None = None,
    announce: bool | None = None,
) -> ServerSettings:
    """The server that the options ask for; raises ConfigError.

    Rules are announced in ``X-Mock-Rule`` unless the file says otherwise: a person plays here.
    """
    if ca_file is not None and not tls:
        raise config.ConfigError(["--ca-file goes with --tls; a file has tls.ca_file"])
    table = {} if config_file is None else config.read_table(config_file)
    file = config.check(config.ConfigFile, table, str(config_file))
    if preset is not None:
        merged = config.merge(preset_table(preset), table)
        file = config.check(config.ConfigFile, merged, f"preset {preset} with {config_file}")
    settings = config.server_settings(file, host=host, port=port)
    told = tuple(
        _secured(_announcing(sandbox, announce), tls, ca_file) for sandbox in settings.sandboxes
    )
    return settings.model_copy(update={"sandboxes": told})


def _announcing(sandbox: SandboxSettings, announce: bool | None) -> SandboxSettings:
    if announce is None and "announce_rules" in sandbox.model_fields_set:
        return sandbox
    return sandbox.model_copy(update={"announce_rules": announce is not False})


def _secured(sandbox: SandboxSettings, tls: bool, ca_file: str | None) -> SandboxSettings:
    if not tls or sandbox.tls is not None:
        return sandbox
    return sandbox.model_copy(update={"tls": TlsSettings(ca_file=ca_file)})

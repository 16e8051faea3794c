"""``pawa-mock openapi``: the OpenAPI documents, without a server."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mockserver.configuration.file import DEFAULT_PORT, ConfigFile, load_config, server_settings
from mockserver.control.address import root_of
from mockserver.control.handlers import CALLS
from mockserver.openapi.api import api_document
from mockserver.openapi.control import control_document


@click.command(short_help="Print the OpenAPI document of the API, or of the control API.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--control", is_flag=True, help="That of the control API.")
@click.option("--address", help="Where the server is; that of the FILE without it.")
def openapi(file: Path | None, control: bool, address: str | None) -> None:
    """Print the OpenAPI document of the API, as the configuration FILE would have it.

    A running server has it at /_mock/openapi.json, the control API's at
    /_mock/control/openapi.json.

    \b
    pawa-mock openapi > pawa.openapi.json
    pawa-mock openapi --control
    """
    server = server_settings(ConfigFile() if file is None else load_config(file))
    at = address or f"http://{server.host}:{server.port or DEFAULT_PORT}"
    root = root_of(at)
    if control:
        document = control_document(CALLS, f"{root}/_mock")
    else:
        document = api_document(server.sandboxes[0], f"{root}/v1")
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))

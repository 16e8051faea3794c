"""``pawa-mock monitoring``: the files that Prometheus and Grafana need to watch a mock."""

from __future__ import annotations

from pathlib import Path

import click

from mockserver import operations
from mockserver.configuration.file import ConfigError


@click.command(short_help="Write files for Prometheus and Grafana.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--scrape",
    "address",
    metavar="HOST:PORT",
    default=operations.USUAL_ADDRESS,
    show_default=True,
    help="Where Prometheus finds the mock.",
)
def monitoring(folder: Path, address: str) -> None:
    """Write a scrape configuration, alert rules and a dashboard to FOLDER.

    \b
    pawa-mock monitoring monitoring
    pawa-mock monitoring monitoring --scrape mock.example.test:8080
    """
    if any(character in address for character in "\"'\\\n") or ":" not in address:
        raise ConfigError([f"--scrape {address!r}: give host and port, like 127.0.0.1:8080"])
    try:
        written = operations.write_to(folder, address=address)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ConfigError([f"{folder}: cannot be written: {reason}"]) from error
    for file in written:
        click.echo(f"wrote {file}")

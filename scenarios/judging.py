"""A run as pytest goes through it: what was asked for, the engine behind it, what came out."""

from __future__ import annotations

import secrets
import time
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reports import writing
from reports.document import ReportError
from reports.results import Results, exit_code
from scenarios.background import BackgroundRun
from scenarios.clients.errors import ClientsError
from scenarios.clients.spec import parse_spec
from scenarios.engine import Engine
from scenarios.errors import InputError
from scenarios.registry import discover
from scenarios.results import results_of
from scenarios.targets import Targets, load_targets

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from scenarios.catalogue.rows import CatalogueRow
    from scenarios.clients.driver import Driver
    from scenarios.clients.protocol import Manifest
    from scenarios.engine import Judged, Listener

SEED_BITS = 31


class Watcher(Protocol):
    """Hears of a run, and of its end; called from the engine's thread while it goes on."""

    def run_started(self, manifest: Manifest) -> None:
        """The client has said hello."""

    def row_started(self, row: CatalogueRow) -> None:
        """The scenario of a row has begun."""

    def row_judged(self, judged: Judged) -> None:
        """A row has its verdict."""

    def run_ended(self, results: Results) -> None:
        """All is over and written."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for, checked as far as that is possible before a client is started."""

    spec: str
    rows: tuple[CatalogueRow, ...]
    launch: Callable[[], Awaitable[Driver]]
    targets: Targets
    seed: int
    out_dir: Path | None = None
    mock_port: int = 8080
    salt: bytes | None = None
    """Of every mask of the run: one key has one fingerprint in all that is written."""


def read_request(
    *,
    spec: str | None,
    rows: Sequence[str] = (),
    groups: Sequence[str] = (),
    targets: str | Path | None = None,
    out: str | Path | None = None,
    seed: int | None = None,
    mock_port: int = 8080,
) -> Request:
    """Check what was typed. `rows` and `groups` may hold commas.

    Raises:
        InputError: One line on the first thing that is wrong.
    """
    if not spec:
        raise InputError("no client: say which with --client (reference, pawa-sdk, cmd:COMMAND …)")
    try:
        plan = parse_spec(spec)
    except ClientsError as error:
        raise InputError(str(error)) from None
    chosen = discover().select(_words(rows, "--rows"), _words(groups, "--group"))
    out_dir = None if out is None else Path(out)
    if out_dir is not None:
        refuse_unwritable(out_dir)
    salt = secrets.token_bytes(16)
    return Request(
        spec=spec,
        rows=chosen,
        launch=lambda: plan.start(debug_log=True, salt=salt),
        targets=load_targets(None if targets is None else Path(targets)),
        seed=secrets.randbits(SEED_BITS) if seed is None else seed,
        out_dir=out_dir,
        mock_port=mock_port,
        salt=salt,
    )


class Judging:
    """One request carried out. Start it, wait for rows, finish it: in this order."""

    def __init__(
        self, request: Request, rows: Sequence[CatalogueRow], watcher: Watcher | None = None
    ) -> None:
        """`rows` are those that are left of the request's after pytest has chosen (``-k``)."""
        self.request = request
        self.results: Results | None = None
        self._watcher = watcher
        self._started_at = datetime.now(UTC)
        self._started_s = time.monotonic()
        chosen = tuple(rows)

        def make_engine(listener: Listener) -> Engine:
            return Engine(
                registry=discover(),
                rows=chosen,
                launch=request.launch,
                seed=request.seed,
                targets=request.targets,
                listener=listener,
                mock_port=request.mock_port,
                salt=request.salt,
            )

        self._run = BackgroundRun(make_engine, chosen, watcher)

    def start(self) -> Manifest:
        """Start the client and, behind it, every scenario.

        Raises:
            InputError: The client does not start, or a port is taken.
        """
        return self._run.start()

    def wait_for(self, row_id: str) -> Judged:
        """The judgement of a row, when it is there."""
        return self._run.wait_for(row_id)

    @property
    def failure(self) -> str | None:
        """What ended the engine before its time: a traceback without keys; None if nothing did."""
        error = self._run.error
        if error is None:
            return None
        text = "".join(traceback.format_exception(error))
        return self._run.engine.keyring.mask_text(text)

    def finish(self) -> int:
        """End what still runs, write the results, and say how the command exits.

        Raises:
            InputError: The folder cannot be written.
        """
        self._run.stop()
        self.results = results_of(
            self._run.engine,
            spec=self.request.spec,
            started_at=self._started_at,
            duration_s=time.monotonic() - self._started_s,
        )
        if self.request.out_dir is not None:
            try:
                writing.write_run(self.results, self.request.out_dir)
            except ReportError as error:
                raise InputError(str(error)) from None
        if self._watcher is not None:
            self._watcher.run_ended(self.results)
        return exit_code(self.results)


def _words(given: Sequence[str], option: str) -> list[str]:
    words = [word.strip() for text in given for word in text.split(",") if word.strip()]
    if given and not words:
        raise InputError(f"{option} is empty; leave it out to judge every row")
    return words


def refuse_unwritable(out_dir: Path) -> None:
    """Find out before a long run that its results have no place to go.

    Raises:
        InputError: One line that names the folder.
    """
    try:
        writing.refuse_unwritable(out_dir)
    except ReportError as error:
        raise InputError(f"--out {error}") from None

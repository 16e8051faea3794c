"""What was typed, made a request: everything is looked at before anything is started."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from loadtests.errors import InputError
from loadtests.judging.figures import FIGURES
from loadtests.judging.rows import ROWS
from loadtests.profile_file import load_profile
from loadtests.request import LoadRequest
from loadtests.targets_file import load_targets, refuse_unmeasured
from reports.document import ReportError
from reports.writing import refuse_unwritable
from scenarios.errors import nearest

if TYPE_CHECKING:
    from loadtests.profile import Profile

SEED_BITS = 31


def read_request(
    *,
    profile: str,
    spec: str,
    quick: bool = False,
    seed: int | None = None,
    targets: str | Path | None = None,
    out: str | Path | None = None,
    control: bool = True,
    processes: int = 1,
    adapters: int = 1,
    mock_port: int = 8080,
) -> LoadRequest:
    """Check what was typed; the client itself is asked when the run begins.

    Raises InputError, one line on the first thing that is wrong (in a file: one for each mistake).
    """
    read = load_profile(profile)
    check_profile(read, profile)
    bound = load_targets(None if targets is None else Path(targets), FIGURES)
    out_dir = None if out is None else Path(out)
    if out_dir is not None:
        try:
            refuse_unwritable(out_dir)
        except ReportError as error:
            raise InputError(f"--out {error}") from None
    return LoadRequest(
        profile=read,
        spec=spec,
        seed=secrets.randbits(SEED_BITS) if seed is None else seed,
        quick=quick,
        control=control,
        targets=bound,
        out_dir=out_dir,
        processes=processes,
        adapters=adapters,
        mock_port=mock_port,
    )


def check_profile(profile: Profile, place: str) -> None:
    """Raise InputError for a row that nobody judges, or a target that nobody measures."""
    for row in profile.rows:
        if row not in ROWS:
            raise InputError(
                f"{place}: rows: no row {row!r} is judged under load{nearest(row, ROWS)}; "
                f"they are {', '.join(ROWS)}"
            )
    refuse_unmeasured(profile.targets, FIGURES, place)

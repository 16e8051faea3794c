"""A finished run as the document that reports are made of. Everything in it is masked here."""

from __future__ import annotations

import os
import platform
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from reports.results import Client, Results, Row, Run
from scenarios.recording import record_calls

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scenarios.engine import Engine, Judged
    from scenarios.noise import NoiseFigures

OUTPUT_TAIL = 4000
"""Characters of the client's stderr that a row with a crash or a harness fault shows."""


def results_of(engine: Engine, *, spec: str, started_at: datetime, duration_s: float) -> Results:
    """The results of a run that has ended (or was interrupted: ``complete`` is then False)."""
    manifest = engine.manifest
    limits: Mapping[str, Any] = manifest.limits if manifest else {}
    results = Results(
        run=Run(
            id=_run_id(engine, spec, started_at),
            started_at=started_at.isoformat(timespec="seconds"),
            duration_s=round(duration_s, 3),
            seed=engine.seed,
            version=own_version(),
            targets=engine.targets.model_dump(),
            machine=machine(),
            noise={
                "before": _told(engine.noise_before),
                "during": _told(engine.noise.whole),
                "limit_p99_s": engine.targets.noise_limit_s,
            },
            complete=engine.complete,
        ),
        client=Client(
            spec=spec,
            name=manifest.name if manifest else "",
            version=(manifest.version if manifest else None) or "",
            language=(manifest.language if manifest else None) or "",
            claims=sorted(manifest.claims) if manifest else (),
            limits=limits,
        ),
        rows=[_row(judged, engine) for judged in engine.judged],
    )
    masked: Results = engine.keyring.mask(results)
    return masked


def own_version() -> str:
    """This project's version."""
    try:
        return version("pawa-resilience")
    except PackageNotFoundError:
        return "0"


def _row(judged: Judged, engine: Engine) -> Row:
    row, trial = judged.row, judged.trial
    calls = record_calls(trial.told, trial.exchanges, trial.started_s) if trial else ()
    return Row(
        id=row.id,
        verdict=judged.verdict,
        reason=judged.judgement.reason,
        severity=row.severity,
        tier=row.tier,
        group=row.group,
        right=row.right,
        checks=judged.checks,
        calls=calls,
        log=_log(judged, engine.output),
        duration_s=round(judged.duration_s, 3),
        scenario=judged.scenario.place,
        seed=engine.seed,
    )


def _log(judged: Judged, output: str) -> str:
    trial = judged.trial
    if trial is None:
        return ""
    lines = [trial.log] if trial.log else []
    if output and (trial.crashed or trial.harness_error):
        lines.append(f"the client's stderr, the end of it:\n{output[-OUTPUT_TAIL:]}")
    return "\n\n".join(lines)


def _run_id(engine: Engine, spec: str, started_at: datetime) -> str:
    rows = ",".join(row.id for row in engine.rows)
    words = (spec, str(engine.manifest), rows, str(engine.seed), started_at.isoformat())
    return blake2b("\n".join(words).encode(), digest_size=6).hexdigest()


def machine() -> dict[str, Any]:
    """What a run was made on, without a name that leads to it."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "cores": os.cpu_count() or 0,
    }


def _told(noise: NoiseFigures) -> dict[str, Any]:
    return {
        "p50_s": round(noise.p50_s, 6),
        "p99_s": round(noise.p99_s, 6),
        "p999_s": round(noise.p999_s, 6),
        "max_s": round(noise.max_s, 6),
        "samples": noise.samples,
    }

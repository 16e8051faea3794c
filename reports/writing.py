"""Puts a run and its renderings on disk, each file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from reports.document import ReportError, to_json
from reports.junit import junit_xml
from reports.load_page import load_page
from reports.matrix import Entry, matrix_page
from reports.run_page import run_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.results import Results


def write_run(results: Results, out_dir: Path) -> Path:
    """Write ``results.json``, ``junit.xml`` and ``index.html`` of a run; returns the page's path.

    Everything is rendered before the first byte is written, and each file takes its place by a
    rename: a reader sees the old file or the new one, never half of one. Makes ``out_dir`` if need
    be. Raises :class:`~reports.document.ReportError` when the folder cannot be written.
    """
    files = {
        "results.json": to_json(results),
        "junit.xml": junit_xml(results),
        "index.html": page_of(results).encode(),
    }
    for name, content in files.items():
        write_whole(out_dir / name, content)
    return out_dir / "index.html"


def page_of(results: Results) -> str:
    """The page of a run: that of a load test has charts, which need Bokeh.

    Raises :class:`~reports.document.ReportError` where Bokeh is not installed.
    """
    return run_page(results) if results.load is None else load_page(results, results.load)


def write_matrix(entries: Sequence[Entry], out_dir: Path) -> Path:
    """Write ``index.html`` over several runs; returns its path.

    Each entry is the name of a folder inside ``out_dir`` and the results that were written there.
    Raises :class:`~reports.document.ReportError` when the folder cannot be written.
    """
    page = out_dir / "index.html"
    write_whole(page, matrix_page(entries).encode())
    return page


def refuse_unwritable(folder: Path) -> None:
    """Find out before a long run that its results have no place to go; nothing is left there.

    Raises :class:`~reports.document.ReportError`, one line that names the folder.
    """
    try:
        place = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        handle, name = tempfile.mkstemp(dir=place, prefix=".pawa-")
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise ReportError(f"{folder}: {reason}; choose another folder") from None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file through a neighbour and a rename, so that it is never half there.

    Raises :class:`~reports.document.ReportError` when that is not possible.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        reason = (error.strerror or "cannot be written").lower()
        raise ReportError(f"{path}: {reason}; choose another folder to write to") from None

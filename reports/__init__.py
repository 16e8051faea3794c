"""The results model, and its renderings: pure functions of one document per run.

Build :class:`Results` and hand it to :func:`write_run`; :func:`write_matrix` makes one page of
several runs; :func:`print_summary` is what a terminal gets. :func:`read_results` and
:func:`from_json` read a document back, strictly.
"""

from __future__ import annotations

from reports.document import DocumentError, ReportError, from_json, read_results, to_json
from reports.junit import junit_xml
from reports.load import Figure, Load, Series, Span
from reports.load_compare import Comparison, compare
from reports.load_compare_page import compare_page
from reports.load_page import load_page
from reports.matrix import matrix_page
from reports.results import (
    Attempt,
    Call,
    Check,
    Client,
    Event,
    JsonValue,
    Results,
    Row,
    Run,
    Verdict,
    exit_code,
)
from reports.run_page import run_page
from reports.terminal import console_for, print_row, print_summary
from reports.writing import write_matrix, write_run

__all__ = [
    "Attempt",
    "Call",
    "Check",
    "Client",
    "Comparison",
    "DocumentError",
    "Event",
    "Figure",
    "JsonValue",
    "Load",
    "ReportError",
    "Results",
    "Row",
    "Run",
    "Series",
    "Span",
    "Verdict",
    "compare",
    "compare_page",
    "console_for",
    "exit_code",
    "from_json",
    "junit_xml",
    "load_page",
    "matrix_page",
    "print_row",
    "print_summary",
    "read_results",
    "run_page",
    "to_json",
    "write_matrix",
    "write_run",
]

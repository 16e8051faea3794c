"""The catalogue of faults: complete, documented, and each example valid."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from mockserver.faults import catalogue
from mockserver.faults.base import Fault
from mockserver.faults.catalogue import FAULTS, describe
from mockserver.faults.rules import parse_rules

if TYPE_CHECKING:
    from mockserver.faults.description import FaultDescription

DESCRIPTIONS = {one.kind: one for one in describe()}

KINDS = [
    "noop",
    "status",
    "budget_exhausted",
    "rate_limited",
    "key_refused",
    "wrong_project",
    "success_false",
    "html_page",
    "empty_body",
    "problem_json",
    "redirect",
    "retry_after",
    "rate_limit_headers",
    "cut_json",
    "missing_fields",
    "extra_fields",
    "non_finite_number",
    "no_finish_reason",
    "no_usage",
    "wrong_content_type",
    "wrong_charset",
    "invalid_utf8",
    "huge_body",
    "gzip_bomb",
    "items",
    "hold",
    "hold_until_released",
    "freeze",
    "slow_headers",
    "silence_after_headers",
    "drip",
    "interim_responses",
    "rst_before_headers",
    "close_before_headers",
    "blackhole",
    "cut_body",
    "conflicting_framing",
    "until_close",
    "extra_bytes",
    "connection_close",
    "close_on_next_request",
    "close_idle",
    "slow_accept",
    "refuse",
    "slow_first_token",
    "pace",
    "stall",
    "cut_stream",
    "error_chunk",
    "length_finish",
    "malformed_chunk",
    "duplicate_chunk",
    "missing_chunk",
    "reorder_chunks",
    "chunk_shape",
    "huge_chunk",
    "comments",
    "no_marker",
    "marker_open",
    "two_markers",
    "late_marker",
    "early_marker",
    "stream_style",
    "split",
    "split_crlf",
    "line_ends",
    "data_lines",
    "sse_fields",
    "bom",
]


def fault_classes(base: type[Fault]) -> set[type[Fault]]:
    below = set(base.__subclasses__())
    return below.union(*(fault_classes(one) for one in below)) if below else below


def test_the_names_are_public_and_stable() -> None:
    """Rules files are written with them: a name may come, none may change or go."""
    assert list(FAULTS) == KINDS


def test_every_fault_that_is_written_is_registered() -> None:
    """A class that nobody can name in a rule is forgotten work."""
    ours = {one for one in fault_classes(Fault) if one.__module__.startswith("mockserver.")}

    assert set(FAULTS.values()) == ours


@pytest.mark.parametrize("kind", FAULTS)
def test_an_example_is_a_valid_fault_of_its_kind(kind: str) -> None:
    """As plain data, and as the TOML that is shown."""
    shown = DESCRIPTIONS[kind]
    (rule,) = parse_rules([{"fault": shown.example}])
    (pasted,) = parse_rules([tomllib.loads(shown.toml)])

    assert [fault.kind for fault in rule.all_faults] == [kind]
    assert pasted == rule


@pytest.mark.parametrize("description", describe(), ids=lambda one: one.kind)
def test_everything_is_said_in_words(description: FaultDescription) -> None:
    """A sentence for the fault, a meaning for each parameter, a unit for each quantity."""
    assert description.summary.endswith(".")
    for parameter in description.parameters:
        assert parameter.meaning, parameter.name
        if parameter.allowed.startswith("number") and parameter.name != "share":
            assert parameter.unit == "s", parameter.name


@pytest.mark.parametrize("name", ["AnyFault", "FAULTS", "describe"])
def test_the_catalogue_is_one_door(name: str) -> None:
    """Rules, command and documents take faults from here."""
    assert hasattr(catalogue, name)

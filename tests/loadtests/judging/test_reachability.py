"""Whether there are times at which nobody can connect."""

from __future__ import annotations

from typing import Any

from loadtests.judging.reachability import may_be_unreachable
from tests.loadtests.judging.runs import Run


def with_fault(**fault: Any) -> Run:
    """A profile whose server has one rule in its fault."""
    rule = {"id": "broken", "fault": fault}
    return Run(("steady", 1.0), ("fault", 1.0, {"server": {"rules": [rule]}}))


def test_a_server_that_answers_can_be_reached() -> None:
    """Whatever it answers."""
    assert not may_be_unreachable(Run().profile)
    assert not may_be_unreachable(with_fault(kind="status", status=503).profile)
    assert not may_be_unreachable(with_fault(kind="rst_before_headers").profile)


def test_one_that_refuses_or_drops_connections_may_not() -> None:
    """In any phase, as the server or its backup."""
    assert may_be_unreachable(with_fault(kind="refuse", duration_s=1).profile)
    assert may_be_unreachable(
        with_fault(kind="sequence", steps=[{"kind": "close_on_next_request"}]).profile
    )
    tls = {"server": {"tls": {"certificate": "good"}}}
    assert may_be_unreachable(Run(profile=tls).profile)

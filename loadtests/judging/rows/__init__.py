"""The catalogue's rows on clients under load (``LOAD-…``), each a pure function of a run."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from loadtests.judging.rows.backends import traffic_leaves_a_bad_server
from loadtests.judging.rows.errors import most_calls_succeed
from loadtests.judging.rows.freeze import retries_do_not_hold_the_server_down
from loadtests.judging.rows.herd import a_common_hint_is_no_appointment
from loadtests.judging.rows.leaks import a_long_run_leaves_no_leaks
from loadtests.judging.rows.outage import (
    an_outage_is_not_stormed,
    expired_work_is_dropped,
    recovery_is_no_stampede,
)
from loadtests.judging.rows.pressure import a_slow_server_does_not_pile_up_work
from loadtests.judging.rows.row import LoadRow
from loadtests.judging.rows.tenants import a_storm_stays_with_its_tenant

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ROWS", "LoadRow"]

ROWS: Mapping[str, LoadRow] = MappingProxyType(
    {
        row.id: row
        for row in (
            most_calls_succeed,
            an_outage_is_not_stormed,
            recovery_is_no_stampede,
            retries_do_not_hold_the_server_down,
            a_common_hint_is_no_appointment,
            a_slow_server_does_not_pile_up_work,
            traffic_leaves_a_bad_server,
            a_long_run_leaves_no_leaks,
            a_storm_stays_with_its_tenant,
            expired_work_is_dropped,
        )
    }
)
"""The rows that load tests judge, by their id."""

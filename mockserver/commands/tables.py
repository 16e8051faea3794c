"""What a running server tells, as tables for a terminal.

What people and clients wrote is shown as it is: a path with brackets in it is no markup.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mockserver.clock import NS_PER_S
from mockserver.control.calls import written_rule
from mockserver.faults.description import as_toml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.control.calls import RuleInfo
    from mockserver.faults.rules import Rule
    from mockserver.journal import Exchange

PIPED_WIDTH = 200


def show(table: Table) -> None:
    """Print a table: as wide as the terminal, or into a pipe without cutting anything short."""
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    Console(width=width, highlight=False).print(table)


def rules_table(rules: Sequence[Rule], plan: Sequence[RuleInfo]) -> Table:
    """Rules in order, as written, with their counters."""
    counters = {status.id: status for status in plan}
    table = Table("rule", "match", "when", "fault", "seen", "fired", "delivered", box=None)
    for rule in rules:
        told = written_rule(rule)
        fault = told.get("fault") or told["faults"]
        count = counters.get(str(rule.id))
        numbers = (count.seen, count.fired, count.delivered) if count else ("-", "-", "-")
        _add(
            table,
            str(rule.id),
            _short(told.get("match")),
            _short(told.get("when")),
            _short(fault),
            *(str(number) for number in numbers),
        )
    return table


def journal_table(exchanges: Sequence[Exchange]) -> Table:
    """Exchanges in order of arrival, a line each."""
    table = Table(
        "#", "request", "try", "key", "status", "rule", "took", "ending", "request id", box=None
    )
    for one in exchanges:
        _add(
            table,
            str(one.seq),
            _asked(one),
            str(one.attempt),
            one.key_id or "-",
            str(one.status or "-"),
            one.rule or "-",
            _took(one),
            one.ending,
            one.request_id,
        )
    return table


def journal_line(exchange: Exchange) -> str:
    """One exchange on a line of its own, as it goes by."""
    at = datetime.fromtimestamp(exchange.wall).astimezone().strftime("%H:%M:%S.%f")[:-3]
    words = [
        at,
        str(exchange.status or "-").ljust(3),
        _asked(exchange).ljust(32),
        f"try {exchange.attempt}",
        f"key {exchange.key_id or '-'}",
        _took(exchange),
        exchange.ending,
    ]
    if exchange.rule is not None:
        words.append(f"rule {exchange.rule}")
    return "  ".join([*words, exchange.request_id])


def _add(table: Table, *cells: str) -> None:
    table.add_row(*(Text(cell) for cell in cells))


def _asked(exchange: Exchange) -> str:
    nearest = f" (nearest: {exchange.nearest})" if exchange.nearest else ""
    return f"{exchange.method} {exchange.path}{nearest}"


def _took(exchange: Exchange) -> str:
    if exchange.ended_ns is None:
        return "-"
    return f"{(exchange.ended_ns - exchange.first_byte_in_ns) / NS_PER_S:.3f} s"


def _short(value: object) -> str:
    return as_toml(value).strip("{} ") if value else "-"

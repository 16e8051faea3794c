"""The calls of the control API: each a small function from a call to its answer."""

from mockserver.control.handlers import (
    budget,
    capacity,
    clock,
    holds,
    journal,
    keys,
    limits,
    notes,
    openapi,
    operations,
    rules,
    sandboxes,
    usage,
)
from mockserver.control.handlers.call import Calls

CALLS: Calls = {
    **sandboxes.CALLS,
    **rules.CALLS,
    **journal.CALLS,
    **notes.CALLS,
    **budget.CALLS,
    **usage.CALLS,
    **keys.CALLS,
    **limits.CALLS,
    **clock.CALLS,
    **holds.CALLS,
    **capacity.CALLS,
    **operations.CALLS,
    **openapi.CALLS,
}
"""Every call: method, path after ``/_mock``, and what it does."""

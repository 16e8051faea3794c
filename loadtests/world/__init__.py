"""The mock and its worst day: sandboxes, the timeline of phases, and what was seen meanwhile."""

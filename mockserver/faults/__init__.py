"""The fault catalogue, rules and plans; one module per layer of faults."""

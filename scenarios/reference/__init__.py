"""The reference client: resilient, typed, and good enough to copy."""

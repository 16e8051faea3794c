"""Defects: the reference client with one mistake each, and the null clients."""

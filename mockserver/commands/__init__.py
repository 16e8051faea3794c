"""The commands of ``pawa-mock``: each parses its options, calls, and prints."""

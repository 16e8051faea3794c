"""``python -m loadtests`` is ``pawa-load``."""

from __future__ import annotations

from loadtests.cli import main

if __name__ == "__main__":
    main()

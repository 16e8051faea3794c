"""``python -m mockserver`` is ``pawa-mock``."""

from mockserver.cli import main

main()

"""``python -m reports`` is ``pawa-report``."""

from reports.cli import main

if __name__ == "__main__":
    main()

"""The errors of load tests; each message is one line that names the thing and the mend.

::

    LoadError
    ├── InputError    the command, a profile, a target or the client is wrong (exit code 2)
    ├── WorldError    the mock, Locust or a worker failed: says nothing about the client (exit 3)
    └── Interrupted   somebody ended the run at once (exit 130)
"""

from __future__ import annotations


class LoadError(Exception):
    """Whatever a load test refuses or cannot do."""


class InputError(LoadError):
    """What a person typed or wrote is wrong."""


class WorldError(LoadError):
    """The harness itself could not do its work."""


class Interrupted(LoadError):  # noqa: N818 - named after what happened
    """Somebody ended the run at once."""

"""The load test under plain Locust, with its web page, ``--processes`` or master and workers::

    locust -f loadtests/locustfile.py --pawa-profile outage --pawa-client reference

``pawa-load run`` starts the same file. What each side does is in ``loadtests/generator``.
"""

from __future__ import annotations

from locust import events

from loadtests.generator.drivers import start_driver
from loadtests.generator.everyone import Everyone
from loadtests.generator.hooks import Hooks
from loadtests.generator.shape import UntilTheRunIsOver

__all__ = ["Everyone", "UntilTheRunIsOver"]

Hooks(start_driver).listen(events)

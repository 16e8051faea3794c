"""The one user that Locust spawns on each worker: it stands for everyone in the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gevent.event import Event
from locust import User, task

if TYPE_CHECKING:
    from loadtests.generator.workplace import Workplace


class Everyone(User):
    """Says that somebody has come, and waits until Locust ends it; the crowd is not in it."""

    workplace: ClassVar[Workplace | None] = None

    def on_start(self) -> None:
        """Somebody is here."""
        if self.workplace is not None:
            self.workplace.come()

    def stop(self, force: bool = False) -> bool:
        """Leave at once: whoever makes the calls ends them, not this user."""
        del force
        return bool(super().stop(force=True))

    @task
    def be_there(self) -> None:
        """Wait for the end of the test."""
        Event().wait()

"""A client in adapter processes: the client protocol, spoken from greenlets.

Each process opens every instance of the lane; calls of a tenant go to the processes (and to its
instances, if it has several) in turn. A process that has crashed is started anew for the calls
that come later, after a pause, so that a client that crashes at once does not fill the machine.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

import gevent

from loadtests.generator.adapter_process import AdapterProcess
from loadtests.generator.driven import Driven, Heard, driven_of, hello_of
from scenarios.clients.captured import KnownSecrets
from scenarios.clients.errors import ClientStartError
from scenarios.clients.lines import answer_from, manifest_from
from scenarios.clients.protocol import PROTOCOL_VERSION, Manifest
from scenarios.clients.replies import Answered, Broken, Hung, Reply, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from loadtests.plan import Lane

START_PATIENCE_S = 30.0
"""How long an adapter may take for its hello, and for opening its instances."""

TELEMETRY_PATIENCE_S = 10.0

RESTART_PAUSE_S = 0.5
"""The shortest time between two starts of the same process."""


class LinesDriver:
    """The adapter processes of one lane."""

    def __init__(self, lane: Lane, command: Sequence[str], *, worker: int) -> None:
        """Starts them all; raises :class:`~scenarios.clients.errors.ClientStartError`."""
        self._secrets = KnownSecrets()
        opened = {
            f"{worker}-{number}-{instance.tenant}": instance.settings
            for number, instance in enumerate(lane.instances)
        }
        for settings in opened.values():
            self._secrets.learn(settings)
        launch = _Launch(lane.spec, tuple(command), opened, self._secrets)
        self._seats = [_Seat(launch) for _ in range(lane.processes)]
        self._manifest = self._filled()
        self._names = tuple(opened)
        self._turns = {
            instance.tenant: self._turns_of(lane, instance.tenant) for instance in lane.instances
        }

    def _filled(self) -> Manifest:
        starting = [gevent.spawn(seat.fill) for seat in self._seats]
        try:
            gevent.joinall(starting)
        except BaseException:
            gevent.killall(starting)
            self.close()
            raise
        results = [start.value for start in starting]
        manifests = [result for result in results if isinstance(result, Manifest)]
        if len(manifests) == len(results):
            return manifests[0]
        self.close()
        raise next(result for result in results if isinstance(result, ClientStartError))

    def _turns_of(self, lane: Lane, tenant: str) -> Iterator[tuple[_Seat, str]]:
        names = [
            name
            for name, instance in zip(self._names, lane.instances, strict=True)
            if instance.tenant == tenant
        ]
        return itertools.cycle([(seat, name) for name in names for seat in self._seats])

    @property
    def hello(self) -> dict[str, Any]:
        """What the adapter said."""
        return hello_of(self._manifest)

    def pids(self) -> list[int]:
        """The adapter processes."""
        return [pid for seat in self._seats if (pid := seat.process.pid) is not None]

    def chat(
        self,
        tenant: str,
        request: Mapping[str, Any],
        *,
        deadline_s: float | None,
        patience_s: float,
    ) -> Driven:
        """One chat call."""
        return self._call("chat", tenant, dict(request), deadline_s, patience_s)

    def embed(
        self,
        tenant: str,
        sentences: Sequence[str],
        *,
        deadline_s: float | None,
        patience_s: float,
    ) -> Driven:
        """One embedding call."""
        request = {"sentences": list(sentences)}
        return self._call("embed", tenant, request, deadline_s, patience_s)

    def telemetry(self) -> dict[str, float]:
        """The numbers that the instances tell, summed."""
        asked = [
            (seat.process, seat.process.send("telemetry", client=name))
            for seat in self._seats
            for name in self._names
        ]
        until_s = time.monotonic() + TELEMETRY_PATIENCE_S
        total: dict[str, float] = {}
        for process, request in asked:
            reply = process.wait(request, max(0.0, until_s - time.monotonic()))
            if isinstance(reply, Answered):
                for name, number in reply.value.items():
                    if isinstance(number, int | float) and not isinstance(number, bool):
                        total[name] = total.get(name, 0) + number
        return total

    def close(self) -> None:
        """Ends all processes."""
        gevent.joinall([gevent.spawn(seat.close) for seat in self._seats])

    def _call(
        self,
        operation: str,
        tenant: str,
        request: dict[str, Any],
        deadline_s: float | None,
        patience_s: float,
    ) -> Driven:
        seat, client = next(self._turns[tenant])
        unserved = seat.restored(patience_s)
        if unserved is not None:
            return driven_of(unserved, Heard(), time.monotonic(), self._secrets.mask)
        sent = seat.process.send(
            operation, answer_from, client=client, request=request, deadline_s=deadline_s
        )
        reply = seat.process.wait(sent, patience_s)
        return driven_of(reply, sent.heard, sent.ended_s, self._secrets.mask)


class _Launch:
    """How one process is started: greeted, and with all its instances open."""

    def __init__(
        self,
        spec: str,
        command: tuple[str, ...],
        opened: Mapping[str, Mapping[str, Any]],
        secrets: KnownSecrets,
    ) -> None:
        self._spec = spec
        self._command = command
        self._opened = opened
        self._secrets = secrets

    def start(self) -> tuple[AdapterProcess, Manifest]:
        """A process that serves; raises ClientStartError, and leaves none then."""
        process = AdapterProcess(self._command, self._secrets)
        try:
            return process, self._greeted(process)
        except ClientStartError:
            process.close()
            raise
        except BaseException:
            process.kill()
            raise

    def _greeted(self, process: AdapterProcess) -> Manifest:
        patience_s = START_PATIENCE_S
        hello = process.ask(
            "hello", manifest_from, patience_s=patience_s, protocol=PROTOCOL_VERSION
        )
        if not isinstance(hello, Answered):
            raise self._refusal("did not say hello", words_of(hello, "hello"))
        opening = [
            process.send("open", client=name, settings=settings)
            for name, settings in self._opened.items()
        ]
        for request in opening:
            reply = process.wait(request, patience_s)
            if not isinstance(reply, Answered):
                raise self._refusal("did not take its settings", words_of(reply, "open"))
        manifest: Manifest = hello.value
        return manifest

    def _refusal(self, what: str, words: str) -> ClientStartError:
        said = " ".join(self._secrets.mask(words).split())
        return ClientStartError(f"client {self._spec!r} {what}: {said}")


class _Seat:
    """The place of one process."""

    def __init__(self, launch: _Launch) -> None:
        self._launch = launch
        self._filling: gevent.Greenlet[..., Manifest | ClientStartError] | None = None
        self._started_s = 0.0
        self._closed = False
        self.process: AdapterProcess

    def fill(self) -> Manifest | ClientStartError:
        """Starts the process; what went wrong is given back, since this runs in a greenlet."""
        self._started_s = time.monotonic()
        try:
            self.process, manifest = self._launch.start()
        except ClientStartError as error:
            return error
        return manifest

    def restored(self, patience_s: float) -> Reply | None:
        """Sees to it that a process serves here; else why none does."""
        if self.process.broken is None or self._closed:
            return None
        if self._filling is None or self._filling.ready():
            self._filling = gevent.spawn(self._refill)
        self._filling.join(patience_s)
        if not self._filling.ready():
            return Hung(f"the client's process was not started anew within {patience_s:g} s")
        failure = self._filling.value
        return Broken(str(failure)) if isinstance(failure, ClientStartError) else None

    def close(self) -> None:
        """Ends the process, also one that is just being started."""
        self._closed = True
        if self._filling is not None:
            self._filling.kill()
        if hasattr(self, "process"):
            self.process.close()

    def _refill(self) -> Manifest | ClientStartError:
        gevent.sleep(max(0.0, self._started_s + RESTART_PAUSE_S - time.monotonic()))
        self.process.close()
        return self.fill()

"""What can go wrong with the server itself; each message is one line for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class MockServerError(Exception):
    """The root of this package's own errors."""


class CannotListenError(MockServerError):
    """The address cannot be listened on."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(f"cannot listen on {host}:{port}: {why}")
        self.host = host
        self.port = port


class PortInUse(CannotListenError):  # noqa: N818 - reads as what happened
    """Another program (or sandbox) listens on that port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port, "the port is in use; choose another, or 0 for a free one")


class UnknownSandboxError(MockServerError):
    """No sandbox of that name is open."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no sandbox {name!r}; open are: {', '.join(known) or 'none'}")
        self.name = name


class SandboxExistsError(MockServerError):
    """A sandbox of that name is open already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"a sandbox {name!r} is open already; close it or choose another name")
        self.name = name


class NotRunningError(MockServerError):
    """The server was asked for something that it only has between start and close."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} needs a running server: call start() first")


class DefaultSandboxError(MockServerError):
    """The first sandbox shares its listener with the control API, so some things are not for it."""


class NoBudgetError(MockServerError):
    """A call about a budget where there is none."""


class UnknownKeyError(MockServerError):
    """A call about an API key that the sandbox does not have."""


class KeyExistsError(MockServerError):
    """A key of that id is there already."""


class UnknownRuleError(MockServerError):
    """A call about a rule that the plan does not have."""


class NoCapacityError(MockServerError):
    """A call about workers where there is one for everybody."""


class ClockError(MockServerError):
    """A clock that was to be turned where it cannot go."""


class CaFileError(MockServerError):
    """The certificate that clients have to trust cannot be written where it should be."""

    def __init__(self, path: Path, error: OSError) -> None:
        why = (error.strerror or type(error).__name__).lower()
        super().__init__(
            f"tls.ca_file: cannot write {path}: {why}; name a file in a folder of yours"
        )

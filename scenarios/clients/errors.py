"""What can go wrong between the harness and a client, before any verdict.

::

    ClientsError
    ├── ClientSpecError     the words after --client name no way to a client
    ├── ClientStartError    the client did not start, or did not greet in the protocol
    ├── FieldError          a field of a JSON object is missing, unknown or mistyped
    ├── ProtocolError       a line broke the client protocol while the client was running
    └── OperationFailed     the client answered ``rotate_key`` or ``telemetry`` with an error

The first two end the command with exit code 2. A :class:`ProtocolError` ends the adapter's process
and becomes the ``crashed`` outcome of the calls in flight. Every message is one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.clients.protocol import ClientError


class ClientsError(Exception):
    """The base of every error of this package."""


class ClientSpecError(ClientsError):
    """Raised when a client spec (``--client``) is none; the message lists the valid forms."""


class ClientStartError(ClientsError):
    """Raised when a client cannot be started, ends before its hello, or says hello wrongly."""


class FieldError(ClientsError):
    """Raised when a field is missing, unknown or mistyped; the message names its place."""


class ProtocolError(ClientsError):
    """Raised when a line breaks the protocol.

    ``code`` is stable, for tests and reports; ``hint`` says what to do and whose bug it is.
    """

    def __init__(self, code: str, message: str, *, hint: str) -> None:
        super().__init__(f"{message} ({hint})")
        self.code = code
        self.message = message
        self.hint = hint


class OperationFailed(ClientsError):  # noqa: N818 - named after the event, as a reader meets it
    """Raised when a client refuses ``rotate_key`` or ``telemetry``; ``error`` is its word."""

    def __init__(self, operation: str, error: ClientError) -> None:
        super().__init__(f"{operation} failed: {error.kind}: {error.message}")
        self.operation = operation
        self.error = error

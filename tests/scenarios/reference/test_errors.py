"""The typed errors say what a caller and a support team need."""

from __future__ import annotations

import copy

from scenarios.reference import errors
from scenarios.reference.errors import PawaError


def every_kind(base: type[PawaError] = PawaError) -> list[type[PawaError]]:
    """The client's own classes; the zoo, where it is loaded too, makes further ones."""
    own = [child for child in base.__subclasses__() if child.__module__ == errors.__name__]
    return [base, *(kind for child in own for kind in every_kind(child))]


def test_kinds() -> None:
    """Kinds are many, and each belongs to one family of classes."""
    kinds = {kind.kind for kind in every_kind() if not kind.__name__.startswith("_")}

    assert len(kinds) >= 18
    assert issubclass(errors.ConnectTimeoutError, errors.AttemptTimeoutError)


def test_the_tree_is_drawn() -> None:
    """The picture at the head of the module has every class."""
    for kind in every_kind():
        if not kind.__name__.startswith("_"):
            assert kind.__name__ in str(errors.__doc__)


def test_text() -> None:
    """The text of an error is one line with all facts that it has, and no more."""
    bare = errors.ServerError("Unavailable")
    full = errors.RateLimitedError(
        "slow down", status=429, code="rate", request_id="r1", retry_after_s=2.0
    )
    full.attempts = 3

    assert str(bare) == "server_error: Unavailable"
    assert str(full) == (
        "rate_limited: slow down "
        "(status 429, code rate, request id r1, retry after 2 s, 3 attempts)"
    )


def test_hide() -> None:
    """Whatever a server may have written is scrubbed, the arguments of the exception too."""
    error = errors.AuthError("bad key k1", code="k1", request_id="k1")

    error.hide(lambda text: text.replace("k1", "*"))

    assert "k1" not in f"{error!r} {error} {error.args} {error.code} {error.request_id}"


def test_copies() -> None:
    """A copy is of the same class, with the same facts."""
    error = errors.ServerError("down", status=503, request_id="r1")
    error.attempts = 2

    twin = copy.copy(error)

    assert type(twin) is type(error)
    assert (twin.message, twin.status, twin.request_id, twin.attempts) == ("down", 503, "r1", 2)


def test_cause() -> None:
    """An error becomes an entry of another one's causes."""
    cause = errors.ServerError("down", status=503, request_id="r1").as_cause("m at here")

    assert cause == errors.Cause("server_error", "down", 503, "r1", "m at here")

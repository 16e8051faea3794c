"""Which targets there are, and when one moves on to the next."""

from __future__ import annotations

import pytest

from scenarios.reference import FallbackTarget, errors
from scenarios.reference.deadline import Deadline
from scenarios.reference.errors import ConfigError, PawaError
from scenarios.reference.fallback import FallbackPolicy, chat_targets, embedding_targets
from scenarios.reference.secrets import Secret
from tests.scenarios.reference.makers import KEY, make_settings

policy = FallbackPolicy()
A, B = "http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1"


@pytest.mark.parametrize(
    ("kind", "moves_on"),
    [
        (errors.ServerError, True),
        (errors.ServerUnableError, True),
        (errors.RateLimitedError, True),
        (errors.AttemptTimeoutError, True),
        (errors.ConnectTimeoutError, True),
        (errors.ConnectionFailedError, True),
        (errors.StreamInterruptedError, True),
        (errors.BadResponseError, True),
        (errors.InvalidRequestError, False),
        (errors.ContentPolicyError, False),
        (errors.AuthError, False),
        (errors.PermissionDeniedError, False),
        (errors.NotFoundError, False),
        (errors.TooLargeError, False),
        (errors.BudgetExhaustedError, False),
        (errors.DeadlineExceededError, False),
        (errors.TlsError, False),
    ],
)
def test_moving_on(kind: type[PawaError], moves_on: bool) -> None:
    """Failures of the server or the way there move on; mistakes and refusals do not."""
    assert policy.may_move_on(kind("no")) is moves_on
    assert not policy.may_move_on(kind("no", partial="Haba"))


def test_shares() -> None:
    """The primary leaves the next target as much time as it takes."""
    deadline = Deadline(at_s=10, clock=lambda: 4.0)

    assert policy.share(deadline, 2).remaining_s == 3
    assert policy.share(deadline, 1).remaining_s == 6


def test_chat_targets() -> None:
    """Primary, further models, further addresses, in order; none of them twice."""
    settings = make_settings(
        A,
        fallback_models=("m2", "m1"),
        fallbacks=(
            FallbackTarget(B, "key-of-b-123", "m3"),
            FallbackTarget(model="m2"),
            FallbackTarget(B, "key-of-b-123"),
        ),
    )

    targets = chat_targets(settings, Secret(KEY), "m1")

    assert [(target.base_url, target.model) for target in targets] == [
        (A, "m1"),
        (A, "m2"),
        (B, "m3"),
        (B, "m1"),
    ]
    assert [target.api_key.reveal() for target in targets[1:3]] == [KEY, "key-of-b-123"]


def test_the_key_stays_at_home() -> None:
    """The primary's key is never used for another address."""
    settings = make_settings(A, fallbacks=(FallbackTarget(B),))

    with pytest.raises(ConfigError, match=r"fallbacks\[0\].api_key"):
        chat_targets(settings, Secret(KEY), "m1")


def test_embedding_targets() -> None:
    """For embeddings only further addresses count, all with the same model."""
    settings = make_settings(
        A, fallback_models=("m2",), fallbacks=(FallbackTarget(B, "key-of-b-123", "m3"),)
    )

    targets = embedding_targets(settings, Secret(KEY), "e1")

    assert [(target.base_url, target.model) for target in targets] == [(A, "e1"), (B, "e1")]

"""Who else may answer, when, and how much of the caller's time each gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.reference.secrets import Secret, check_key
from scenarios.reference.transport import Target

if TYPE_CHECKING:
    from scenarios.reference.deadline import Deadline
    from scenarios.reference.errors import PawaError
    from scenarios.reference.settings import Settings


class FallbackPolicy:
    """The rules of moving on to the next target, one method each."""

    def may_move_on(self, error: PawaError) -> bool:
        """Whether another target may do better.

        It may after a failure of the server or of the way there. It may not after a mistake of the
        caller, a refused key or an empty purse, and not once text has been delivered: the caller
        would see two beginnings.
        """
        return error.falls_over and not error.partial

    def share(self, deadline: Deadline, targets_left: int) -> Deadline:
        """When a target must be done, so that those behind it have as much time each."""
        return deadline.share(targets_left)


def chat_targets(settings: Settings, key: Secret, model: str) -> tuple[Target, ...]:
    """The primary, then the fallback models there, then the further targets; each only once."""
    primary = Target(settings.base_url, key, model)
    models = [Target(settings.base_url, key, other) for other in settings.fallback_models]
    return tuple(dict.fromkeys([primary, *models, *_further(settings, key, model)]))


def embedding_targets(settings: Settings, key: Secret, model: str) -> tuple[Target, ...]:
    """The primary and the further addresses, all with one model.

    Vectors of two models cannot be compared, so none stands in for another.
    """
    primary = Target(settings.base_url, key, model)
    others = [
        Target(target.base_url, target.api_key, model) for target in _further(settings, key, model)
    ]
    elsewhere = [target for target in others if target.base_url != primary.base_url]
    return tuple(dict.fromkeys([primary, *elsewhere]))


def _further(settings: Settings, key: Secret, model: str) -> list[Target]:
    """The fallbacks of the settings, filled up from the primary.

    The primary's key never goes to another address.
    """
    targets = []
    for place, other in enumerate(settings.fallbacks):
        own = other.api_key
        same_address = other.base_url in (None, settings.base_url)
        secret = key if own is None and same_address else check_key(own or "", _setting(place))
        targets.append(Target(other.base_url or settings.base_url, secret, other.model or model))
    return targets


def _setting(place: int) -> str:
    return f"fallbacks[{place}].api_key"

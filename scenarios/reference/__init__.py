"""The reference client: resilient, typed, and good enough to copy.

It knows nothing of the harness that judges it: this folder imports aiohttp, the standard library
and itself.
"""

from scenarios.reference.answers import Answer, EmbeddingAnswer, Usage, Vector
from scenarios.reference.assembly import Parts, standard_parts
from scenarios.reference.client import PawaClient
from scenarios.reference.errors import PawaError
from scenarios.reference.settings import (
    BatchSettings,
    BreakerSettings,
    BudgetSettings,
    CacheSettings,
    FallbackTarget,
    Price,
    Settings,
)
from scenarios.reference.stream import AnswerStream

__all__ = [
    "Answer",
    "AnswerStream",
    "BatchSettings",
    "BreakerSettings",
    "BudgetSettings",
    "CacheSettings",
    "EmbeddingAnswer",
    "FallbackTarget",
    "Parts",
    "PawaClient",
    "PawaError",
    "Price",
    "Settings",
    "Usage",
    "Vector",
    "standard_parts",
]

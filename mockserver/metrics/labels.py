"""Labels of samples: masked, and summed where two rows come to the same ones."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockserver.sandbox import Sandbox

PREFIX = "pawa_mock_"
"""What every name of ours begins with."""

Values = tuple[str, ...]


class Sums:
    """Values behind labels; what comes to labels that are there is added to them."""

    def __init__(self, name: str, told: str, labels: Sequence[str]) -> None:
        self.name = f"{PREFIX}{name}"
        self._told = told
        self._labels = tuple(labels)
        self._values: dict[Values, float] = {}

    def add(self, labels: Values, value: float) -> None:
        """Add to what these labels have."""
        self._values[labels] = self._values.get(labels, 0) + value

    def least(self, labels: Values, value: float) -> None:
        """The least of what these labels are given."""
        self._values[labels] = min(self._values.get(labels, value), value)

    def counter(self) -> CounterMetricFamily:
        """As a counter."""
        family = CounterMetricFamily(self.name, self._told, labels=self._labels)
        for labels, value in self._values.items():
            family.add_metric(labels, value)
        return family

    def gauge(self) -> GaugeMetricFamily:
        """As a gauge."""
        family = GaugeMetricFamily(self.name, self._told, labels=self._labels)
        for labels, value in self._values.items():
            family.add_metric(labels, value)
        return family


def shown_by(sandbox: Sandbox) -> Callable[[str | None], str]:
    """How a text of this sandbox is shown: without any secret; what is not known is empty."""
    mask = sandbox.journal.mask

    @cache
    def shown(text: str | None) -> str:
        return "" if text is None else mask.mask_text(text)

    return shown

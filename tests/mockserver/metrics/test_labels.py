"""Labels hold no secret, and no two samples have the same ones."""

from __future__ import annotations

from mockserver.metrics.labels import Sums, shown_by
from mockserver.sandbox import Sandbox
from mockserver.settings import SandboxSettings


def test_what_comes_to_the_same_labels_is_one_sample() -> None:
    """Added up, or the least of it."""
    sums, least = Sums("a_total", "Told.", ("x",)), Sums("b", "Told.", ("x",))
    for value in (3, 2, 4):
        sums.add(("one",), value)
        least.least(("one",), value)

    (added,), (lowest,) = sums.counter().samples, least.gauge().samples
    assert (added.name, added.labels, added.value) == ("pawa_mock_a_total", {"x": "one"}, 9)
    assert (lowest.name, lowest.labels, lowest.value) == ("pawa_mock_b", {"x": "one"}, 2)


async def test_a_label_never_shows_a_key() -> None:
    """Where somebody named a model after one; what is not known is empty."""
    shown = shown_by(Sandbox(SandboxSettings()))

    assert shown("m-pawa-dev-key").startswith("m-key#")
    assert (shown("chat"), shown(None)) == ("chat", "")

"""How long a healthy server takes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mockserver.snapshot import Amount, Seconds, Share, Snapshot

NORMAL_AT_MOST = 1 / 3
"""The widest normal spread: one of three standard deviations that never reaches below nothing."""


class SpreadSettings(Snapshot):
    """How a time scatters about its mean; ``deviation`` is the standard deviation as a share of it.

    A ``normal`` time keeps within three standard deviations; a ``lognormal`` one is never negative,
    and now and then very long, as the times of real servers are.
    """

    shape: Literal["constant", "normal", "lognormal"] = "constant"
    deviation: Share = 0.0

    @model_validator(mode="after")
    def _shape_and_deviation_agree(self) -> Self:
        if (self.shape == "constant") != (self.deviation == 0):
            raise ValueError(
                "a constant time has no deviation, a normal or lognormal one needs a deviation"
            )
        if self.shape == "normal" and self.deviation > NORMAL_AT_MOST:
            raise ValueError("a normal time has a deviation of at most 0.33; take lognormal")
        return self


class ModelLatencySettings(Snapshot):
    """How long one model takes, in mean times.

    The first token comes after ``base_s``, ``per_input_token_s`` for each token read and
    ``per_item_s`` for each sentence of a batch; each further one ``per_output_token_s`` later. A
    token of sound is one that the API counts (240 ms of it). ``first`` and ``between`` scatter the
    two. Under load everything takes ``1 + load_factor * load`` times as long, where the load is the
    share of the workers that are at work (0 without a ``capacity``).
    """

    base_s: Seconds = 0.0
    per_input_token_s: Seconds = 0.0
    per_output_token_s: Seconds = 0.0
    per_item_s: Seconds = 0.0
    first: SpreadSettings = SpreadSettings()
    between: SpreadSettings = SpreadSettings()
    load_factor: Amount = 0.0


class LatencySettings(Snapshot):
    """How long a healthy server thinks.

    ``answer_s`` is a silence before every JSON answer. ``profile`` "realistic" gives each
    documented model times of its own, ``models`` any model; ``factor`` multiplies both. All of this
    adds up with the pauses in ``stream``.
    """

    answer_s: Seconds = 0.0
    profile: Literal["instant", "realistic"] = "instant"
    factor: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] = 1.0
    models: dict[str, ModelLatencySettings] = Field(default_factory=dict)

"""When the first token comes, and how far apart the others are."""

from __future__ import annotations

import math
import statistics
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.answer import Answer, Event, EventKind, EventStream
from mockserver.api.models import BLAZE, EMBEDDING, EMBER, SPEECH, TRANSCRIPTION, known_models
from mockserver.api.work import Reply
from mockserver.draws import Draws
from mockserver.replies.latency import REALISTIC, Timing, plan, service_s, timed, times_of
from mockserver.settings import (
    ApiSettings,
    LatencySettings,
    ModelLatencySettings,
    SpreadSettings,
)

DRAWS = Draws(7, "reply", "call-0123456789ab", 1)
REAL = LatencySettings(profile="realistic")
PLAIN = ModelLatencySettings(
    base_s=1, per_input_token_s=0.01, per_output_token_s=0.1, per_item_s=0.5, load_factor=2
)


def draws(number: int) -> Draws:
    return Draws(7, "reply", f"call-{number}", 1)


def stream_of(*tokens: int, delay_s: float = 0.0) -> Reply:
    """A stream with a comment before its chunks of so many tokens, and a marker behind them."""
    chunks = [Event(b"{}", delay_s=delay_s) for _ in tokens]
    events = (Event(b"", EventKind.COMMENT), *chunks, Event(b"[DONE]", EventKind.MARKER))
    return Reply(
        Answer(200, (), EventStream(events)),
        model=EMBER,
        items=1,
        tokens_in=5,
        tokens_out=sum(tokens),
        stream=True,
        chunk_tokens=tokens,
    )


def json_of(tokens: int, model: str | None = EMBER) -> Reply:
    """A JSON reply of so many tokens."""
    return Reply(Answer(200, (), b"{}"), model=model, items=1, tokens_in=5, tokens_out=tokens)


class TestPlan:
    def test_reading_comes_before_the_first_token_and_writing_between_the_others(self) -> None:
        """1 s, 10 ms for each of 20 tokens read, half a second for each of 2 items."""
        timing = plan(PLAIN, tokens_in=20, tokens_out=3, items=2, draws=DRAWS)

        assert timing == Timing(pytest.approx(2.2), (0.1, 0.1))  # type: ignore[arg-type]
        assert timing.total_s == pytest.approx(2.4)

    @pytest.mark.parametrize(("load", "times"), [(0.0, 1), (0.5, 2), (1.0, 3)])
    def test_a_busy_server_takes_longer_for_everything(self, load: float, times: float) -> None:
        """In proportion to its load."""
        timing = plan(PLAIN, tokens_in=0, tokens_out=2, items=0, draws=DRAWS, load=load)

        assert timing == Timing(times, (pytest.approx(times / 10),))  # type: ignore[arg-type]

    def test_nothing_written_takes_no_time_after_the_first(self) -> None:
        """An embedding has no tokens to write."""
        assert plan(PLAIN, tokens_in=0, tokens_out=0, items=0, draws=DRAWS) == Timing(1.0)

    @pytest.mark.parametrize(
        ("shape", "deviation"), [("normal", 0.2), ("lognormal", 0.2), ("lognormal", 0.8)]
    )
    def test_times_scatter_as_they_are_told_to(
        self, shape: Literal["normal", "lognormal"], deviation: float
    ) -> None:
        """Mean and deviation of 20,000 gaps, which the seed makes the same in every run."""
        times = ModelLatencySettings(
            per_output_token_s=0.1, between=SpreadSettings(shape=shape, deviation=deviation)
        )
        gaps = plan(times, tokens_in=0, tokens_out=20_001, draws=DRAWS).gaps

        assert statistics.fmean(gaps) == pytest.approx(0.1, rel=0.03)
        assert statistics.pstdev(gaps) == pytest.approx(0.1 * deviation, rel=0.06)
        assert min(gaps) > 0
        if shape == "normal":
            assert max(abs(gap - 0.1) for gap in gaps) <= 0.3 * deviation + 1e-9

    def test_the_same_call_and_attempt_take_the_same_time(self) -> None:
        """And others other times."""
        asked = {"tokens_in": 10, "tokens_out": 5}
        first = plan(REALISTIC[EMBER], draws=DRAWS, **asked)

        assert plan(REALISTIC[EMBER], draws=Draws(7, "reply", DRAWS.token, 1), **asked) == first
        for other in (
            Draws(8, "reply", DRAWS.token, 1),
            Draws(7, "reply", DRAWS.token, 2),
            draws(1),
        ):
            assert plan(REALISTIC[EMBER], draws=other, **asked) != first


class TestDelays:
    def test_a_chunk_waits_for_all_its_tokens(self) -> None:
        """Two in the first, three in the second, none in the last."""
        timing = Timing(1.0, (0.1, 0.2, 0.3, 0.4))

        assert timing.delays([2, 3, 0]) == [pytest.approx(1.1), pytest.approx(0.9), 0.0]

    def test_a_stream_without_a_token_begins_as_late_as_any(self) -> None:
        """Its final chunk is the first one."""
        assert Timing(1.0).delays([0]) == [1.0]
        assert Timing(1.0).delays([]) == []

    @given(st.lists(st.integers(1, 9), min_size=1, max_size=20), st.integers(0, 1000))
    def test_stream_and_json_take_the_same_time(self, tokens: list[int], number: int) -> None:
        """However the text is cut into chunks."""
        stream = timed(stream_of(*tokens), REAL, draws(number), 0.5)
        whole = timed(json_of(sum(tokens)), REAL, draws(number), 0.5)

        assert service_s(stream) == pytest.approx(service_s(whole))
        assert whole.latency_s == service_s(whole)


class TestTimed:
    def test_without_times_a_reply_stays_what_it_is(self) -> None:
        """The very same object, for a model without times and for work that no model does."""
        for settings in (LatencySettings(), LatencySettings(models={"other": PLAIN})):
            reply = json_of(3)
            assert timed(reply, settings, DRAWS, 1.0) is reply
        free = json_of(0, model=None)
        assert timed(free, REAL, DRAWS, 1.0) is free

    def test_only_chunks_are_late(self) -> None:
        """Comments before and the marker behind come with what they stand beside."""
        settings = LatencySettings(models={EMBER: PLAIN}, factor=10)
        body = timed(stream_of(1, 1, 0, delay_s=0.5), settings, DRAWS, 0.0).answer.body

        assert isinstance(body, EventStream)
        # (1 + 5 tokens * 10 ms + one item of 500 ms) * 10, on top of the half second.
        assert [event.delay_s for event in body.events] == [
            0.0,
            pytest.approx(16.0),
            pytest.approx(1.5),
            0.5,
            0.0,
        ]

    def test_times_of_ones_own_go_before_the_profile(self) -> None:
        """And a model that the profile does not know takes no time."""
        settings = LatencySettings(profile="realistic", models={EMBER: PLAIN})

        assert times_of(settings, EMBER) is PLAIN
        assert times_of(settings, BLAZE) is REALISTIC[BLAZE]
        assert times_of(settings, "unheard-of") is None


class TestRealistic:
    """What a developer is to see: each saving of the production guide pays."""

    @staticmethod
    def mean_s(model: str, tokens_in: int, tokens_out: int, items: int = 1) -> tuple[float, float]:
        """Mean time to the first and to the last token."""
        timings = [
            plan(
                REALISTIC[model],
                tokens_in=tokens_in,
                tokens_out=tokens_out,
                items=items,
                draws=draws(number),
            )
            for number in range(50)
        ]
        return (
            statistics.fmean(timing.first_token_s for timing in timings),
            statistics.fmean(timing.total_s for timing in timings),
        )

    def test_every_documented_model_has_its_times(self) -> None:
        """None is forgotten."""
        assert set(REALISTIC) == {model.name for model in known_models(ApiSettings())}

    def test_the_smaller_model_is_much_quicker(self) -> None:
        """To the first token and to the last."""
        quick, slow = self.mean_s(EMBER, 100, 200), self.mean_s(BLAZE, 100, 200)

        assert all(4 * a > b > 2 * a for a, b in zip(quick, slow, strict=True))

    def test_fewer_tokens_take_less_time(self) -> None:
        """A tenth of the tokens, less than a third of the time."""
        assert self.mean_s(EMBER, 100, 20)[1] < self.mean_s(EMBER, 100, 200)[1] / 3
        assert self.mean_s(EMBER, 100, 20)[0] < self.mean_s(EMBER, 4000, 20)[0] / 3

    def test_a_stream_tells_something_long_before_json_tells_all(self) -> None:
        """The first token is there in a fifth of the time."""
        first_s, last_s = self.mean_s(EMBER, 100, 200)

        assert first_s < last_s / 5

    def test_a_batch_of_sentences_is_quicker_than_one_after_the_other(self) -> None:
        """A hundred at once take as long as four or five single ones."""
        single = self.mean_s(EMBEDDING, 10, 0)[1]
        batch = self.mean_s(EMBEDDING, 1000, 0, items=100)[1]

        assert 3 * single < batch < 6 * single

    def test_sound_is_spoken_and_heard_faster_than_it_lasts(self) -> None:
        """A minute is 250 tokens of 240 ms."""
        spoken, heard = self.mean_s(SPEECH, 100, 250), self.mean_s(TRANSCRIPTION, 250, 150)

        assert spoken[0] < 1 < spoken[1] < 20
        assert math.isclose(heard[0], heard[1])
        assert heard[1] < 10

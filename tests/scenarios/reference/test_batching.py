"""Sentences travel together, and each comes home."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference.answers import EmbeddingAnswer
from scenarios.reference.batching import Batcher, BatchKey
from scenarios.reference.deadline import Deadline
from scenarios.reference.errors import DeadlineExceededError, PawaError, ServerError
from scenarios.reference.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY = BatchKey("m", "multi", Secret("pk-1234"), True)
OTHER_KEY = BatchKey("m", "multi", Secret("pk-5678"), True)
NEVER = Deadline()


class Post:
    """Stands for the wire: answers each sentence with its length, fails where it is told to."""

    def __init__(self, delay_s: float = 0.0) -> None:
        self.sent: list[tuple[str, ...]] = []
        self.keys: list[BatchKey] = []
        self.deadlines: list[Deadline] = []
        self.cancelled = 0
        self._delay_s = delay_s

    async def __call__(
        self, sentences: Sequence[str], key: BatchKey, deadline: Deadline
    ) -> EmbeddingAnswer:
        self.sent.append(tuple(sentences))
        self.keys.append(key)
        self.deadlines.append(deadline)
        try:
            await asyncio.sleep(self._delay_s)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if "poison" in sentences:
            raise ServerError("down", status=503)
        if "defect" in sentences:
            raise ZeroDivisionError
        return EmbeddingAnswer(tuple((float(len(sentence)),) for sentence in sentences), "m")


def make_batcher(post: Post, **changes: Any) -> Batcher:
    return Batcher(post, **{"max_items": 10, "max_bytes": 10_000, "linger_s": 0.02, **changes})


async def submit(batcher: Batcher, *sentences: str, key: BatchKey = KEY) -> list[Any]:
    return [each.vector for each in await batcher.submit(sentences, key, NEVER)]


@given(
    st.lists(st.lists(st.text("ab", min_size=1, max_size=6), max_size=7), max_size=12),
    st.integers(1, 5),
    st.integers(1, 12),
)
def test_everyone_gets_his_own(calls: list[list[str]], max_items: int, max_bytes: int) -> None:
    """However calls are packed, each gets its own vectors, and no request is over the limits."""

    async def run() -> tuple[Post, list[list[Any]]]:
        post = Post()
        batcher = make_batcher(post, max_items=max_items, max_bytes=max_bytes, linger_s=0)
        done = await asyncio.gather(*(submit(batcher, *sentences) for sentences in calls))
        await batcher.aclose()
        return post, done

    post, done = asyncio.run(run())

    assert done == [[(float(len(each)),) for each in sentences] for sentences in calls]
    for sent in post.sent:
        assert len(sent) <= max_items
        assert len(sent) == 1 or sum(map(len, sent)) <= max_bytes
    assert sorted(each for sent in post.sent for each in sent) == sorted(
        each for sentences in calls for each in sentences
    )


async def test_full_batches_do_not_wait() -> None:
    """Fifty calls at once become five full requests, without waiting for the linger."""
    post = Post()
    batcher = make_batcher(post, linger_s=60)

    await asyncio.wait_for(
        asyncio.gather(*(submit(batcher, "x" * size) for size in range(1, 51))), 5
    )

    assert [len(sent) for sent in post.sent] == [10] * 5


async def test_a_lone_call_waits_no_longer_than_the_linger() -> None:
    """A lone sentence leaves after the linger."""
    post = Post()
    loop = asyncio.get_running_loop()
    began_s = loop.time()

    await submit(make_batcher(post, linger_s=0.1), "x")

    assert 0.099 <= loop.time() - began_s < 0.6
    assert post.sent == [("x",)]


async def test_keys_are_not_mixed() -> None:
    """Sentences under different keys never share a request."""
    post = Post()
    batcher = make_batcher(post)

    await asyncio.gather(submit(batcher, "a"), submit(batcher, "b", key=OTHER_KEY))

    assert sorted(post.sent) == [("a",), ("b",)]
    assert set(post.keys) == {KEY, OTHER_KEY}


async def test_a_failed_request_fails_its_callers() -> None:
    """Each caller of a failed request gets the error, in a copy of its own."""
    batcher = make_batcher(Post())

    done = await asyncio.gather(
        submit(batcher, "poison"), submit(batcher, "b"), return_exceptions=True
    )

    assert all(isinstance(each, ServerError) for each in done)
    assert done[0] is not done[1]


async def test_a_failed_part_fails_alone() -> None:
    """When one of the requests that carry a call's sentences fails, the others still count."""
    batcher = make_batcher(Post(), max_items=1)

    first, second = await submit(batcher, "aa", "poison")

    assert first == (2.0,)
    assert isinstance(second, PawaError)


async def test_defects_reach_those_who_wait() -> None:
    """Whatever goes wrong underneath, nobody waits for ever."""
    with pytest.raises(ZeroDivisionError):
        await submit(make_batcher(Post()), "defect")


async def test_a_caller_who_leaves() -> None:
    """A caller who gives up does not disturb the others; a request that nobody waits for ends."""
    post = Post(delay_s=0.1)
    batcher = make_batcher(post, linger_s=0)
    leaver, stayer = (asyncio.create_task(submit(batcher, text)) for text in ("a", "bb"))
    await asyncio.sleep(0.03)
    leaver.cancel()
    assert await stayer == [(2.0,)]
    assert post.cancelled == 0

    lone = asyncio.create_task(submit(batcher, "c"))
    await asyncio.sleep(0.03)
    lone.cancel()
    await asyncio.wait([leaver, lone])
    await asyncio.sleep(0)
    assert post.cancelled == 1


async def test_leaving_before_anything_is_sent() -> None:
    """Sentences whose callers have all left are not sent."""
    post = Post()
    batcher = make_batcher(post, linger_s=0.03)
    task = asyncio.create_task(submit(batcher, "a"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0.06)

    assert post.sent == []


async def test_late_sentences_stay_behind() -> None:
    """A sentence whose deadline passes while the batch fills is not sent with the others."""
    post = Post()
    batcher = make_batcher(post, linger_s=0.15)

    early = batcher.submit(["a", "bb"], KEY, Deadline.after(0.03))
    late = batcher.submit(["ccc"], KEY, Deadline.after(5))
    first, second = await asyncio.gather(early, late, return_exceptions=True)

    assert isinstance(first, DeadlineExceededError)
    assert isinstance(second, tuple)
    assert second[0].vector == (3.0,)
    assert post.sent == [("ccc",)]


async def test_deadlines() -> None:
    """Each caller has its own deadline; the request has the latest of them."""
    post = Post(delay_s=0.2)
    batcher = make_batcher(post, linger_s=0)

    early = batcher.submit(["a"], KEY, Deadline.after(0.05))
    late = batcher.submit(["b"], KEY, Deadline.after(5))
    first, second = await asyncio.gather(early, late, return_exceptions=True)

    assert isinstance(first, DeadlineExceededError)
    assert isinstance(second, tuple)
    assert post.deadlines[0].remaining_s > 3


async def test_closing() -> None:
    """Closing ends what waits and what is under way."""
    post = Post(delay_s=60)
    batcher = make_batcher(post, max_items=1)
    under_way = asyncio.create_task(submit(batcher, "a"))
    slow = make_batcher(post, linger_s=60)
    waiting = asyncio.create_task(submit(slow, "b"))
    await asyncio.sleep(0.01)

    await batcher.aclose()
    await slow.aclose()
    await asyncio.wait([under_way, waiting])

    assert under_way.cancelled()
    assert waiting.cancelled()

"""What a client's processes hold, read from real ones."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loadtests.generator.client_processes import CHILDREN_EVERY, ClientProcesses

if TYPE_CHECKING:
    from collections.abc import Iterator

WAITS = "import sys; print('here', flush=True); sys.stdin.readline()"
WORKS_AND_WAITS = f"import time\nwhile time.process_time() < 0.05: pass\n{WAITS}"
WITH_A_CHILD = (
    "import subprocess, sys\n"
    "sys.stdin.readline()\n"
    f"child = subprocess.Popen([sys.executable, '-c', {WAITS!r}], stdin=subprocess.PIPE)\n"
    "sys.stdin.readline()\n"
    "child.communicate()\n"
)


@contextmanager
def running(program: str) -> Iterator[subprocess.Popen[str]]:
    """A process that goes on when it is told a line, and ends with the context."""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    with process:
        yield process
        if process.stdin is not None and process.poll() is None:
            process.stdin.write("\n\n")


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_it_sums_over_the_processes_of_a_lane() -> None:
    """Memory, files, threads and work."""
    with running(WORKS_AND_WAITS) as one, running(WAITS) as other:
        assert said(one) == said(other) == "here"
        alone = ClientProcesses().look([one.pid])
        both = ClientProcesses().look([one.pid, other.pid])

    assert alone is not None
    assert both is not None
    assert alone.threads == 1
    assert alone.open_files >= 3
    assert alone.cpu_s >= 0.04  # it is counted in hundredths of a second
    assert both.threads == 2
    assert both.rss_bytes > alone.rss_bytes > 1_000_000


def test_children_belong_to_it_from_the_next_search_on() -> None:
    """They are searched each ten looks: that reads every process of the machine."""
    processes = ClientProcesses()
    with running(WITH_A_CHILD) as one:
        assert one.stdin is not None
        first = processes.look([one.pid])
        one.stdin.write("\n")
        assert said(one) == "here"
        looks = [processes.look([one.pid]) for _ in range(CHILDREN_EVERY)]

    assert first is not None
    assert [look.threads for look in looks if look] == [1] * (CHILDREN_EVERY - 1) + [2]


def test_one_that_has_ended_is_left_out() -> None:
    """The others are still told of; with none there is nothing to tell."""
    processes = ClientProcesses()
    with running(WAITS) as other:
        assert said(other) == "here"
        with running(WAITS) as one:
            assert said(one) == "here"
            assert processes.look([one.pid, other.pid]) is not None
        after = processes.look([one.pid, other.pid])

    assert after is not None
    assert after.threads == 1
    assert processes.look([one.pid, other.pid]) is None
    assert ClientProcesses().look([one.pid]) is None


def test_a_client_without_processes_holds_nothing() -> None:
    """An application under test runs elsewhere."""
    assert ClientProcesses().look([]) is None

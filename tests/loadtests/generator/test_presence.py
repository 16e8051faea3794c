"""Whether somebody is still there."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from loadtests.generator.presence import Parent, is_running

if TYPE_CHECKING:
    from collections.abc import Callable

WAITS = "import sys; sys.stdin.readline()"
ORPHAN = """
import os, sys, time
from loadtests.generator.presence import Parent
if os.fork() == 0:
    parent = Parent()
    sys.stdout.write(f"{parent.gone}\\n")
    sys.stdout.flush()
    while not parent.gone:
        time.sleep(0.01)
    sys.stdout.write("gone\\n")
    sys.stdout.flush()
    os._exit(0)
sys.stdin.readline()
"""
ENDS_ITS_CHILDREN = f"""
import subprocess, sys
from loadtests.generator.presence import kill_children
GRANDCHILD = '''
import subprocess, sys
one = subprocess.Popen([sys.executable, "-c", {WAITS!r}], stdin=subprocess.PIPE)
print(one.pid, flush=True)
one.wait()
'''
child = subprocess.Popen([sys.executable, "-c", GRANDCHILD], stdout=subprocess.PIPE)
print(child.pid, child.stdout.readline().decode().strip(), flush=True)
kill_children()
child.wait()
"""


def test_a_process_runs_until_it_has_ended() -> None:
    """Also when nobody has waited for it yet."""
    process = subprocess.Popen([sys.executable, "-c", WAITS], stdin=subprocess.PIPE)
    with process:
        assert is_running(process.pid)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not is_running(process.pid)

    assert not is_running(process.pid)


def test_the_own_parent_is_there() -> None:
    """It runs these tests."""
    assert not Parent().gone


def test_a_parent_that_has_ended_is_gone() -> None:
    """Somebody else has the child then."""
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "False\n"
        process.kill()

        assert process.stdout.readline() == "gone\n"


def test_children_end_with_theirs(gone: Callable[[int], bool]) -> None:
    """At once, and the process itself goes on."""
    ran = subprocess.run(
        [sys.executable, "-c", ENDS_ITS_CHILDREN],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    pids = [int(pid) for pid in ran.stdout.split()]

    assert len(pids) == 2
    assert all(gone(pid) for pid in pids)

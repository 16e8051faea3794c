"""The timer of a call, and lines as they come: seen through a small program of its own."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
from gevent import monkey
monkey.patch_all()
import gevent, json, time
from gevent import socket
from geventhttpclient.response import HTTPSocketResponse
from loadtests.generator.http_reading import CallTimer, lines_of

def fires(timer, limit_s):
    before_s = time.monotonic()
    timer.allow(limit_s)
    try:
        gevent.sleep(5)
    except gevent.Timeout as error:
        assert timer.fired(error)
        return timer.out_of_patience, time.monotonic() - before_s
    return None, 5

patient = CallTimer(1.0)
told = {"limit": fires(patient, 0.1), "patience": fires(patient, 30), "late": fires(patient, None)}
patient.allow(0.05)
patient.stop()
gevent.sleep(0.1)
told["hung"] = patient.hung("the server").detail
told["others"] = patient.fired(gevent.Timeout(1))

ours, theirs = socket.socketpair()
def server():
    theirs.sendall(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n")
    for part in (b"one\\ntw", b"o\\n", b"three"):
        theirs.sendall(b"%x\\r\\n%s\\r\\n" % (len(part), part))
        gevent.sleep(0.2)
    theirs.sendall(b"0\\r\\n\\r\\n")
gevent.spawn(server)
response = HTTPSocketResponse(ours)
began_s = time.monotonic()
told["lines"] = [(line.decode(), time.monotonic() - began_s) for line in lines_of(response)]
print(json.dumps(told))
"""


def test_lines_come_when_they_are_whole_and_one_timer_bounds_a_call() -> None:
    """The shorter of a limit and what is left of the patience fires, and says which it was."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=30
    )
    told = json.loads(ended.stdout)

    assert told["limit"][0] is False
    assert 0.09 <= told["limit"][1] < 1.0
    assert told["patience"][0] is told["late"][0] is True
    assert told["patience"][1] >= 0.5
    assert told["hung"] == "the server gave no final answer within 1 s"
    assert told["others"] is False

    assert [line for line, _ in told["lines"]] == ["one\n", "two\n", "three"]
    one, two, three = (at_s for _, at_s in told["lines"])
    assert two - one >= 0.15
    assert three - two >= 0.15

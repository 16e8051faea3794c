"""Adapters that misbehave in one way each, and one that does not.

Every miniature is one function, named after what is wrong with it; its docstring says what. Run as
``python miniatures.py NAME``, they are driven as real processes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MINIATURES: dict[str, Callable[[], None]] = {}


def miniature(function: Callable[[], None]) -> Callable[[], None]:
    """Makes an adapter known by its name."""
    MINIATURES[function.__name__] = function
    return function


def requests() -> Iterator[dict[str, Any]]:
    """What the harness asks, request by request."""
    for line in sys.stdin:
        yield json.loads(line)


def write(line: str) -> None:
    """Writes one line to stdout, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say(**message: Any) -> None:
    """Writes one line of the protocol."""
    write(json.dumps(message))


def answer(request: dict[str, Any]) -> None:
    """The right answer to anything: a chat echoes its prompt."""
    operation = request["op"]
    if operation == "hello":
        say(id=request["id"], ok={"name": "miniature", "claims": ["streaming"]})
    elif operation == "chat":
        say(id=request["id"], ok={"text": request["request"]["messages"][-1]["content"]})
    elif operation == "embed":
        vectors = [[float(len(sentence))] for sentence in request["request"]["sentences"]]
        say(id=request["id"], ok={"vectors": vectors})
    else:
        say(id=request["id"], ok={})


@miniature
def well_behaved() -> None:
    """Nothing is wrong: the control of all the others."""
    for request in requests():
        answer(request)


@miniature
def streams_by_a_clock_of_its_own() -> None:
    """Nothing is wrong: its clock merely began at another moment than the harness's."""
    for request in requests():
        if request["op"] == "chat":
            for piece in ("Ha", "bari"):
                say(id=request["id"], delta=piece, t=time.monotonic() - 4000)
                time.sleep(0.05)
        answer(request)


@miniature
def answers_in_reverse() -> None:
    """Nothing is wrong: it keeps chats back until it has three, and answers the last one first."""
    kept: list[dict[str, Any]] = []
    for request in requests():
        if request["op"] != "chat":
            answer(request)
            continue
        kept.append(request)
        if len(kept) == 3:
            while kept:
                answer(kept.pop())


@miniature
def nonjson_on_hello() -> None:
    """It answers the greeting in prose."""
    for _ in requests():
        write("hello to you too")


@miniature
def prints_before_hello() -> None:
    """It prints a banner on stdout before it speaks the protocol."""
    write("Starting client v1.0 …")
    well_behaved()


@miniature
def refuses_hello() -> None:
    """It does not speak version 1 of the protocol, and says so."""
    for request in requests():
        say(id=request["id"], error={"kind": "unsupported", "message": "protocol 2 only"})


@miniature
def claims_what_nobody_knows() -> None:
    """Its hello has a claim that is none."""
    for request in requests():
        say(id=request["id"], ok={"name": "miniature", "claims": ["retries"]})


@miniature
def exits_at_once() -> None:
    """It ends before it was greeted."""
    sys.exit("cannot find its own configuration")


@miniature
def nonjson_on_chat() -> None:
    """It prints a log line on stdout while a call runs."""
    for request in requests():
        if request["op"] == "chat":
            write("INFO sending the request")
        answer(request)


@miniature
def misspells_a_field() -> None:
    """It hands the text over under a name that the protocol does not have."""
    for request in requests():
        if request["op"] == "chat":
            say(id=request["id"], ok={"txet": "Habari"})
        else:
            answer(request)


@miniature
def wrong_id() -> None:
    """It answers a request that was never asked."""
    for request in requests():
        if request["op"] == "chat":
            request["id"] += 1000
        answer(request)


@miniature
def answers_twice() -> None:
    """It answers every call a second time."""
    for request in requests():
        answer(request)
        if request["op"] == "chat":
            answer(request)


@miniature
def never_answers() -> None:
    """It never answers a call, but goes on serving everything else."""
    for request in requests():
        if request["op"] != "chat":
            answer(request)


@miniature
def answers_late() -> None:
    """It answers a call only once it has been told to cancel it."""
    chat: dict[str, Any] = {}
    for request in requests():
        if request["op"] == "chat":
            chat = request
            continue
        answer(request)
        if request["op"] == "cancel":
            answer(chat)


@miniature
def goes_deaf() -> None:
    """It stops reading when a call comes: a client that blocks the whole process."""
    for request in requests():
        if request["op"] == "chat":
            time.sleep(3600)
        answer(request)


@miniature
def crashes_on_chat() -> None:
    """It ends in the middle of a call."""
    for request in requests():
        if request["op"] == "chat":
            sys.stderr.write("out of cheese\n")
            os._exit(3)
        answer(request)


@miniature
def crashes_with_the_key() -> None:
    """Its last words give the key away."""
    for request in requests():
        if request["op"] == "open":
            sys.stderr.write(f"dumping {request['settings']}\n")
            os._exit(3)
        answer(request)


@miniature
def crashes_once() -> None:
    """It ends at a call that says so, and serves well before and after."""
    for request in requests():
        if request["op"] == "chat" and "crash" in request["request"]["messages"][-1]["content"]:
            os.kill(os.getpid(), signal.SIGKILL)
        answer(request)


@miniature
def closes_stdout() -> None:
    """It closes its stdout at a call and goes on running."""
    for request in requests():
        if request["op"] == "chat":
            os.close(1)
            time.sleep(3600)
        answer(request)


@miniature
def huge_line() -> None:
    """It answers a call with a line of more than 16 MiB."""
    for request in requests():
        if request["op"] == "chat":
            say(id=request["id"], ok={"text": "x" * (17 * 1024 * 1024)})
        else:
            answer(request)


@miniature
def floods_stderr() -> None:
    """It writes three megabytes to stderr before it answers a call."""
    for request in requests():
        if request["op"] == "chat":
            for number in range(3 * 1024):
                sys.stderr.write(f"{number:06d} " + "debug " * 169 + "\n")
            sys.stderr.flush()
        answer(request)


@miniature
def ignores_the_end() -> None:
    """It goes on when its stdin has ended, and ends with the first SIGTERM."""
    well_behaved()
    time.sleep(3600)


@miniature
def ignores_sigterm() -> None:
    """It goes on when its stdin has ended, and does not heed SIGTERM either."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ignores_the_end()


@miniature
def refuses_its_settings() -> None:
    """Nothing is wrong: it refuses to open a client, as a client may."""
    for request in requests():
        if request["op"] == "open":
            say(id=request["id"], error={"kind": "config", "message": "no key given"})
        else:
            answer(request)


@miniature
def tells_its_environment() -> None:
    """Nothing is wrong: a chat is answered with the names and values of its environment."""
    for request in requests():
        if request["op"] == "chat":
            say(id=request["id"], ok={"text": json.dumps(dict(os.environ))})
        else:
            answer(request)


@miniature
def tells_what_it_was_asked() -> None:
    """Nothing is wrong: a chat is answered with every line that came so far."""
    asked = []
    for request in requests():
        asked.append(request)
        if request["op"] == "chat":
            say(id=request["id"], ok={"text": json.dumps(asked)})
        else:
            answer(request)


@miniature
def streams_until_cancelled() -> None:
    """Nothing is wrong: a chat streams one piece and then waits for its cancelling."""
    chat = 0
    for request in requests():
        if request["op"] == "chat":
            chat = request["id"]
            say(id=chat, delta="Ha", t=time.monotonic())
            continue
        answer(request)
        if request["op"] == "cancel":
            say(id=chat, error={"kind": "cancelled", "message": "as asked", "partial": "Ha"})


@miniature
def refuses_to_cancel() -> None:
    """Nothing is wrong: it cannot cancel, says so, and answers the call afterwards."""
    chat: dict[str, Any] = {}
    for request in requests():
        if request["op"] == "chat":
            chat = request
        elif request["op"] in ("cancel", "rotate_key", "telemetry"):
            say(id=request["id"], error={"kind": "unsupported", "message": "not in me"})
            if chat:
                answer(chat)
        else:
            answer(request)


@miniature
def never_says_hello() -> None:
    """It reads its greeting and keeps silent."""
    for _ in requests():
        pass


if __name__ == "__main__":
    MINIATURES[sys.argv[1]]()

"""From what was typed to results on disk."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from scenarios.errors import InputError
from scenarios.judging import Judging, read_request
from tests.scenarios.test_engine import Heard

if TYPE_CHECKING:
    from pathlib import Path

    from reports.results import Results


class Watching(Heard):
    """Hears of the end, too."""

    def run_ended(self, results: Results) -> None:
        self.words.append(f"ended with {len(results.rows)} rows")


def test_a_request_is_read_from_words() -> None:
    """Commas and repetition are the same."""
    request = read_request(
        spec="reference", rows=["RETRY-001, RETRY-002", "RETRY-004"], groups=[], seed=7
    )

    assert [row.id for row in request.rows] == ["RETRY-001", "RETRY-002", "RETRY-004"]
    assert (request.spec, request.seed, request.mock_port) == ("reference", 7, 8080)


def test_without_a_seed_one_is_drawn() -> None:
    """A run can always be repeated."""
    seeds = {read_request(spec="reference").seed for _ in range(3)}

    assert len(seeds) == 3
    assert all(0 <= seed < 2**31 for seed in seeds)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"spec": None}, "no client: say which with --client"),
        ({"spec": "refrence"}, "unknown client 'refrence'"),
        ({"spec": "reference", "rows": ["RETRY-01"]}, "unknown row 'RETRY-01'"),
        ({"spec": "reference", "rows": [""]}, "--rows is empty; leave it out"),
        ({"spec": "reference", "groups": [","]}, "--group is empty; leave it out"),
        ({"spec": "reference", "groups": ["RETRI"]}, "unknown group 'RETRI'"),
        ({"spec": "reference", "targets": "/nowhere/t.toml"}, "targets file /nowhere/t.toml"),
        ({"spec": "reference", "out": "/dev/null/out"}, "--out /dev/null/out: not a directory"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(words: dict[str, object], told: str) -> None:
    """Before any client is started."""
    with pytest.raises(InputError) as error:
        read_request(**words)  # type: ignore[arg-type]

    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_folder_is_tried_and_not_made(tmp_path: Path) -> None:
    """A run that is refused for another reason leaves nothing behind."""
    read_request(spec="reference", out=tmp_path / "a" / "b")

    assert list(tmp_path.iterdir()) == []


def test_a_client_that_does_not_start_is_refused() -> None:
    """A command that is not there."""
    request = read_request(spec="cmd:./no-such-command", rows=["RETRY-001"])
    judging = Judging(request, request.rows)

    with pytest.raises(InputError, match="no-such-command"):
        judging.start()


def test_a_real_client_is_judged_and_written(tmp_path: Path) -> None:
    """The SDK, unmodified, on one row: results.json, junit.xml, index.html."""
    request = read_request(spec="pawa-sdk", rows=["RETRY-001"], out=tmp_path, seed=7)
    watching = Watching()
    judging = Judging(request, request.rows, watching)

    assert judging.start().name == "pawa-sdk"
    judging.wait_for("RETRY-001")
    code = judging.finish()

    assert code == 0
    assert judging.failure is None
    assert watching.words[-1] == "ended with 1 rows"
    assert {path.name for path in tmp_path.iterdir()} == {
        "results.json",
        "junit.xml",
        "index.html",
    }
    document = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert set(document) == {"schema", "run", "client", "rows", "load"}
    assert document["load"] is None
    assert document["run"]["seed"] == 7
    (row,) = document["rows"]
    assert row["verdict"] == "pass"
    assert [attempt["status"] for attempt in row["calls"][0]["attempts"]][-1] == 200
    assert sys.prefix not in json.dumps(document)

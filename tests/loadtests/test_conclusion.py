"""What follows the traffic: judged, written and shown, and no key in any of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from loadtests.conclusion import Beginning, conclude, show, without_keys, write
from loadtests.errors import InputError
from loadtests.events import CallEnded
from loadtests.profile_file import load_profile
from loadtests.request import LoadRequest
from loadtests.world.seen import LaneSeen, Seen
from loadtests.world.world import World
from reports.document import read_results, to_json

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def request_(brief: Path, tmp_path: Path) -> LoadRequest:
    """A request without a control."""
    profile = load_profile(str(brief))
    return LoadRequest(profile, "raw", seed=1, control=False, out_dir=tmp_path / "out")


def seen(world: World, detail: str = "") -> Seen:
    """A run in which every call went wrong."""
    lane = LaneSeen("client", "raw")
    lane.calls = [
        CallEnded("client", one.index, one.at_s, one.at_s, one.at_s, "crashed", detail=detail)
        for one in world.plan.schedule().arrivals
    ]
    return Seen(client=lane, control=None)


async def test_a_run_is_judged_with_what_lies_beside_it(
    request_: LoadRequest, tmp_path: Path
) -> None:
    """Files are named by what they are."""
    page = tmp_path / "locust.html"
    page.write_text("<p>", "utf-8")
    async with World(request_, tmp_path) as world:
        beside = without_keys(world, {"locust's page": page})
        results = conclude(world, seen(world), Beginning.now(), beside)
    write(results, request_, beside)

    assert results.load is not None
    assert results.load.files == {"locust's page": "locust.html"}
    assert (tmp_path / "out" / "locust.html").read_text("utf-8") == "<p>"
    assert read_results(tmp_path / "out" / "results.json") == results


async def test_without_a_folder_nothing_is_written(request_: LoadRequest, tmp_path: Path) -> None:
    """And no file is named that nobody can open."""
    request = replace(request_, out_dir=None)
    async with World(request, tmp_path) as world:
        results = conclude(world, seen(world), Beginning.now())
    write(results, request)

    assert results.load is not None
    assert results.load.files == {}
    assert not (tmp_path / "out").exists()


async def test_no_key_of_the_run_is_written(request_: LoadRequest, tmp_path: Path) -> None:
    """Neither by a client that tells it in an error, nor by Locust."""
    page = tmp_path / "locust_failures.csv"
    async with World(request_, tmp_path) as world:
        key = world.plan.lanes[0].instances[0].settings["api_key"]
        page.write_text(f"refused: {key}", "utf-8")
        (written,) = without_keys(world, {"failures": page})
        results = conclude(world, seen(world, f"refused: {key}"), Beginning.now())

    assert key.encode() not in written.content
    assert written.content.startswith(b"refused: ")
    assert key.encode() not in to_json(results)


async def test_a_folder_that_cannot_be_written_is_told(
    request_: LoadRequest, tmp_path: Path
) -> None:
    """One line, exit 2."""
    async with World(request_, tmp_path) as world:
        results = conclude(world, seen(world), Beginning.now())
    (tmp_path / "out").write_text("a file", "utf-8")

    with pytest.raises(InputError, match="choose another folder"):
        write(results, request_)


async def test_the_table_and_the_page_are_shown(
    request_: LoadRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stdout."""
    async with World(request_, tmp_path) as world:
        results = conclude(world, seen(world), Beginning.now())
    show(results, request_)

    out, err = capsys.readouterr()
    assert f"page: {tmp_path / 'out' / 'index.html'}" in out
    assert err == ""

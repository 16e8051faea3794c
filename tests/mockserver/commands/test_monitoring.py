"""`monitoring`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]


def test_the_files_are_written_and_named(pawa_mock: PawaMock, tmp_path: Path) -> None:
    """With the address that was given."""
    folder = tmp_path / "watch"
    ran = pawa_mock("monitoring", str(folder), "--scrape", "mock.test:8080")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        f"wrote {folder / name}"
        for name in ("prometheus.yml", "prometheus-rules.yml", "grafana-dashboard.json")
    ]
    assert '["mock.test:8080"]' in (folder / "prometheus.yml").read_text("utf-8")


@pytest.mark.parametrize("address", ["mock.test", 'a:1"]', "a:1\nb"])
def test_an_address_that_is_none_is_one_line(
    pawa_mock: PawaMock, tmp_path: Path, address: str
) -> None:
    """Nothing is written."""
    ran = pawa_mock("monitoring", str(tmp_path / "watch"), "--scrape", address)

    assert ran.code == 2
    assert "give host and port, like 127.0.0.1:8080" in ran.err
    assert not (tmp_path / "watch").exists()


def test_a_folder_that_cannot_be_is_one_line(pawa_mock: PawaMock, tmp_path: Path) -> None:
    """A file stands in its place."""
    (tmp_path / "file").write_text("", "utf-8")
    ran = pawa_mock("monitoring", str(tmp_path / "file" / "folder"))

    assert ran.code == 2
    assert ran.err == f"pawa-mock: {tmp_path}/file/folder: cannot be written: not a directory\n"

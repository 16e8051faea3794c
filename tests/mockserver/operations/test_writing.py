"""The files come with the package, and are written where they are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver import operations

if TYPE_CHECKING:
    from pathlib import Path


def test_every_file_is_written(tmp_path: Path) -> None:
    """Into a folder that need not be there; a second time over the first."""
    folder = tmp_path / "in" / "here"
    for _ in range(2):
        written = operations.write_to(folder)

    assert [file.name for file in written] == list(operations.NAMES)
    assert [file.read_text("utf-8") for file in written] == [
        operations.text_of(name) for name in operations.NAMES
    ]


def test_the_address_is_the_one_that_is_told(tmp_path: Path) -> None:
    """In the configuration, and nowhere else."""
    operations.write_to(tmp_path, address="mock.test:9")

    assert 'targets: ["mock.test:9"]' in (tmp_path / operations.SCRAPING).read_text("utf-8")
    assert "mock.test" not in (tmp_path / operations.RULES).read_text("utf-8")

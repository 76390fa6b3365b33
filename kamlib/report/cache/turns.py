"""Runs of one book take turns in what they do to its folder."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock

RUNS = ".runs"  # below a book's reports: what its runs work in
BUSY_SECONDS = 30  # removing leftovers takes much less


def alone(home: Path) -> FileLock:
    """The lock in which runs of a book take turns; it raises OSError where one is busy for too long."""
    return FileLock(home / RUNS / "lock", timeout=BUSY_SECONDS)

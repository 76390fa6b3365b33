"""Which files of a report's folder a run has made: only those are ever replaced, hashed or deleted."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from pathlib import Path

MANIFEST = "manifest.json"
FILES = "files"  # its key: hash of every other file that the run made, by path in the report
# What a report consisted of before its manifest listed that, or where the manifest is damaged.
USUAL = (
    "index.html", "summary.html", "[0-9][0-9]_*.html", MANIFEST, "findings.json", "changes.json", "frames/*.parquet"
)  # fmt: skip


def listed_files(report: Path) -> dict[str, str] | None:
    """Hashes of a report's files as its manifest lists them; None where it does not."""
    try:
        files = json.loads((report / MANIFEST).read_text("utf-8"))[FILES]
        return files if all(isinstance(v, str) for kv in files.items() for v in kv) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def made_files(report: Path) -> set[str]:
    """Paths, in a report, of the files that are there and that its run made.

    Examples
    --------
    >>> import tempfile
    >>> report = Path(tempfile.mkdtemp())
    >>> for name in ("index.html", "notes.txt"):
    ...     _ = (report / name).write_text("")
    >>> made_files(report)
    {'index.html'}
    """
    there = {p.relative_to(report).as_posix() for p in report.rglob("*") if p.is_file()}
    listed = listed_files(report)
    if listed is not None:
        return there & {*listed, MANIFEST}
    return {name for name in there if any(fnmatch(name, usual) for usual in USUAL)}

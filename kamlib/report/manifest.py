"""The manifest of a run: what went in, with what code and settings, and the totals it must sum back to."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path

from kamlib.book import Book
from kamlib.panel import Panel
from kamlib.settings import Settings

SCHEMA = 1
PROJECT = Path(__file__).resolve().parents[2]
LIBRARIES = ("duckdb", "matplotlib", "narwhals", "numpy", "pandas", "papermill", "pyarrow", "scikit-learn", "scipy")


def manifest(
    book: Book, panel: Panel, settings: Settings, totals: dict, reconciled: list[dict], pages: dict[str, str]
) -> dict:
    """Facts about a run that are the same for the same input, code and settings.

    Parameters
    ----------
    book, panel, settings
    totals : dict
        From `kamlib.book.control_totals`.
    reconciled : list of dict
        From `kamlib.run.check_reconciled`.
    pages : dict of str to str
        Notebook -> page.

    Returns
    -------
    dict
        For `manifest.json`. `schema` counts up whenever a key changes its meaning.
    """
    return {
        "schema": SCHEMA,
        "book": {"name": book.name, "digest": book.digest, "currency": book.currency, "tables": list(book.has)},
        "as_of": f"{panel.as_of}",
        "window": {"start": f"{panel.start}", "end": f"{panel.as_of}", "months": panel.months},
        "control_totals": totals,
        "reconciled": reconciled,
        "settings": settings.model_dump(),
        "code": {"version": importlib.metadata.version("kamlib"), "commit": _commit(), "digest": code_digest()},
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "pages": pages,
    }


def code_digest(root: Path = PROJECT) -> str:
    """SHA-256 over the library and the notebooks, by path and content."""
    sink = hashlib.sha256()
    for path in _code(root):
        sink.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return sink.hexdigest()


def _code(root: Path) -> Iterable[Path]:
    kept = [p for p in (root / "kamlib").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return sorted([*kept, *(root / "notebooks").glob("*.ipynb")])


def _commit() -> str:
    """The commit that is checked out; `+` where files differ from it; empty outside a checkout."""
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
            cwd=PROJECT, capture_output=True, text=True, timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()

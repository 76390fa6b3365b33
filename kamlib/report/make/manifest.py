"""The manifest of a run: what went in, with what code and settings, and the totals it must sum back to."""

from __future__ import annotations

import importlib.metadata
import platform

from kamlib.book import Book
from kamlib.panel import Panel
from kamlib.report.cache.fingerprint import SHORT, code_digest, commit
from kamlib.report.cache.made import FILES
from kamlib.report.past.stored import SCHEMA
from kamlib.settings import Settings

LIBRARIES = ("duckdb", "matplotlib", "narwhals", "numpy", "pandas", "papermill", "pyarrow", "scikit-learn", "scipy")


def manifest(
    book: Book,
    panel: Panel,
    settings: Settings,
    totals: dict,
    reconciled: list[dict],
    pages: dict[str, str],
    inputs: dict,
    files: dict[str, str],
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
    inputs : dict
        From `kamlib.report.cache.inputs.notebook_inputs`: what each page was made from.
    files : dict of str to str
        Hash of every other file of the report.

    Returns
    -------
    dict
        For `manifest.json`. `schema` is `kamlib.report.past.stored.SCHEMA`.
    """
    return {
        "schema": SCHEMA,
        "book": {"name": book.name, "digest": book.digest, "currency": book.currency, "tables": list(book.has)},
        "as_of": f"{panel.as_of}",
        "window": {"start": f"{panel.start}", "end": f"{panel.as_of}", "months": panel.months},
        "control_totals": totals,
        "reconciled": reconciled,
        "settings": settings.model_dump(),
        "code": {"version": importlib.metadata.version("kamlib"), "commit": commit(), "digest": code_digest()},
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "pages": pages,
        "inputs": inputs,
        FILES: {name: known[:SHORT] for name, known in files.items()},
    }

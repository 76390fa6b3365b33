"""The checked book and the panel, taken from the cache where they are there."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb

from kamlib.book import Book
from kamlib.datasets import open_source
from kamlib.panel import Panel, build_panel
from kamlib.report.cache.entries import FORMAT, Cache
from kamlib.report.cache.fingerprint import code_digests, digest, environment, files_digest, source_digest
from kamlib.run.store import WORK, load_book, load_panel, save_book, save_panel
from kamlib.settings import Settings

BOOK_CODE = "import kamlib.run, kamlib.book, kamlib.datasets"
PANEL_CODE = "import kamlib.run, kamlib.panel"


def book_key(source: str) -> str:
    """Key of a checked book by the hash of its source; empty where that is not known."""
    return digest([FORMAT, source, code_digests([BOOK_CODE]), environment()]) if source else ""


@contextlib.contextmanager
def opened_book(
    source: str, *, mapping: Path | None, formats: Path | None = None, name: str, cache: Cache
) -> Iterator[tuple[Book, str]]:
    """A book and its key in the cache, from there if it is there; the book can be used within the block.

    Parameters
    ----------
    source : str
        A file, a folder or the name of a data set.
    mapping, formats : path or None
    name : str
        Empty: as the source is called.
    cache : Cache
    """
    key = book_key(source_digest(source, mapping, name, formats)) if cache.folder else ""
    known = cache.facts("book", key) is not None
    with cache.space() if known else contextlib.nullcontext() as folder:
        book = _stored(cache, key, folder) if folder else None
        if book is None:
            book = open_source(source, mapping=mapping, formats=formats, name=name or None)
            # Not what was there before: a file may have been written to while it was read, a data set fetched.
            after = book_key(source_digest(source, mapping, name, formats)) if cache.folder else ""
            key = after if key in ("", after) else ""
        yield book, key


def _stored(cache: Cache, key: str, folder: Path) -> Book | None:
    try:
        return load_book(folder / WORK) if cache.fetch("book", key, folder, link=True) else None
    except (OSError, ValueError, LookupError, TypeError, duckdb.Error):
        return None


def keep_book(book: Book, folder: Path, cache: Cache, key: str = "") -> str:
    """Put a checked book into a folder; returns the hash of its content."""
    facts = cache.fetch("book", key, folder, link=True)
    if facts:
        return facts["content"]
    save_book(book, folder / WORK)
    files = files_digest(folder)
    content = digest(files)
    cache.store("book", key, {name: folder / name for name in files}, {"content": content})
    return content


def keep_panel(book: Book, folder: Path, cache: Cache, *, content: str, as_of: dt.date, settings: Settings) -> Panel:
    """Put the panel of a book at a day into a folder."""
    options = settings.model_dump(include={"months", "leave_out", "burn_in_days"})
    key = digest([FORMAT, content, f"{as_of}", options, code_digests([PANEL_CODE]), environment()])
    if cache.fetch("panel", key, folder) is not None:
        return load_panel(folder)
    panel = build_panel(book, as_of=as_of, **options)
    save_panel(panel, folder)
    cache.store("panel", key, {name: folder / name for name in files_digest(folder)})
    return panel

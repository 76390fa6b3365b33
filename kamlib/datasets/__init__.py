"""Data to start with: books that can be opened by name.

What reads data is loaded when it is first asked for: a run that finds nothing changed needs not even pandas.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from kamlib.datasets.places import NAMES, PROJECT, cache_folder, files

__all__ = ["NAMES", "DatasetError", "cache_folder", "fetch_online_retail_ii", "files", "load", "open_source"]

if TYPE_CHECKING:
    import pandas as pd

    from kamlib.book import Book
    from kamlib.datasets.online_retail import DatasetError, fetch_online_retail_ii


def __getattr__(name: str):
    if name in ("DatasetError", "fetch_online_retail_ii"):
        from kamlib.datasets import online_retail

        return getattr(online_retail, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load(name: str) -> Path | dict[str, pd.DataFrame]:
    """A data set as `kamlib.book.open_book` takes it: a folder of files, or frames.

    Parameters
    ----------
    name : str
        One of `NAMES`.

    Raises
    ------
    KeyError
        For a name that is not in `NAMES`.

    Examples
    --------
    >>> load("sample").name
    'sample'
    """
    if name == "sample":
        return PROJECT / "data" / "sample"
    if name == "online-retail-ii":
        from kamlib.datasets.online_retail import fetch_online_retail_ii

        return {"ledger": fetch_online_retail_ii()}
    raise KeyError(name)


def open_source(source, *, name: str | None = None, **given) -> Book:
    """Open a data set by its name, or whatever `kamlib.book.open_book` opens.

    Parameters
    ----------
    source : str, path, frame, or mapping of str to frame
        One of `NAMES`; anything else goes to `open_book`.
    name : str, optional
        Of the book; a data set's own where not given.
    **given
        `mapping`, `formats`: as of `open_book`.

    Raises
    ------
    kamlib.book.BookError
        As of `open_book`; or a data set cannot be had.

    Examples
    --------
    >>> open_source("sample").name
    'sample'
    """
    from kamlib.book import BookError, NotThere, open_book

    known = isinstance(source, str) and source in NAMES
    try:
        return open_book(load(source) if known else source, name=name or (source if known else None), **given)
    except NotThere as error:
        near = difflib.get_close_matches(str(source), NAMES, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"The data sets are {', '.join(NAMES)}."
        raise NotThere(f"{str(error).removesuffix('.')}, and no data set of that name. {hint}") from None
    except __getattr__("DatasetError") as error:
        raise BookError(str(error)) from error

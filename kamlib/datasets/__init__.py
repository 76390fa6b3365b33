"""Data to start with: books that can be opened by name.

The company's generator is loaded when it is first asked for: it brings all of SciPy, and whoever opens a book
needs none of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kamlib.datasets.online_retail import DatasetError, cache_folder, fetch_online_retail_ii

__all__ = [
    "NAMES", "Company", "DatasetError", "Parameters", "cache_folder", "fetch_online_retail_ii", "load", "make_company",
    "write_company",
]  # fmt: skip

if TYPE_CHECKING:
    from kamlib.datasets.company import Company, Parameters, make_company, write_company

PROJECT = Path(__file__).resolve().parents[2]

NAMES = {
    "sample": "a generated company whose truth is known; the default",
    "online-retail-ii": "UCI Online Retail II, a UK gift wholesaler, 2009-12-01 to 2011-12-09",
}


def __getattr__(name: str):
    if name in ("Company", "Parameters", "make_company", "write_company"):
        from kamlib.datasets import company

        return getattr(company, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load(name: str) -> Path | dict[str, pd.DataFrame]:
    """A book's source by name: a folder of files, or its frames.

    Parameters
    ----------
    name : str
        One of `NAMES`.

    Returns
    -------
    pathlib.Path or dict of pandas.DataFrame
        What `kamlib.book.open_book` can open.

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
        return {"ledger": fetch_online_retail_ii()}
    raise KeyError(name)

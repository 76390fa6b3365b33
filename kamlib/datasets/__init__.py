"""Data to start with: books that can be opened by name.

Imported names are loaded lazily by `load`, so that listing the names costs nothing.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kamlib.datasets.company import Company, Parameters, make_company, write_company
from kamlib.datasets.online_retail import DatasetError, cache_folder, fetch_online_retail_ii

__all__ = [
    "NAMES", "Company", "DatasetError", "Parameters", "cache_folder", "fetch_online_retail_ii", "load", "make_company",
    "write_company",
]  # fmt: skip

PROJECT = Path(__file__).resolve().parents[2]

NAMES = {
    "sample": "a generated company whose truth is known; the default",
    "online-retail-ii": "UCI Online Retail II, a UK gift wholesaler, 2009-12-01 to 2011-12-09",
}


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

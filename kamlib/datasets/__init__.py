"""Data to start with: books that can be opened by name.

What reads or makes data is loaded when it is first asked for: the company's generator brings all of SciPy, and whoever
opens a book needs none of it; a run that finds nothing changed needs not even pandas.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kamlib.datasets.places import NAMES, PROJECT, cache_folder, files

__all__ = [
    "NAMES", "Company", "DatasetError", "Parameters", "cache_folder", "fetch_online_retail_ii", "files", "load",
    "make_company", "write_company",
]  # fmt: skip

if TYPE_CHECKING:
    import pandas as pd

    from kamlib.datasets.company import Company, Parameters, make_company, write_company
    from kamlib.datasets.online_retail import DatasetError, fetch_online_retail_ii


def __getattr__(name: str):
    if name in ("Company", "Parameters", "make_company", "write_company"):
        from kamlib.datasets import company

        return getattr(company, name)
    if name in ("DatasetError", "fetch_online_retail_ii"):
        from kamlib.datasets import online_retail

        return getattr(online_retail, name)
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
        from kamlib.datasets.online_retail import fetch_online_retail_ii

        return {"ledger": fetch_online_retail_ii()}
    raise KeyError(name)

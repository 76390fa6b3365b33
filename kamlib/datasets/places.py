"""Where data sets are: their names, and the files behind them. Loads nothing but Python's own library."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

NAMES = {
    "sample": "a generated company whose truth is known; the default",
    "online-retail-ii": "UCI Online Retail II, a UK gift wholesaler, 2009-12-01 to 2011-12-09",
}


def cache_folder() -> Path:
    """Where data sets are kept between runs: `KAMLIB_CACHE`, else `.cache/` of the project."""
    return Path(os.environ.get("KAMLIB_CACHE") or PROJECT / ".cache")


def files(name: str) -> list[Path]:
    """The files that a data set would be read from now; none where it has to be fetched first.

    Examples
    --------
    >>> [f.name for f in files("sample")][:2]
    ['accounts.csv', 'assignments.csv']
    """
    if name == "sample":
        return sorted(p for p in (PROJECT / "data" / "sample").iterdir() if p.is_file())
    kept = cache_folder() / "online_retail_ii.parquet"
    return [kept] if kept.is_file() else []

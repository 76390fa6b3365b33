"""The company as a folder of CSV files, in formats that give the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kamlib.tables import TABLES

from .assembly import Company


def write_company(company: Company, folder: str | Path) -> None:
    """Write every table as `<table>.csv` and the truth as `truth/<table>.csv`.

    UTF-8, comma, line feed, dates as 2026-06-30, money with two decimals, flags as true / false,
    empty for missing.

    Parameters
    ----------
    company : Company
    folder : str or Path
        Made if it is not there; files of the same names are replaced.

    Examples
    --------
    >>> import tempfile
    >>> from kamlib.company import make_company
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_company(make_company(seed=1, accounts=20, months=6), folder)
    ...     len(sorted(Path(folder).glob("*.csv")))
    13
    """
    folder = Path(folder)
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    for name, frame in company.tables.items():
        kinds = {c.name: c.kind for c in TABLES[name].columns}
        _write(pd.DataFrame({c: _text(frame[c], kinds[c]) for c in frame}), folder / f"{name}.csv")
    for name, frame in company.truth.items():
        _write(pd.DataFrame({c: _text(frame[c], "") for c in frame}), folder / "truth" / f"{name}.csv")


def _write(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _text(column: pd.Series, kind: str) -> pd.Series:
    """One text for one value: %.2f for money, the shortest decimal for other numbers."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%Y-%m-%d")
    if pd.api.types.is_bool_dtype(column):
        return column.astype("object").map({True: "true", False: "false"})
    if not pd.api.types.is_float_dtype(column):
        return column
    form = "{:.2f}" if kind == "money" else "{:.10g}"
    return column.astype("object").map(lambda x: "" if pd.isna(x) else form.format(x))

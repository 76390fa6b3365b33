"""UCI Online Retail II: fetch it, check it, drop the overlap, name what is not merchandise.

Chen, D. (2012). Online Retail II [Dataset]. UCI Machine Learning Repository.
https://doi.org/10.24432/C5CG6D. Licence CC BY 4.0.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import re
import urllib.request
import zipfile
import zlib
from pathlib import Path

import pandas as pd

from kamlib.datasets.places import cache_folder

ADDRESS = "https://archive.ics.uci.edu/static/public/502/online+retail+ii.zip"
SHEETS = ("year_2009_2010", "year_2010_2011")
# The second sheet begins here; the first repeats its first nine days.
SECOND_SHEET_FROM = pd.Timestamp("2010-12-01")
# The published file may hold one row more than the copies in circulation.
ROWS = (1_044_847, 1_044_848)
SPAN = ("2009-12-01", "2011-12-09")

AGAIN = "Delete that copy and run `kam fetch online-retail-ii` again."

COLUMNS = {
    "Invoice": "order_id",
    "StockCode": "product_id",
    "Description": "product_name",
    "Quantity": "quantity",
    "InvoiceDate": "date",
    "Price": "unit_price",
    "Customer ID": "customer_id",
    "Country": "country",
}

# Stock codes (upper case) that are not merchandise, and what such a line is.
KIND_OF_CODE = (
    (r"POST|DOT|C2|C3", "carriage"),
    (r"M", "manual"),
    (r"D", "discount"),
    (r"S", "sample"),
    (r"BANK CHARGES|AMAZONFEE", "fee"),
    (r"B", "bad debt"),
    (r"ADJUST\d*", "adjustment"),
    (r"CRUK", "donation"),
    (r"TEST\d*", "test"),
    (r"GIFT.*", "voucher"),
)


class DatasetError(Exception):
    """A data set cannot be had, or is not what it should be. The message says what to do."""


def fetch_online_retail_ii(*, refresh: bool = False) -> pd.DataFrame:
    """The ledger of UCI Online Retail II, from the cache, a local copy or UCI.

    Looks in the cache first (`KAMLIB_CACHE`, else `.cache/` of the project), then in the folder
    named by `KAMLIB_DATA`, then downloads 44 MB from UCI.

    Parameters
    ----------
    refresh : bool
        Make the cache anew.

    Returns
    -------
    pandas.DataFrame
        1,044,847 rows, one invoice line each, in the order of the file: order_id, product_id
        (upper case; the file mixes cases), product_name, quantity, date (with time of day),
        unit_price (GBP), customer_id (text; missing on 235,287 lines), country, kind, currency.
        Exact duplicate lines are kept: they are not proven errors.

    Raises
    ------
    DatasetError
        No copy and no network, or the content is not that of the published file.

    Examples
    --------
    >>> ledger = fetch_online_retail_ii()        # doctest: +SKIP
    >>> len(ledger)                              # doctest: +SKIP
    1044847
    """
    cached = cache_folder() / "online_retail_ii.parquet"
    if cached.exists() and not refresh:
        ledger = _read_parquet(cached)
        check_content(ledger, cached)
        return ledger
    try:
        ledger = as_ledger(*_sheets())
    except (ValueError, TypeError, OverflowError) as error:
        raise DatasetError(f"Online Retail II: the content is not that of the published file ({error}).") from error
    check_content(ledger, os.environ.get("KAMLIB_DATA") or ADDRESS)
    _keep(ledger, cached)
    return ledger


def _keep(ledger: pd.DataFrame, cached: Path) -> None:
    part = cached.with_suffix(f".{os.getpid()}.part")
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        ledger.to_parquet(part, index=False)
        part.replace(cached)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise DatasetError(
            f"Online Retail II cannot be kept in {cached.parent} ({error.strerror}). Set KAMLIB_CACHE to a folder "
            "that can be written."
        ) from error


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:  # pyarrow's errors are of these
        raise DatasetError(f"Online Retail II: {path} cannot be read as Parquet. Delete it and fetch again.") from error


def as_ledger(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Two sheets as published -> one ledger without the overlap.

    Parameters
    ----------
    first, second : pandas.DataFrame
        With the columns that UCI publishes.

    Returns
    -------
    pandas.DataFrame
        See `fetch_online_retail_ii`.

    Examples
    --------
    >>> sheet = pd.DataFrame({"Invoice": [536365], "StockCode": ["post"], "Description": [" Post "],
    ...     "Quantity": [1], "InvoiceDate": [pd.Timestamp("2010-12-01 08:26")], "Price": [18.0],
    ...     "Customer ID": [17850.0], "Country": ["France"]})
    >>> as_ledger(sheet, sheet)[["order_id", "product_id", "customer_id", "kind"]].values.tolist()
    [['536365', 'POST', '17850', 'carriage']]
    """
    for sheet in (first, second):
        missing = set(COLUMNS) - set(sheet.columns)
        if missing:
            raise DatasetError(f"Online Retail II: no column {', '.join(sorted(missing))} in the file.")
    # Cut by date: the overlap stands in both, and rows equal in every column occur rightly, too.
    kept = first[pd.to_datetime(first["InvoiceDate"]) < SECOND_SHEET_FROM]
    lines = pd.concat([kept, second], ignore_index=True)[list(COLUMNS)].rename(columns=COLUMNS)
    return lines.assign(
        order_id=_code(lines["order_id"]),
        product_id=_code(lines["product_id"]).str.upper(),
        product_name=lines["product_name"].astype("str").str.strip(),
        date=pd.to_datetime(lines["date"]).astype("datetime64[s]"),
        quantity=lines["quantity"].astype("int64"),
        unit_price=lines["unit_price"].astype("float64"),
        customer_id=pd.to_numeric(lines["customer_id"]).astype("Int64").astype("str"),
        kind=lambda d: kind_of_code(d["product_id"]),
        currency="GBP",
    )


def _code(column: pd.Series) -> pd.Series:
    """Codes as text; a workbook holds those without a letter as numbers, 85048.0."""
    whole = column.map(lambda c: isinstance(c, float) and c.is_integer())
    return column.where(~whole, column[whole].astype("int64").astype(object)).astype(str).str.strip()


def kind_of_code(product_id: pd.Series) -> pd.Series:
    """What a line is, by its stock code: goods, carriage, fee, bad debt ...

    Examples
    --------
    >>> kind_of_code(pd.Series(["85048", "POST", "AMAZONFEE", "PADS"])).tolist()
    ['goods', 'carriage', 'fee', 'goods']
    """
    codes = pd.Series(product_id.unique())
    kinds = {code: next((k for p, k in KIND_OF_CODE if re.fullmatch(p, code)), "goods") for code in codes}
    return product_id.map(kinds)


def check_content(ledger: pd.DataFrame, source: str | Path) -> None:
    """Raise `DatasetError` unless columns, rows and dates are those of the published file."""
    missing = {*COLUMNS.values(), "kind", "currency"} - set(ledger.columns)
    if missing:
        raise DatasetError(f"Online Retail II: {source} has no column {', '.join(sorted(missing))}. {AGAIN}")
    first, last = (str(d)[:10] for d in (ledger["date"].min(), ledger["date"].max()))
    if len(ledger) not in ROWS or (first, last) != SPAN:
        raise DatasetError(
            f"Online Retail II should have {ROWS[0]:,} lines from {SPAN[0]} to {SPAN[1]} once the overlap of its "
            f"sheets is dropped; {source} has {len(ledger):,} from {first} to {last}. {AGAIN}"
        )


def _sheets() -> tuple[pd.DataFrame, pd.DataFrame]:
    folder = os.environ.get("KAMLIB_DATA")
    if not folder:
        return read_workbook(_download())
    paths = [Path(folder) / "online_retail_ii" / f"{s}.parquet" for s in SHEETS]
    missing = [str(p) for p in paths if not p.exists()]
    if missing:
        raise DatasetError(f"KAMLIB_DATA is set, but there is no {missing[0]}. Unset it to download from UCI.")
    return tuple(_read_parquet(p) for p in paths)


def _download() -> bytes:
    try:
        with urllib.request.urlopen(ADDRESS, timeout=60) as answer:
            return answer.read()
    except (OSError, http.client.HTTPException) as error:  # HTTPException: cut off half way
        raise DatasetError(
            f"Online Retail II could not be downloaded from {ADDRESS} ({error}). Check the network, or put a copy of "
            "its two sheets as Parquet into a folder and set KAMLIB_DATA to it (see data/README.md)."
        ) from error


def read_workbook(archive: bytes) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The two sheets of the published zip of one xlsx.

    Raises
    ------
    DatasetError
        Not a zip with a workbook of two sheets in it.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    broken = (zipfile.BadZipFile, zlib.error, CalamineError, StopIteration, ValueError, LookupError, EOFError)
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as z:
            name = next(n for n in z.namelist() if n.lower().endswith(".xlsx"))
            book = CalamineWorkbook.from_filelike(io.BytesIO(z.read(name)))
        rows = [book.get_sheet_by_name(n).to_python() for n in book.sheet_names[:2]]
        first, second = (pd.DataFrame(r[1:], columns=r[0]).replace("", None) for r in rows)
    except broken as error:
        raise DatasetError(
            f"Online Retail II: what {ADDRESS} sent is not a zip with a workbook of two sheets. Fetch again later, or "
            "set KAMLIB_DATA to a folder with a copy (see data/README.md)."
        ) from error
    return first, second

"""The next twelve months of an account: what became, a year on, of the accounts that were most like it.

An account is compared with those of past looks by its sales and purchase days of the year, its silence (also over its
own gap), its age, and the trend of its last half year. The ratio of next year's sales to last year's of the 80 nearest
gives the expectation (their mean) and the interval (their ranks). Nothing is assumed about its shape: who leaves is a
ratio of 0.

What no past look can show is how whole years differ: the interval is that of an account in a year like those seen.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from kamlib.churn.candidates import APART_DAYS, NothingToLearnError, answer
from kamlib.churn.look import PERIODS, YEAR_DAYS, Look, look
from kamlib.given import as_timestamp

SIMILAR = 80  # accounts compared with: few enough to be alike, enough for ranks of 2.5 and 97.5 %
LEAST = 40  # past accounts with sales; with fewer there is no outlook
LOOKS = 6
CONFIDENCE = 0.95


def outlook(
    days: pd.DataFrame,
    *,
    as_of,
    customers=None,
    confidence: float = CONFIDENCE,
    value: str = "cents",
    known: dict | None = None,
) -> pd.DataFrame:
    """Sales (or profit) of the 365 days after a day, by account.

    Parameters
    ----------
    days : pandas.DataFrame
        customer_id, date, cents of purchase days, and `value` (`kamlib.panel.purchase_days`). Later rows are not read.
    as_of : date
    customers : sequence of str, optional
        Accounts to tell of: those with sales in the last 365 days where it is left out.
    confidence : float
        Of the interval, for each account.
    value : str
        Column whose ratio is carried forward: cents, or profit_cents.
    known : dict, optional
        Looks already made, as of `kamlib.churn.make_case`.

    Returns
    -------
    pandas.DataFrame
        Index customer_id, largest last year first: last_cents (365 days to `as_of`), expected_cents, low_cents,
        high_cents, similar (past accounts compared with).

    Raises
    ------
    NothingToLearnError
        No look a year back has enough accounts with sales.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a", "a"], "date": pd.to_datetime(["2024-01-05", "2024-06-07"]),
    ...     "cents": [100, 200]})
    >>> outlook(days, as_of="2024-12-31")
    Traceback (most recent call last):
    ...
    kamlib.churn.candidates.NothingToLearnError: 0 accounts had sales in ...
    """
    as_of = as_timestamp(as_of)
    past, known = days[days["date"] <= as_of], {} if known is None else known
    places, ratios = _taught(past, as_of, value, known)
    now = _look(past, as_of, known)
    last = year_value(past, as_of, value).reindex(now.histories.index, fill_value=0)
    told = last[(last > 0) if customers is None else last.index.isin(list(customers))]
    middle, spread = places.mean(axis=0), places.std(axis=0) + 1e-9
    near = NearestNeighbors(n_neighbors=min(SIMILAR, len(places))).fit((places - middle) / spread)
    at = (_place(now).loc[told.index].to_numpy() - middle) / spread
    found = ratios[near.kneighbors(at, return_distance=False)] if len(told) else np.zeros((0, 1))
    return _table(told, found, confidence).sort_values("last_cents", ascending=False, kind="stable")


def _table(last: pd.Series, ratios: np.ndarray, confidence: float) -> pd.DataFrame:
    k, tail = ratios.shape[1], (1 - confidence) / 2
    ranked = np.sort(ratios, axis=1)
    low = ranked[:, max(int(np.floor((k + 1) * tail)) - 1, 0)]
    high = ranked[:, min(int(np.ceil((k + 1) * (1 - tail))) - 1, k - 1)]
    out = {"last_cents": last.astype("int64"), "expected_cents": ratios.mean(axis=1) * last}
    out |= {"low_cents": low * last, "high_cents": high * last}
    table = pd.DataFrame(out, index=last.index).round().astype("int64")
    return table.assign(similar=k)


def outlook_coverage(
    days: pd.DataFrame,
    *,
    as_of,
    customers=None,
    confidence: float = CONFIDENCE,
    value: str = "cents",
    known: dict | None = None,
) -> pd.DataFrame:
    """How the outlook of a year ago, and of each month before, fared.

    Returns
    -------
    pandas.DataFrame
        One row a past day at which an outlook could have been given: as_of, n (accounts), covered (share within their
        interval), expected_cents, last_cents, actual_cents (sums), error and error_of_last (mean absolute error of the
        expectation, and of taking last year's, over the mean of what came). Empty where the ledger is too short.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a"], "date": pd.to_datetime(["2024-01-05"]), "cents": [100]})
    >>> len(outlook_coverage(days, as_of="2024-12-31"))
    0
    """
    as_of, rows, known = as_timestamp(as_of), [], {} if known is None else known
    past = days[days["date"] <= as_of]
    for back in range(LOOKS):
        day = as_of - pd.Timedelta(days=YEAR_DAYS + APART_DAYS * back)
        asked = {"as_of": day, "customers": customers, "confidence": confidence, "value": value, "known": known}
        said, _ = answer(outlook, past, **asked)
        if said is None:
            break
        came = year_value(past, day + pd.Timedelta(days=YEAR_DAYS), value).reindex(said.index, fill_value=0)
        inside = (said["low_cents"] <= came) & (came <= said["high_cents"])
        scale = max(came.mean(), 1)
        rows.append({
            "as_of": day, "n": len(said), "covered": inside.mean(), "expected_cents": said["expected_cents"].sum(),
            "last_cents": said["last_cents"].sum(), "actual_cents": came.sum(),
            "error": (said["expected_cents"] - came).abs().mean() / scale,
            "error_of_last": (said["last_cents"] - came).abs().mean() / scale,
        })  # fmt: skip
    return pd.DataFrame(rows)


def year_value(days: pd.DataFrame, as_of, value: str = "cents") -> pd.Series:
    """Sum of the 365 days to a day, inclusive, by account; accounts without a purchase in them are left out."""
    as_of = as_timestamp(as_of)
    inside = days[(days["date"] <= as_of) & (days["date"] > as_of - pd.Timedelta(days=YEAR_DAYS))]
    return inside.groupby("customer_id")[value].sum().astype("int64")


def _place(seen: Look) -> pd.DataFrame:
    """Where an account stands among others."""
    f = seen.features
    recent = sum(np.expm1(f[f"cents_{p}"]) for p in ("0_30", "30_90", "90_180"))
    trend = np.log((recent + 100) / (np.expm1(f["cents_180_365"]) + 100))
    parts = {"sales": np.log1p(seen.year_cents / 100), "late": f["log_over_gap"], "trend": trend.clip(-5, 5)}
    often = sum(np.expm1(f[f"days_{low}_{high}"]) for low, high in PERIODS)
    parts["often"] = np.log1p(often)
    # Silence counts twice: it tells most of what becomes of an account.
    return pd.DataFrame(parts | {"silence": f["log_silence"], "age": np.log1p(f["age_days"].clip(upper=YEAR_DAYS))})


def _taught(past: pd.DataFrame, as_of: pd.Timestamp, value: str, known: dict) -> tuple[np.ndarray, np.ndarray]:
    """Places of accounts at past looks, 30 days apart, the latest a year ago; and ratios of the year after."""
    places, ratios = [], []
    first = past["date"].min()
    for back in range(LOOKS):
        day = as_of - pd.Timedelta(days=YEAR_DAYS + APART_DAYS * back)
        # A year that is not fully in the ledger makes every ratio too large.
        last = year_value(past, day, value) if day - first >= pd.Timedelta(days=YEAR_DAYS - 7) else pd.Series(dtype=int)
        last = last[last > 0]
        if not len(last):
            break
        came = year_value(past, day + pd.Timedelta(days=YEAR_DAYS), value).reindex(last.index, fill_value=0)
        places.append(_place(_look(past, day, known)).loc[last.index].to_numpy())
        ratios.append((came / last).to_numpy())
    found = sum(map(len, ratios))
    if found < LEAST:
        raise NothingToLearnError(
            f"{found} accounts had sales in the year before a day a year ago; {LEAST} are needed."
        )
    return np.concatenate(places), np.concatenate(ratios)


def _look(past: pd.DataFrame, day: pd.Timestamp, known: dict) -> Look:
    if day not in known:
        known[day] = look(past, as_of=day)
    return known[day]


def outlook_table(sales: pd.DataFrame | None, profit: pd.DataFrame | None, plan: pd.Series) -> pd.DataFrame:
    """The next twelve months beside last year's and the plan.

    Parameters
    ----------
    sales, profit : pandas.DataFrame or None
        Of `outlook`; None where it cannot be told.
    plan : pandas.Series
        Of `plan_of`.

    Returns
    -------
    pandas.DataFrame
        That of sales, with against (`below last year` or `above last year` where the whole interval is, else `cannot
        tell`) and, where they are known, plan_cents, last_profit_cents, profit_cents, profit_low_cents,
        profit_high_cents. Empty without sales.

    Examples
    --------
    >>> sales = pd.DataFrame({"last_cents": [900, 100], "expected_cents": [500, 90], "low_cents": [0, 10],
    ...     "high_cents": [800, 150]}, index=["a", "b"])
    >>> outlook_table(sales, None, pd.Series({"a": 1000}))[["against", "plan_cents"]].values.tolist()
    [['below last year', 1000], ['cannot tell', <NA>]]
    """
    if sales is None:
        return pd.DataFrame()
    sides = [sales["high_cents"] < sales["last_cents"], sales["low_cents"] > sales["last_cents"]]
    table = sales.assign(against=np.select(sides, ["below last year", "above last year"], "cannot tell"))
    if len(plan):
        table["plan_cents"] = plan.reindex(table.index).astype("Int64")
    if profit is None:
        return table
    names = {"last": "last_profit", "expected": "profit", "low": "profit_low", "high": "profit_high"}
    return table.join(
        profit.rename(columns={f"{k}_cents": f"{v}_cents" for k, v in names.items()})[
            [f"{v}_cents" for v in names.values()]
        ].astype("Int64")
    )


def plan_of(book, *, as_of) -> pd.Series:
    """Sales planned for the year, in cents, by customer_id: the `target` of the table of accounts, as known on a day.

    Parameters
    ----------
    book : kamlib.book.Book
    as_of : date

    Returns
    -------
    pandas.Series
        Empty where the book has no targets.

    Examples
    --------
    >>> from kamlib.book import open_book
    >>> lines = pd.DataFrame({"customer_id": ["a"], "date": ["2024-01-05"], "amount": [10]})
    >>> accounts = pd.DataFrame({"customer_id": ["a"], "target": [250.0], "since": ["2024-01-01"]})
    >>> plan_of(open_book({"ledger": lines, "accounts": accounts}), as_of="2024-06-30").to_dict()
    {'a': 25000}
    """
    accounts = book.tables.get("accounts", pd.DataFrame())
    if "target" not in accounts:
        return pd.Series(dtype="int64", name="plan_cents")
    accounts = accounts.dropna(subset=["target"])
    if "since" in accounts:
        accounts = accounts[accounts["since"].isna() | (accounts["since"] <= as_timestamp(as_of))]
        accounts = accounts.sort_values("since", kind="stable", na_position="first")
    last = accounts.drop_duplicates("customer_id", keep="last").set_index("customer_id")["target"]
    return (last.astype(float) * 100).round().astype("int64").rename("plan_cents")

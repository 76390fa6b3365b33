"""Losses month by month: how many of how many, what they cost, and what was kept."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kamlib.churn.criterion import Silences
from kamlib.churn.events import facts_now
from kamlib.panel import Panel, check_panel
from kamlib.stats.bridge import KINDS, bridge, period_accounts
from kamlib.stats.intervals import poisson
from kamlib.stats.jackknife import ratio_interval
from kamlib.stats.rhythm import MONTH

BRIDGE = ("before", *KINDS, "after")  # columns of `retention` that hold money, in the order of a bridge
LEAST_MARGINS = 20  # accounts on either side, to compare their margins: see benchmarks/margin_effect.md
LEAST_AT_RISK = 1.0  # account-months: a month in which nobody could be found lost says nothing of losses
CHURN_BURN_IN_MONTHS = 12  # of the ledger: before that too few silences could have been long enough


def monthly_losses(
    judged: Silences, events: pd.DataFrame, *, burn_in_months: int = CHURN_BURN_IN_MONTHS
) -> pd.DataFrame:
    """Losses and rate of each month.

    Parameters
    ----------
    judged : Silences
    events : pandas.DataFrame
        From `loss_events`.
    burn_in_months : int
        Calendar months at the beginning of the ledger that are not counted.

    Returns
    -------
    pandas.DataFrame
        Indexed by month (first day), from the ledger's first to that of `as_of`: at_risk (account-months in which
        leaving would be found out in this month), losses, rate (losses over at_risk) with low and high (95 %, Garwood
        1936: exact for Poisson counts), false_alarms (to be expected among the losses: the sum of the chances that the
        account was there, `kamlib.churn.stated`), returns, confirmed and
        unconfirmed losses, unknown (look-ahead not over), stake_cents, too_young (accounts with a purchase that could
        not be found lost yet), counted (after the burn-in, a whole month, and an account or more at risk).

    Notes
    -----
    Who leaves after a purchase is found out when the silence that begins with it reaches its limit (`due_on`), so the
    months that a gap lasted are at risk in the month of its limit, not in those that it covers. By this, a young
    ledger, whose slow accounts cannot have been found lost yet, has no lower rate than an old one, and a season, in
    which more limits fall due, no higher. Who was found lost counts with one usual gap, also if it is back since, so
    that the last month is seen as the first is. Both are tried on generated companies and on a real ledger in
    `benchmarks/churn_rate.md`.
    """
    starts = pd.date_range(pd.Timestamp(judged.clock.first).replace(day=1), judged.as_of, freq="MS")
    ends = starts + pd.offsets.MonthEnd(0)
    table = pd.DataFrame(index=starts.rename("month"))
    table["at_risk"] = _by_month(*_months_at_risk(judged), starts)
    month = events["lost_on"].dt.to_period("M").dt.to_timestamp()
    table["losses"] = _counted(month, starts)
    table["rate"] = table["losses"] / table["at_risk"].where(table["at_risk"] > 0)
    low, high = poisson(table["losses"])
    table["low"], table["high"] = (v / table["at_risk"].where(table["at_risk"] > 0) for v in (low, high))
    table["false_alarms"] = events["there"].groupby(month).sum().reindex(starts, fill_value=0.0)
    table["returns"] = _counted(events["returned_on"].dropna().dt.to_period("M").dt.to_timestamp(), starts)
    for name, chosen in _outcomes(events).items():
        table[name] = _counted(month[chosen], starts)
    table["stake_cents"] = events.groupby(month)["stake_cents"].sum().reindex(starts, fill_value=0).astype("int64")
    able = np.sort(judged.able.dropna().to_numpy())
    known = np.sort(judged.table.groupby("customer_id")["date"].min().to_numpy())
    table["too_young"] = np.searchsorted(known, ends, side="right") - np.searchsorted(able, ends, side="right")
    whole = ends <= pd.Timestamp(judged.as_of)
    table["counted"] = whole & (np.arange(len(starts)) >= burn_in_months) & (table["at_risk"] >= LEAST_AT_RISK)
    return table


def counted_series(monthly: pd.DataFrame) -> pd.DataFrame:
    """Losses and accounts at risk from the first month that counts to the last, in order of time.

    Parameters
    ----------
    monthly : pandas.DataFrame
        From `monthly_losses`.

    Returns
    -------
    pandas.DataFrame
        Indexed by month without holes: losses, at_risk; both 0 in a month that does not count, which is no observation
        for `kamlib.stats.monthly`.
    """
    months = monthly.index[monthly["counted"]]
    part = monthly.loc[months[0] : months[-1]] if len(months) else monthly.head(0)
    return part[["losses", "at_risk"]].where(part["counted"], 0)


def at_risk_ahead(judged: Silences, monthly: pd.DataFrame, *, months: int = 3) -> np.ndarray:
    """Account-months in which leaving would be found out in each of the months to come.

    Parameters
    ----------
    judged : Silences
    monthly : pandas.DataFrame
        From `monthly_losses`; asked for are the months after the last that counts.
    months : int

    Returns
    -------
    numpy.ndarray of shape (months,)
        Of the silences that have begun by `as_of`, whose limits are known; those that begin later and fall due in
        these months are taken to be as many as they were that long ago.
    """
    counted = monthly.index[monthly["counted"]]
    starts = pd.date_range((counted if len(counted) else monthly.index)[-1], periods=months + 1, freq="MS")[1:]
    due, held = _months_at_risk(judged)
    begun = judged.table.loc[due.index, "date"]
    ago = starts[-1] + pd.offsets.MonthEnd(0) - pd.Timestamp(judged.as_of)
    fresh = begun > pd.Timestamp(judged.as_of) - ago
    return _by_month(due, held, starts) + _by_month(due[fresh] + ago, held[fresh], starts)


def _months_at_risk(judged: Silences) -> tuple[pd.Series, pd.Series]:
    """Of each silence after a gap, the day on which leaving would be found out, and the months there were to leave."""
    own = judged.table[judged.table["due_on"].notna()]
    days = (own["next_date"].fillna(pd.Timestamp(judged.as_of)) - own["date"]).dt.days.astype(float)
    days = days.where(own["next_date"].notna(), np.maximum(days, own["usual_days"]))
    return own["due_on"], days.where(own["lost_on"].isna(), own["usual_days"]) / MONTH


def _by_month(day: pd.Series, values: pd.Series, index: pd.DatetimeIndex) -> np.ndarray:
    return values.groupby(day.dt.to_period("M").dt.to_timestamp()).sum().reindex(index, fill_value=0.0).to_numpy()


def _outcomes(events: pd.DataFrame) -> dict[str, pd.Series]:
    known = events["confirmed"]
    return {"confirmed": known.fillna(False).astype(bool), "unconfirmed": (~known).fillna(False).astype(bool),
            "unknown": known.isna()}  # fmt: skip


def _counted(months: pd.Series, index: pd.DatetimeIndex) -> np.ndarray:
    return months.value_counts().reindex(index, fill_value=0).to_numpy("int64")


def retention(panel: Panel) -> pd.DataFrame:
    """What the customers of a year ago buy now: kept, grown and won, month by month, to the cent.

    Parameters
    ----------
    panel : kamlib.panel.Panel

    Returns
    -------
    pandas.DataFrame
        Indexed by month, from the 24th whole month of the ledger on: the twelve months that end with it against the
        twelve before, as `kamlib.stats.bridge.bridge` sees them: before, after, a column for each kind of account
        (change in cents; the columns sum to after less before), gross and net retention (shares of `before`).
    """
    check_panel(panel, "retention(panel)")
    ends = pd.date_range(pd.Timestamp(panel.first_month) + pd.DateOffset(months=23), panel.as_of, freq="MS")
    ends = [e for e in ends if e + pd.offsets.MonthEnd(0) <= pd.Timestamp(panel.as_of)]
    rows = [_retained(panel, end) for end in ends]
    columns = ["before", "after", *KINDS, "gross", "net"]
    return pd.DataFrame(rows, columns=columns, index=pd.DatetimeIndex(ends, name="month"))


def _retained(panel: Panel, end: pd.Timestamp) -> tuple:
    year = pd.DateOffset(months=12)
    start = end - pd.DateOffset(months=11)
    periods = ((start, end), (start - year, end - year))
    now, then = (period_accounts(panel.monthly, a.date(), b.date()) for a, b in periods)
    found = bridge(then, now, accounts=panel.accounts, until=(start - pd.Timedelta(days=1)).date())
    change = found.summary["change"]
    return found.before, found.after, *(int(change[k]) for k in KINDS), found.gross_retention, found.net_retention


def losses_by(events: pd.DataFrame, judged: Silences, column: str, *, since: dt.date, groups=None) -> pd.DataFrame:
    """Losses by region, industry, manager, type, class or cause.

    Parameters
    ----------
    events : pandas.DataFrame
        From `with_facts`.
    judged : Silences
    column : str
    since : datetime.date
        First day of the losses counted.
    groups : pandas.Series, optional
        The group of every account by customer_id, for a rate; without it (cause) there is none.

    Returns
    -------
    pandas.DataFrame
        Indexed by group, the most money first: losses, stake_cents; with `groups` also at_risk (account-months, as in
        `monthly_losses`) and rate with low and high (95 %, exact for Poisson counts), and groups without a loss.
    """
    late = events[events["lost_on"] >= pd.Timestamp(since)]
    key = late[column].fillna("not known")
    table = late.groupby(key).agg(losses=("stake_cents", "size"), stake_cents=("stake_cents", "sum"))
    if groups is not None:
        due, months = _months_at_risk(judged)
        now = due.between(pd.Timestamp(since), pd.Timestamp(judged.as_of))
        of = judged.table.loc[due.index[now], "customer_id"].map(groups).fillna("not known").astype("str")
        at_risk = months[now].groupby(of).sum()
        table = table.reindex(table.index.union(at_risk.index[at_risk >= 1]), fill_value=0)
        table["at_risk"] = at_risk.reindex(table.index, fill_value=0.0)
        some = table["at_risk"].where(table["at_risk"] > 0)
        low, high = poisson(table["losses"])
        table["rate"], table["low"], table["high"] = table["losses"] / some, low / some, high / some
    table = table.rename_axis(column).reset_index().sort_values(["stake_cents", column], ascending=[False, True])
    return table.set_index(column)


GROUPS = ("type", "cause", "segment", "manager_id", "region", "industry")


def losses_where(
    events: pd.DataFrame, judged: Silences, book, *, since: dt.date, types: pd.Series | None = None
) -> pd.DataFrame:
    """Losses by all that is known of the accounts, one below the other.

    Parameters
    ----------
    events : pandas.DataFrame
        From `with_facts`.
    judged : Silences
    book : kamlib.book.Book
    since : datetime.date
        First day of the losses counted.
    types : pandas.Series, optional
        Client type by customer_id, as told today.

    Returns
    -------
    pandas.DataFrame
        by (segment, region, industry, manager, type, cause), group, and the columns of `losses_by`; without what is
        known of no loss, and what is alike for all accounts.
    """
    tables = [pd.DataFrame({"by": [], "group": [], "losses": [], "stake_cents": []})]
    for column in GROUPS:
        now = facts_now(judged, book, column, types=types)
        if events[column].notna().any() and (now is None or now.nunique() > 1):
            found = losses_by(events, judged, column, since=since, groups=now)
            tables.append(found.reset_index(names="group").assign(by=column.removesuffix("_id")))
    found = pd.concat([t for t in tables if len(t)] or tables, ignore_index=True)
    return found.reindex(columns=["by", "group", "losses", "stake_cents", "at_risk", "rate", "low", "high"])


def losses_by_year(counted: pd.DataFrame) -> pd.DataFrame:
    """Losses of each calendar year.

    Parameters
    ----------
    counted : pandas.DataFrame
        Rows of `monthly_losses` that count.

    Returns
    -------
    pandas.DataFrame
        Indexed by year: months (counted), losses, rate (a month, per account that could be lost) with low and high
        (95 %, exact for Poisson counts), stake_cents.
    """
    sums = counted.groupby(counted.index.year)[["losses", "at_risk", "stake_cents"]].sum().rename_axis("year")
    sums.insert(0, "months", counted.groupby(counted.index.year).size().reindex(sums.index))
    at_risk = sums.pop("at_risk").where(lambda n: n > 0)
    low, high = poisson(sums["losses"])
    sums["rate"], sums["low"], sums["high"] = sums["losses"] / at_risk, low / at_risk, high / at_risk
    return sums


def cohorts(judged: Silences, *, ages=(6, 12, 18, 24)) -> pd.DataFrame:
    """Of the accounts that first bought in a half-year, how many still bought after so many months.

    Parameters
    ----------
    judged : Silences
    ages : sequence of int
        Months since the first purchase.

    Returns
    -------
    pandas.DataFrame
        Indexed by half-year (first day): accounts, one_purchase (share with a single purchase day, where all were
        followed for a year), and after_N (share with a purchase N months or more after the first; missing where not all
        were followed half a year longer than that). The first half-year holds customers from before the ledger too.
    """
    bought = judged.table.groupby("customer_id")["date"].agg(["min", "max", "size"])
    half = bought["min"].dt.to_period("Q").dt.to_timestamp()
    half = half.map(lambda d: d.replace(month=1 if d.month < 7 else 7))
    table = bought.groupby(half).size().rename("accounts").to_frame()
    end = table.index + pd.DateOffset(months=6)
    last = pd.Timestamp(judged.as_of)
    alone = (bought["size"] == 1).groupby(half).mean()
    table["one_purchase"] = alone.where(end + pd.DateOffset(months=12) <= last)
    for age in ages:
        later = bought["max"] >= bought["min"] + pd.DateOffset(months=age)
        table[f"after_{age}"] = later.groupby(half).mean().where(end + pd.DateOffset(months=age + 6) <= last)
    return table.rename_axis("half_year")


def margin_effect(events: pd.DataFrame, panel: Panel, *, since: dt.date) -> tuple[float, float, float] | None:
    """Margin of the accounts lost since a day, in their last twelve months, less that of all other accounts.

    The article claims that a loss lowers the profitability of sales: then those lost had the better margin.

    Parameters
    ----------
    events : pandas.DataFrame
        From `loss_events`.
    panel : kamlib.panel.Panel
    since : datetime.date

    Returns
    -------
    tuple of float or None
        Difference of profit over net sales, with 95 % interval by leaving out one account after another
        (`kamlib.stats.jackknife`, coverage: `benchmarks/margin_effect.md`); None without profit, or with fewer than 20
        accounts on either side.
    """
    check_panel(panel, "margin_effect(events, panel)")
    late = events[events["lost_on"] >= pd.Timestamp(since)]
    if not panel.has_profit or len(late) < LEAST_MARGINS:
        return None
    recent = panel.monthly[panel.monthly["month"] >= pd.Timestamp(since) - pd.DateOffset(months=12)]
    others = recent[~recent["customer_id"].isin(late["customer_id"])].groupby("customer_id")
    lost, kept = late[["stake_cents", "stake_profit_cents"]], others[["sales_cents", "profit_cents"]].sum()
    return margin_difference(lost.to_numpy(dtype=float), kept.to_numpy(dtype=float))


def margin_difference(
    lost: np.ndarray, kept: np.ndarray, *, least: int = LEAST_MARGINS
) -> tuple[float, float, float] | None:
    """Difference of two margins with its 95 % interval.

    Parameters
    ----------
    lost, kept : numpy.ndarray of shape (accounts, 2)
        Net sales and profit of each account.
    least : int
        Accounts on either side.

    Returns
    -------
    tuple of float or None
        None with fewer accounts or no sales on either side, or where it hangs on a single one.
    """
    if min(len(lost), len(kept)) < least or min(lost[:, 0].sum(), kept[:, 0].sum()) <= 0:
        return None
    rows = np.zeros((len(lost) + len(kept), 4))
    rows[: len(lost), :2], rows[len(lost) :, 2:] = lost, kept
    sides = np.repeat([0, 1], [len(lost), len(kept)])
    # `ratio_interval` works on logarithms: that of exp(difference) is the difference.
    low, high = np.log(ratio_interval(rows, lambda sums: np.exp(_difference(sums)), sides=sides))
    value = float(_difference(rows.sum(axis=0, keepdims=True))[0])
    return (value, float(low), float(high)) if np.isfinite(low) and np.isfinite(high) else None


def _difference(sums: np.ndarray) -> np.ndarray:
    return sums[:, 1] / sums[:, 0] - sums[:, 3] / sums[:, 2]

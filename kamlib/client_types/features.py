"""Features of accounts: what the ledger and the side tables say of each, as known at `as_of`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.panel import Panel, check_panel, line_facts
from kamlib.tables import NOT_TRADE

YEAR = 365.25
SHORTEST_YEARS = 0.25  # rates over less than a quarter say nothing


@dataclass(frozen=True)
class Feature:
    """One feature of an account.

    Attributes
    ----------
    name : str
    says : str
        What it is, with its unit, in words that fit a table.
    table : str
        Where it comes from; the feature is there if this table is.
    form : {"level", "log", "logit", "rate"}
        How it is made symmetric before it is compared: as it is, `ln(x)`, `ln(x / (1 - x))`, `sqrt(x)`.
        Money and ranks are skewed, shares are bounded, rates are counts over the years known.
    """

    name: str
    says: str
    table: str
    form: str = "level"


FEATURES: dict[str, Feature] = {
    f.name: f
    for f in (
        Feature("profit_share", "share of the window's profit (sales, where there is no profit)", "ledger"),
        Feature("yearly_sales", "net sales of the window, per year", "ledger", "log"),
        Feature("growth", "ln of the sales of the window's second half over its first", "ledger"),
        Feature("tenure_years", "years since the first line", "ledger"),
        Feature("categories", "categories bought so far", "ledger", "rate"),
        Feature("orders_per_year", "purchase days of the window, per year", "ledger", "rate"),
        Feature("gap_variation", "standard deviation of gaps over their mean", "ledger"),
        Feature("order_value", "net sales per purchase day of the window", "ledger", "log"),
        Feature("return_share", "returns over gross sales of the window", "ledger", "rate"),
        Feature("discount", "discount from list price in the window, share", "ledger"),
        Feature("samples_per_year", "free samples taken, per year", "ledger", "rate"),
        Feature("headroom", "budget for our category over what we sell or plan to sell, times", "accounts", "log"),
        Feature(
            "revenue_to_budget", "revenue of the account over its budget for our category, times", "accounts", "log"
        ),
        Feature("employees", "employees", "accounts", "log"),
        Feature("industry_rank", "rank in its industry or region, 1 is the leader", "accounts", "log"),
        Feature("reputation", "how well known the name is, 0 to 1", "accounts", "logit"),
        Feature("age_years", "years since foundation", "accounts", "log"),
        Feature("rival_share", "share of its budget that goes to competitors, 0 to 1", "rivals", "logit"),
        Feature("tender_headroom", "value of its tenders over what we sell or plan to sell, times", "tenders", "log"),
        Feature("tenders_per_year", "tenders, per year", "tenders", "rate"),
        Feature("audits_per_year", "audits of us, per year", "interactions", "rate"),
        Feature("tests_per_year", "sample tests, per year", "interactions", "rate"),
        Feature("meetings_per_year", "meetings, per year", "interactions", "rate"),
        Feature("talks_per_year", "calls and messages, per year", "interactions", "rate"),
        Feature("quality_per_year", "quality complaints, per year", "incidents", "rate"),
        Feature("other_incidents_per_year", "other incidents, per year", "incidents", "rate"),
        Feature("opinions_per_year", "opinions given, per year", "feedback", "rate"),
        Feature("score", "mean score of its opinions, 0 to 10", "feedback"),
        Feature("days_late", "mean days from due date to payment, early is negative", "payments"),
        Feature("years_known", "years since we met, or since our records begin", "ledger"),
        Feature("years_served", "years as a customer, or since our records begin", "ledger"),
        Feature("lead", "1 if it has never bought", "ledger"),
        Feature("new", "1 if it has never bought, or only in the last two years", "ledger"),
    )
}
"""Every feature, by name, in the order in which tables show them."""

CONTEXT = ("years_known", "years_served", "lead", "new")
"""Features that say how much can be known; types are not told by them alone."""

NEW_YEARS = 2.0
SILENT_DAYS = 365  # without a sign of life for so long, an account counts as gone ...
LINGER_DAYS = 90  # ... since so long after its last


def account_features(panel: Panel, book, *, leave_out: Sequence[str] = NOT_TRADE) -> pd.DataFrame:
    """What is known of each account at `panel.as_of`.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    book : kamlib.book.Book
        Tables that it lacks leave their features out; a fact that is not known of an account is missing, never zero.
    leave_out : sequence of str
        As the panel was built with.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, sorted: accounts with a line, and those of the table accounts (leads). Columns: those
        of `FEATURES` that could be made, in their order, in the units stated there (not yet transformed).

    Notes
    -----
    Facts with a later `since` are not used; facts without one only where the panel reaches the ledger's last day.
    """
    check_panel(panel, "account_features(panel, book)")
    facts = known_facts(book, panel.as_of)
    known = facts.index if facts is not None else pd.Index([], dtype="str")
    index = panel.accounts.index.union(known).rename("customer_id").sort_values()
    events = {
        name: _dated(book.tables.get(name), panel.as_of)
        for name in ("interactions", "incidents", "feedback", "tenders")
    }
    out = pd.DataFrame(index=index)
    _ledger(out, panel, book, leave_out)
    _exposure(out, panel, facts, events)
    if "samples_per_year" in out:
        out["samples_per_year"] /= out["tenure_years"].clip(lower=SHORTEST_YEARS)
    if facts is not None:
        _accounts(out, facts, panel)
    _relations(out, book, events, facts, panel)
    made = [name for name in FEATURES if name in out and out[name].notna().any()]
    return out[made].astype("float64")


def known_facts(book, as_of) -> pd.DataFrame | None:
    """The latest known facts of each account by customer_id, and `first_since`; None without a table accounts."""
    if "accounts" not in book.tables:
        return None
    table = book.tables["accounts"]
    table = table.assign(since=table.get("since", pd.NaT))
    dated = usable(table, "since", as_of, book).sort_values("since", kind="stable", na_position="first")
    facts = dated.groupby("customer_id").last()
    facts["first_since"] = dated.groupby("customer_id")["since"].min()
    return facts


def usable(table: pd.DataFrame, column: str, as_of, book) -> pd.DataFrame:
    """Rows known at `as_of`: an undated fact counts only at the ledger's end, never in the past."""
    last = book.ledger.aggregate("max(date)").fetchall()[0][0]
    undated = table[column].isna() & (pd.Timestamp(as_of) >= pd.Timestamp(last))
    return table[undated | (table[column] <= pd.Timestamp(as_of))]


def _dated(table: pd.DataFrame | None, as_of) -> pd.DataFrame | None:
    return None if table is None else table[table["date"] <= pd.Timestamp(as_of)]


def _ledger(out: pd.DataFrame, panel: Panel, book, leave_out) -> None:
    accounts = panel.accounts.reindex(out.index)
    years = ((panel.as_of - max(panel.start, panel.first_day)).days + 1) / YEAR
    value = accounts["profit_cents" if panel.has_profit else "sales_cents"].astype("float64").clip(lower=0)
    out["profit_share"] = (value / value.sum() if value.sum() > 0 else value).fillna(0)
    sales = accounts["sales_cents"] / 100
    # A part of the window only, for who came within it.
    since = (pd.Timestamp(panel.as_of) - accounts["first_line"]).dt.days / YEAR
    held = since.clip(lower=SHORTEST_YEARS, upper=years)
    out["yearly_sales"] = (sales / held).where(sales > 0)
    out["growth"] = _growth(panel).reindex(out.index)
    out["tenure_years"] = since
    out["orders_per_year"] = accounts["purchase_days"] / held
    out["order_value"] = (sales / accounts["purchase_days"].where(accounts["purchase_days"] > 0)).where(sales > 0)
    gross = accounts["gross_cents"].where(accounts["gross_cents"] > 0)
    out["return_share"] = (accounts["returns_cents"].abs() / gross).clip(upper=1)
    out["gap_variation"] = _gap_variation(panel).reindex(out.index)
    out["lead"] = accounts["first_line"].isna().astype(float)
    fresh = (since <= NEW_YEARS) & ~accounts["truncated"].fillna(False).astype(bool)
    out["new"] = (fresh | (out["lead"] == 1)).astype(float)
    facts = line_facts(book, as_of=panel.as_of, start=panel.start, leave_out=leave_out).set_index("customer_id")
    facts = facts.reindex(out.index)
    if "categories" in facts and facts["categories"].sum() > 0:
        out["categories"] = facts["categories"]
    if "list_cents" in facts:
        out["discount"] = 1 - facts["paid_cents"] / facts["list_cents"].where(facts["list_cents"] > 0)
    if "samples" in facts and facts["samples"].sum() > 0:
        out["samples_per_year"] = facts["samples"]


def _growth(panel: Panel) -> pd.Series:
    """ln of the second half of the window over its first, for accounts that were there for all of it.

    Half a typical month is added to both, so that an empty half is a large fall and not an infinite one. Halves are
    whole calendar months: a month that `as_of` cuts is left out, or the second half would be the longer one.
    """
    half = max(panel.months // 2, 1)
    end = (pd.Timestamp(panel.as_of) + pd.Timedelta(days=1)).replace(day=1)
    middle, begin = end - pd.DateOffset(months=half), end - pd.DateOffset(months=2 * half)
    monthly = panel.monthly[panel.monthly["month"].between(begin, end, inclusive="left")]
    late = monthly["month"] >= middle
    second = monthly[late].groupby("customer_id")["sales_cents"].sum()
    first = monthly[~late].groupby("customer_id")["sales_cents"].sum()
    both = pd.DataFrame({"first": first, "second": second}).fillna(0).clip(lower=0)
    there = panel.accounts["first_line"].reindex(both.index) <= begin
    floor = both.sum(axis=1) / (4 * half)
    grown = np.log((both["second"] + floor) / (both["first"] + floor).where(floor > 0))
    return grown.where(there)


def _gap_variation(panel: Panel) -> pd.Series:
    gaps = panel.gaps[panel.gaps["n"] >= 3].set_index("customer_id")
    mean = gaps["sum_days"] / gaps["n"]
    variance = (gaps["sum_days2"] - gaps["n"] * mean**2) / (gaps["n"] - 1)
    return np.sqrt(variance.clip(lower=0)) / mean


def _exposure(out: pd.DataFrame, panel: Panel, facts, events) -> None:
    """Years in which something could be noted, from being met or served until the last sign of life."""
    as_of = pd.Timestamp(panel.as_of)
    dates = [t.groupby("customer_id")["date"].agg(["min", "max"]) for t in events.values() if t is not None and len(t)]
    accounts = panel.accounts.reindex(out.index)
    met = _along(
        min,
        [d["min"] for d in dates] + [accounts["first_line"]] + ([] if facts is None else [facts["first_since"]]),
        out.index,
    )
    last = _along(max, [d["max"] for d in dates] + [accounts["last_purchase"]], out.index)
    gone = last < as_of - pd.Timedelta(days=SILENT_DAYS)
    end = (last + pd.Timedelta(days=LINGER_DAYS)).where(gone, as_of)
    floor = min([d["min"].min() for d in dates] or [pd.Timestamp(panel.first_day)])
    served = met.where(accounts["truncated"].fillna(False).astype(bool), accounts["first_line"])
    for name, begin in (("years_known", met), ("years_served", served)):
        years = (end - begin.clip(lower=floor)).dt.days / YEAR
        out[name] = years.clip(lower=SHORTEST_YEARS)


def _along(which, columns: list[pd.Series], index: pd.Index) -> pd.Series:
    table = pd.concat([c.reindex(index).astype("datetime64[s]") for c in columns], axis=1)
    return table.min(axis=1) if which is min else table.max(axis=1)


def _accounts(out: pd.DataFrame, facts: pd.DataFrame, panel: Panel) -> None:
    facts = facts.reindex(out.index)

    def number(name):
        return facts[name].astype("float64") if name in facts else None

    budget, revenue = number("annual_budget"), number("annual_revenue")
    if budget is not None:
        out["headroom"] = budget / our_size(out, facts)
        if revenue is not None:
            out["revenue_to_budget"] = revenue / budget.where(budget > 0)
    for name in ("employees", "industry_rank", "reputation"):
        if name in facts:
            out[name] = number(name)
    if "founded" in facts:
        out["age_years"] = (panel.as_of.year - number("founded")).clip(lower=1)


def our_size(out: pd.DataFrame, facts: pd.DataFrame | None) -> pd.Series:
    """What we sell to an account per year: as planned, or where there is no plan as sold."""
    sold = out["yearly_sales"]
    if facts is None or "target" not in facts:
        return sold
    target = facts["target"].reindex(out.index).astype("float64")
    return target.where(target > 0).fillna(sold)


def _relations(out: pd.DataFrame, book, events, facts, panel: Panel) -> None:
    known, served = out["years_known"], out["years_served"]

    def rate(table, kinds=None, years=known):
        rows = table if kinds is None else table[table["kind"].isin(kinds)]
        return rows.groupby("customer_id").size().reindex(out.index).fillna(0) / years

    if (t := events["interactions"]) is not None and "kind" in t:
        kinds = {"audits_per_year": ["audit"], "tests_per_year": ["sample test"], "meetings_per_year": ["meeting"]}
        for name, wanted in (kinds | {"talks_per_year": ["call", "message"]}).items():
            out[name] = rate(t, wanted)
    if (t := events["incidents"]) is not None:
        out["quality_per_year"] = rate(t, ["quality"], served)
        out["other_incidents_per_year"] = rate(t, ["late", "conflict", "promise", "other"], served)
    if (t := events["feedback"]) is not None:
        out["opinions_per_year"] = rate(t, None, served)
        if "score" in t:
            out["score"] = t.groupby("customer_id")["score"].mean().reindex(out.index)
    if (t := events["tenders"]) is not None:
        out["tenders_per_year"] = rate(t)
        if "value" in t:
            value = np.exp(np.log(t["value"].where(t["value"] > 0)).groupby(t["customer_id"]).mean())
            out["tender_headroom"] = value.reindex(out.index) / our_size(out, facts)
    if "rivals" in book.tables and "share" in book.tables["rivals"]:
        out["rival_share"] = _rival_share(book, panel.as_of).reindex(out.index)
    if "payments" in book.tables:
        late = _days_late(book.tables["payments"], panel.as_of)
        if late is not None:
            out["days_late"] = late.reindex(out.index)


def _rival_share(book, as_of) -> pd.Series:
    table = book.tables["rivals"]
    table = usable(table.assign(since=table.get("since", pd.NaT)), "since", as_of, book)
    latest = table.sort_values("since", kind="stable", na_position="first").drop_duplicates(
        ["customer_id", "competitor"], keep="last"
    )
    return latest.groupby("customer_id")["share"].sum(min_count=1).clip(upper=1)


def _days_late(table: pd.DataFrame, as_of) -> pd.Series | None:
    """Mean days from due to paid, of invoices paid by `as_of`; those still open are not guessed at."""
    if not {"due_date", "paid_date"} <= set(table):
        return None
    paid = table[table["paid_date"] <= pd.Timestamp(as_of)]
    return (paid["paid_date"] - paid["due_date"]).dt.days.groupby(paid["customer_id"]).mean()

"""What each type is worth: three sayings about types, put to the test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.client_types.features import account_features, known_facts
from kamlib.client_types.imputed import fact_noise
from kamlib.client_types.rules import RULE, Rule, by_rule
from kamlib.given import by_account
from kamlib.panel import Panel, build_panel, check_panel
from kamlib.stats.jackknife import ratio_interval
from kamlib.tables import NOT_TRADE

LEAST = 30  # tenders or complaints on each side, below which nothing is said
LEAST_ACCOUNTS = 15
WEEKS = 13  # after a complaint, and before it
LEAST_DAYS = 90  # of history before a window: without any, nobody could be told new from old


@dataclass(frozen=True)
class Worth:
    """The answer to one question about a type.

    Attributes
    ----------
    type : str
    question : str
    estimand : str
        What the estimate is of.
    estimate, low, high : float
        A ratio, 1 is no difference, and its 95 % interval; NaN where it cannot be told.
    n, others : int
        Cases on either side.
    verdict : str
        supported (the interval lies above 1), not supported (it lies below), or cannot tell.
    """

    type: str
    question: str
    estimand: str
    estimate: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0
    others: int = 0

    @property
    def verdict(self) -> str:
        """What the interval says of the saying."""
        if self.low > 1:
            return "supported"
        return "not supported" if self.high < 1 else "cannot tell"


def reference(book, roster: pd.DataFrame, panel) -> Worth:
    """Does an image-maker raise the win rate of others in its industry?

    Parameters
    ----------
    book : kamlib.book.Book
        tenders, and industry (and region, where known) in accounts.
    roster : pandas.DataFrame
        From `kamlib.client_types.roster`.
    panel : kamlib.panel.Panel

    Returns
    -------
    Worth
        Ratio of the odds of winning a tender, of accounts that are no image-makers: with an image-maker of the same
        industry and region that was a customer by then, against without, compared within each industry (Mantel and
        Haenszel 1959). Types are those of today; a type told wrongly pulls the ratio towards 1. The interval leaves out
        one account after another (`kamlib.stats.jackknife`).
    """
    check_panel(panel, "reference(book, roster, panel)")
    answer = Worth("image-maker", "Does it raise the win rate of others around it?", "ratio of the odds of winning")
    cases = _tenders(book, roster, panel)
    if cases is None:
        return answer
    n, others = int(cases["with"].sum()), int((~cases["with"]).sum())
    if min(n, others) < LEAST:
        return Worth(answer.type, answer.question, answer.estimand, n=n, others=others)
    strata = pd.factorize(cases["industry"], sort=True)[0]
    cell = strata * 4 + 2 * cases["with"].to_numpy() + cases["won"].to_numpy()
    number = strata.max() + 1
    counts = _counts(cases["customer_id"], cell, 4 * number)

    def odds(sums):
        return _mantel_haenszel(sums.reshape(-1, number, 4))

    estimate, (low, high) = float(odds(counts.sum(axis=0))[0]), ratio_interval(counts, odds)
    return Worth(answer.type, answer.question, answer.estimand, estimate, low, high, n, others)


def _tenders(book, roster, panel) -> pd.DataFrame | None:
    """Decided tenders of accounts that are no image-makers: customer_id, industry, won, with (a reference)."""
    facts = known_facts(book, panel.as_of)
    if "tenders" not in book.tables or facts is None or "industry" not in facts:
        return None
    place = facts["industry"].astype("object").where(facts["industry"].notna())
    if "region" in facts:
        place = place + " / " + facts["region"].astype("object")
    first = panel.accounts["first_line"]
    makers = roster.index[roster["type"] == "image-maker"]
    since = first.reindex(makers).groupby(place.reindex(makers)).min()
    cases = book.tables["tenders"]
    cases = cases[(cases["date"] <= pd.Timestamp(panel.as_of)) & cases["outcome"].isin(["won", "lost"])]
    cases = cases[~cases["customer_id"].isin(makers)]
    frame = pd.DataFrame({"customer_id": cases["customer_id"], "won": cases["outcome"] == "won"})
    frame["industry"] = cases["customer_id"].map(facts["industry"])
    begun = since.reindex(cases["customer_id"].map(place).to_numpy())  # also where none of them has a place
    frame["with"] = begun.to_numpy() <= cases["date"].to_numpy()
    return frame.dropna(subset=["industry"])


def _counts(customers, cell, width: int) -> np.ndarray:
    """Cases by customer and cell."""
    who, names = pd.factorize(customers, sort=True)
    counts = np.zeros((len(names), width))
    np.add.at(counts, (who, cell), 1)
    return counts


def _mantel_haenszel(tables: np.ndarray) -> np.ndarray:
    """Odds ratio of tables draws x strata x (without lost, without won, with lost, with won)."""
    total = np.maximum(tables.sum(axis=2), 1)
    above = (tables[..., 3] * tables[..., 0] / total).sum(axis=1)
    below = (tables[..., 2] * tables[..., 1] / total).sum(axis=1)
    return np.divide(above, below, out=np.full(len(tables), np.nan), where=below > 0)


def early_warning(book, roster: pd.DataFrame, as_of) -> Worth:
    """Does an expert's complaint about quality foretell complaints of others in its industry?

    Returns
    -------
    Worth
        How much more often others of the industry complain in the 13 weeks after a complaint than in the 13 weeks
        before it, for experts' complaints over those of all others. Above 1, experts are ahead. Only complaints of
        accounts that are no experts are counted; the interval leaves out one complaining account after another.
    """
    answer = Worth("expert", "Does its complaint foretell those of others?", "after over before, against others'")
    cases = _complaints(book, roster, as_of)
    if cases is None:
        return answer
    n, others = int(cases["expert"].sum()), int((~cases["expert"]).sum())
    if min(n, others) < LEAST or cases.loc[cases["expert"], "customer_id"].nunique() < LEAST_ACCOUNTS:
        return Worth(answer.type, answer.question, answer.estimand, n=n, others=others)
    who, names = pd.factorize(cases["customer_id"], sort=True)
    sums = np.zeros((len(names), 4))
    np.add.at(sums, (who, 2 * cases["expert"].to_numpy()), cases["after"].to_numpy(float))
    np.add.at(sums, (who, 2 * cases["expert"].to_numpy() + 1), cases["before"].to_numpy(float))
    low, high = ratio_interval(sums, _ratio_of_ratios)
    estimate = float(_ratio_of_ratios(sums.sum(axis=0)[None])[0])
    return Worth(answer.type, answer.question, answer.estimand, estimate, low, high, n, others)


def _ratio_of_ratios(sums: np.ndarray) -> np.ndarray:
    """Columns: after and before of others, after and before of experts; half a case is added to each."""
    a = sums + 0.5
    return (a[:, 2] / a[:, 3]) / (a[:, 0] / a[:, 1])


def _complaints(book, roster, as_of) -> pd.DataFrame | None:
    """Quality complaints with a full window on both sides: customer_id, expert, and others' before and after."""
    facts = known_facts(book, as_of)
    if "incidents" not in book.tables or facts is None or "industry" not in facts:
        return None
    rows = book.tables["incidents"]
    rows = rows[(rows["kind"] == "quality") & (rows["date"] <= pd.Timestamp(as_of))]
    rows = rows.assign(industry=rows["customer_id"].map(facts["industry"])).dropna(subset=["industry"])
    rows["expert"] = rows["customer_id"].isin(roster.index[roster["type"] == "expert"])
    rows["day"] = (rows["date"] - pd.Timestamp("2000-01-01")).dt.days
    span = 7 * WEEKS
    # of the industry, less the complainant's own
    around = _around(rows, "industry", span) - _around(rows, "customer_id", span)
    cases = rows[["customer_id", "expert"]].join(around)
    whole = (rows["day"] >= rows["day"].min() + span) & (rows["day"] <= _day(as_of) - span)
    return cases[whole].reset_index(drop=True) if len(cases) else None


def _day(as_of) -> int:
    return (pd.Timestamp(as_of) - pd.Timestamp("2000-01-01")).days


def _around(rows: pd.DataFrame, by: str, span: int) -> pd.DataFrame:
    """Complaints of accounts that are no experts, of the same industry or account, after and before each complaint."""
    day = rows["day"].to_numpy() - rows["day"].min()
    # One number for group and day, so that all groups are counted at once.
    key = pd.factorize(rows[by], sort=True)[0] * (day.max(initial=0) + 2 * span + 1) + day
    ordered = np.sort(key[~rows["expert"].to_numpy()])

    def upto(limit, side):
        return np.searchsorted(ordered, limit, side=side)

    after = upto(key + span, "right") - upto(key, "right")
    return pd.DataFrame({"after": after, "before": upto(key, "left") - upto(key - span, "left")}, index=rows.index)


def growth(then: pd.DataFrame, before, after) -> Worth:
    """Does a prospect grow?

    Parameters
    ----------
    then : pandas.DataFrame
        By customer_id: type and new, as told one window ago.
    before, after : kamlib.panel.Panel
        The panel of that day, and today's: windows of the same length that follow one another.

    Returns
    -------
    Worth
        Sales of the window after over those of the window before, of prospects that had bought by then, over the same
        of other new customers. The interval leaves out one account after another.
    """
    answer = Worth("prospect", "Does it grow more than other new customers?", "growth over that of other new ones")
    table = by_account(then, "then")[then["new"] == 1]
    sold = before.accounts["sales_cents"].reindex(table.index).fillna(0).clip(lower=0)
    sells = after.accounts["sales_cents"].reindex(table.index).fillna(0).clip(lower=0)
    table = table[sold > 0]
    prospect = (table["type"] == "prospect").to_numpy()
    n, others = int(prospect.sum()), int((~prospect).sum())
    if min(n, others) < LEAST_ACCOUNTS:
        return Worth(answer.type, answer.question, answer.estimand, n=n, others=others)
    money = np.column_stack([sells[table.index], sold[table.index]]).astype(float)
    sums = np.column_stack([money * ~prospect[:, None], money * prospect[:, None]])
    low, high = ratio_interval(sums, _ratio_of_ratios, sides=prospect)
    estimate = float(_ratio_of_ratios(sums.sum(axis=0)[None])[0])
    return Worth(answer.type, answer.question, answer.estimand, estimate, low, high, n, others)


def growth_since(
    book,
    panel: Panel,
    *,
    leave_out: Sequence[str] = NOT_TRADE,
    rule: Rule = RULE,
    seed: int = 1,
) -> Worth:
    """`growth` from one window ago until now: types as they would have been told then, by what was known then.

    Parameters
    ----------
    book : kamlib.book.Book
    panel : kamlib.panel.Panel
    leave_out : sequence of str
        As the panel was built with.
    rule : Rule
    seed : int
    """
    check_panel(panel, "growth_since(book, panel)")
    day = panel.start - dt.timedelta(days=1)
    if panel.first_day > day - dt.timedelta(days=LEAST_DAYS):
        return growth(pd.DataFrame({"type": [], "new": []}, index=pd.Index([], name="customer_id")), panel, panel)
    before = build_panel(book, as_of=day, months=panel.months, leave_out=leave_out)
    then = account_features(before, book, leave_out=leave_out)
    kinds = by_rule(then, rule, noise=fact_noise(book, day), seed=seed).named
    return growth(then[["new"]].assign(type=kinds.to_numpy()), before, panel)


def worth_table(answers: list[Worth]) -> pd.DataFrame:
    """The answers as a table: type, question, estimand, estimate, low, high, n, others, verdict."""
    columns = ["type", "question", "estimand", "estimate", "low", "high", "n", "others", "verdict"]
    return pd.DataFrame([[getattr(a, c) for c in columns] for a in answers], columns=columns)

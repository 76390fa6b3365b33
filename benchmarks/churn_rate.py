"""Is the rate of losses that of leaving, is it steady where leaving is, and are false alarms as many as the page says?

On generated companies of 1,000 accounts, ledgers of 24, 36 and 48 months: the rate of the last twelve, and the false
alarms among its losses, beside the truth. On a real ledger nobody knows who left; but who was called lost and bought
again was there. So the ledger is cut at earlier days, judged as it was then, and what came later says how many alarms
were false. Writes `churn_rate.md`. Run: `python benchmarks/churn_rate.py [companies]` (20 take about three minutes;
Online Retail II as for `kam report online-retail-ii`).
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from churn_criterion import AS_OF, FAR, MONTH, leaving_day

from kamlib.book import open_book
from kamlib.churn import LOST_RATE, loss_events, monthly_losses, silences, trend_of
from kamlib.churn.criterion import living
from kamlib.company import Parameters, make_company
from kamlib.datasets import open_source
from kamlib.panel import build_panel, purchase_days

CUTS = ("2011-02-28", "2011-04-30", "2011-06-30", "2011-08-31")
END = "2011-11-30"
HELD, FROM = pd.Timestamp(AS_OF), pd.Timestamp(AS_OF) - pd.DateOffset(years=1)


def company(seed: int, months: int) -> tuple[dict[str, float], pd.DataFrame]:
    """Of the last twelve months: losses, those false, what is told of both, and the truth; and all months."""
    made = make_company(seed=seed, accounts=1000, months=months, parameters=Parameters(duplicate_share=0.0))
    book = open_book({"ledger": made.tables["ledger"]})
    judged = silences(purchase_days(book, as_of=AS_OF), as_of=AS_OF)
    monthly = monthly_losses(judged, loss_events(judged, build_panel(book, as_of=AS_OF)))
    year = monthly.tail(12)
    table, leaves = judged.table, leaving_day(judged.table, made.truth["leaving"])
    recent = table["lost_on"] > FROM
    alive = (table["gaps"] > 0) & (table["date"] < leaves)
    until = np.minimum(np.minimum(table["next_date"].fillna(HELD), leaves), HELD)
    lived = (until - np.maximum(table["date"], FROM)).dt.days.clip(lower=0)[alive].sum() / MONTH
    left = alive & (leaves > FROM) & (leaves <= HELD) & (table["next_date"].fillna(FAR) > leaves)
    return {
        "losses": int(year["losses"].sum()), "at_risk": year["at_risk"].sum(), "told": year["false_alarms"].sum(),
        "false": int((recent & (table["lost_on"] < leaves)).sum()), "lived": lived, "left": int(left.sum()),
    }, monthly  # fmt: skip


def by_half_year(months: list[pd.DataFrame]) -> str:
    """The rate of all companies together, half-year by half-year of the ledger."""
    sums = sum(m[["losses", "at_risk"]].tail(6 * (len(m) // 6)).to_numpy() for m in months)
    halves = sums.reshape(-1, 6, 2).sum(axis=1)
    return ", ".join(f"{losses / at_risk:.2%}" for losses, at_risk in halves)


def real() -> list[str]:
    """A line for each day on which Online Retail II is cut."""
    book = open_source("online-retail-ii")
    ends = {day: dt.date.fromisoformat(day) for day in (*CUTS, END)}
    judged = {day: silences(purchase_days(book, as_of=at), as_of=at) for day, at in ends.items()}
    last = judged[END].table.set_index(["customer_id", "date"])
    lines = []
    for day in CUTS:
        then = judged[day].table.dropna(subset="lost_on").set_index(["customer_id", "date"])
        back = int(last["next_date"].reindex(then.index).notna().sum())
        expected = LOST_RATE * float(np.dot(*living(judged[day]))) / MONTH
        now = last["lost_on"].where(last["lost_on"] <= pd.Timestamp(day)).dropna()
        both = now.index.intersection(then.index)
        moved = (now[both] - then["lost_on"][both]).dt.days
        lines.append(f"| {day} | {len(then)} | {expected:.0f} | {back} | {len(now)} | {moved.median():.0f} |")
    return lines


def main(companies: int) -> None:
    lines = [
        "# The rate of losses, and false alarms",
        "",
        f"Made by `benchmarks/churn_rate.py`: {companies} generated companies of 1,000 accounts for each length of",
        "ledger. Sums over the last twelve months. The rate is losses over months at risk; *truth* is who left over",
        "the months that accounts with a rhythm lived. Who left and came back before it was found is in the truth and",
        "found by no criterion.",
        "",
        "| months of ledger | losses | false: told | false: truth | rate | without false ones | leaving: truth |",
        "|--:|--:|--:|--:|--:|--:|--:|",
    ]
    steady = []
    for months in (24, 36, 48):
        made = [company(seed, months) for seed in range(300, 300 + companies)]
        found = pd.DataFrame([sums for sums, _ in made]).sum()
        verdicts = [trend_of(monthly)[0].label for _, monthly in made]
        trends = sum(v in ("rising", "falling") for v in verdicts)
        told = "too short for a verdict" if months < 36 else f"a trend is seen in {trends} of {companies}"
        steady.append(f"- {months} months: {by_half_year([monthly for _, monthly in made])}; {told}.")
        rates = (found["losses"], found["losses"] - found["false"]) / found["at_risk"]
        lines.append(f"| {months} | {found['losses']:,.0f} | {found['told']:,.0f} | {found['false']:,.0f} |"
                     f" {rates[0]:.2%} | {rates[1]:.2%} | {found['left'] / found['lived']:.2%} |")  # fmt: skip
    lines += [
        "",
        "Nothing changes in these companies. Their rate, half-year by half-year from the ledger's first (the first two",
        "are not counted on the page):",
        "",
        *steady,
        "",
        "Online Retail II, cut at earlier days and judged as it was then. *Back*: called lost by that day and bought",
        f"again by {END}, so the alarm was false, or the account had left and came back; more may do so later. *Told*:",
        "false alarms to be expected among them. The last two columns: how many losses up to that day the whole ledger",
        "sees, and by how many days (median) it dates the same losses later. A young ledger knows neither rhythms nor",
        "season well, and does not see far.",
        "",
        "| cut at | called lost | false: told | back | called lost, seen from the end | dated later by |",
        "|---|--:|--:|--:|--:|--:|",
        *real(),
        "",
    ]
    Path(__file__).with_suffix(".md").write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)

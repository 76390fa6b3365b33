"""Does the criterion keep its word on companies of other mechanisms than the sample's?

False alarms of late and lost per living account-month, against the stated rates; the estimated number of false alarms
among the lost against the true one; and the rates by thirds of regularity and of usual gap, as they were known when a
silence began. Companies of 1,000 accounts and 48 months, enough of each mechanism (`mechanisms.py`) and of the
sample's generator that 600 false alarms are stated for the lost. Default rates; seeds from 3,000 on, which nothing was
chosen on.

`python benchmarks/criterion_mechanisms.py [companies] [first seed]` writes `criterion_mechanisms.md` (7 companies: a
quarter of an hour of a core).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from churn_criterion import AS_OF, MONTH, company, leaving_day
from mechanisms import MECHANISMS, book

from kamlib.book import open_book
from kamlib.churn import LATE_RATE, LOST_RATE, alarm_rates, false_alarms, silences
from kamlib.panel import purchase_days

STATED = {"late": LATE_RATE, "lost": LOST_RATE}
THIRDS = {"regularity": "regularity", "usual gap": "usual_days"}


def days_of(name: str, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Purchase days and leavings of a company."""
    if name in MECHANISMS:
        made = book(name, seed)
        return made.days, made.leaving
    tables, leaving = company(seed)
    return purchase_days(open_book({"ledger": tables["ledger"]}), as_of=AS_OF), leaving


def judged_company(name: str, seed: int) -> tuple[pd.DataFrame, dict]:
    """Silences of accounts that were there, with what was true of them; and the company's sums."""
    days, leaving = days_of(name, seed)
    judged = silences(days, as_of=AS_OF)
    table = judged.table
    leaves = leaving_day(table, leaving)
    after = table.groupby("customer_id")["date"].shift(-1).fillna(pd.Timestamp(AS_OF))
    frame = table[["usual_days", "regularity", "gaps"]].assign(
        months=(np.minimum(after, leaves) - table["date"]).dt.days / MONTH,
        **{n: table[f"{n}_on"].notna() & (table[f"{n}_on"] < leaves) for n in STATED},
    )
    frame = frame[(table["gaps"] > 0) & (table["date"] < leaves)]
    lost = table[table["lost_on"].notna()]
    told, low, high = false_alarms(lost)
    said = alarm_rates(judged)
    true = int(frame["lost"].sum())
    sums = {"true": true, "told": told, "inside": low <= true <= high, "bound": bounds(said)}
    return frame, sums


def bounds(said: pd.DataFrame) -> set[str]:
    """What the page calls an upper bound."""
    rows = [said[said[f"{n}_says"] == "upper bound"].assign(name=n) for n in STATED]
    return {f"{a.name}, {a.by}: {a.group}" for part in rows for a in part.itertuples()}


def rate(frame: pd.DataFrame, name: str) -> str:
    months = frame["months"].sum()
    return f"{frame[name].sum() / months / STATED[name]:.2f}"


def thirds(frame: pd.DataFrame, column: str, name: str) -> str:
    third = pd.qcut(frame[column].rank(method="first"), 3, labels=False)
    return " / ".join(rate(frame[third == i], name) for i in range(3))


def row(name: str, companies: int, first: int) -> tuple[str, str]:
    parts = [judged_company(name, seed) for seed in range(first, first + companies)]
    frame, sums = pd.concat([f for f, _ in parts]), pd.DataFrame([s for _, s in parts])
    ratios = sums["told"] / sums["true"].clip(lower=1)
    spread = f"{ratios.min():.2f} to {ratios.max():.2f}"
    months = frame["months"].sum()
    one = (f"| {name} | {months:,.0f} | {months * LOST_RATE:,.0f} | {rate(frame, 'late')} | {rate(frame, 'lost')} |"
           f" {sums['true'].sum():,} | {sums['told'].sum() / sums['true'].sum():.2f} | {spread} |")  # fmt: skip
    cells = [thirds(frame, column, n) for n in STATED for column in THIRDS.values()]
    always = set.intersection(*sums["bound"])
    return one, f"| {name} | {' | '.join(cells)} | {'; '.join(sorted(always)) or 'none'} |"


def main(companies: int, first: int) -> None:
    found = []
    for name in ("sample's generator", *MECHANISMS):
        found.append(row(name, companies, first))
        print(*found[-1], sep="\n", flush=True)
    lines = [
        "# The criterion on companies of other mechanisms",
        "",
        f"Made by `benchmarks/criterion_mechanisms.py`: {companies} companies of 1,000 accounts and 48 months of each,",
        f"seeds from {first} on. An account lives until it decides to leave; a false alarm is one raised before. Rates",
        f"are over the stated ones (late {LATE_RATE}, lost {LOST_RATE} a month): 1.00 is as stated. *Told*: the",
        "estimated number of false alarms among the lost over the true one, in all and from company to company.",
        "",
        "| mechanism | account-months | stated for lost | late | lost | true, lost | told over true | companies |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
        *(a for a, _ in found),
        "",
        "By thirds of what was known when the silence began (irregular / between / regular; often / between / seldom).",
        "The last column: the groups that the page calls an upper bound, in every company.",
        "",
        "| mechanism | late, regularity | late, usual gap | lost, regularity | lost, usual gap | upper bound |",
        "|---|---|---|---|---|---|",
        *(b for _, b in found),
        "",
    ]
    Path(__file__).with_suffix(".md").write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]), *(7, 3000)[len(sys.argv) - 1 :])

"""Are false alarms as frequent as stated, are losses found sooner than by a fixed window, and are causes covered?

Generates companies of 1,000 accounts and 48 months whose leavings are known (seeds from 100 on), judges every silence
at the default rates, and compares with the truth. Writes `churn_criterion.md`. Run:
`python benchmarks/churn_criterion.py [companies]` (10 companies take about ten minutes of a core).
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from kamlib.book import open_book
from kamlib.churn import LATE_RATE, LOST_RATE, hazard_ratios, silences
from kamlib.datasets import Parameters, make_company
from kamlib.panel import build_panel, purchase_days

AS_OF, MONTH = dt.date(2026, 6, 30), 30.4375
FAR = pd.Timestamp("2100-01-01")
GROUPS = ("1 to 3 gaps", "4 to 10 gaps", "11 gaps and more")
PLANTED = ("late", "conflict", "quality", "promise", "unanswered", "stale", "handover", "first_year")


def company(seed: int):
    made = make_company(seed=seed, accounts=1000, months=48, parameters=Parameters(duplicate_share=0.0))
    keep = ("ledger", "incidents", "feedback", "interactions", "assignments")
    return {k: made.tables[k] for k in keep}, made.truth["leaving"]


def leaving_day(table: pd.DataFrame, leaving: pd.DataFrame) -> pd.Series:
    """The decision to leave that each silence could have seen: the first, or after a return the second."""
    leaving = leaving.set_index("customer_id")
    days = {c: table["customer_id"].map(leaving[c]).fillna(FAR) for c in leaving.columns if c.endswith("_date")}
    return days["decided_date"].where(table["date"] < days["returned_date"], days["left_again_date"])


def alarms(table: pd.DataFrame, leaves: pd.Series) -> pd.DataFrame:
    """Living account-months and false alarms by length of history."""
    own = (table["gaps"] > 0) & (table["date"] < leaves)
    end = table["next_date"].fillna(pd.Timestamp(AS_OF))
    frame = pd.DataFrame({"group": np.digitize(table["gaps"], (3, 10), right=True)})
    frame["months"] = (np.minimum(end, leaves) - table["date"]).dt.days / MONTH
    for name in ("late_on", "lost_on"):
        frame[name] = table[name].notna() & (table[name] < leaves)
    return frame[own].groupby("group").sum()


def delays(table: pd.DataFrame, leaves: pd.Series) -> tuple[np.ndarray, pd.DataFrame]:
    """Days from the decision to leave to its discovery (infinite: not found by the end), and the silences."""
    end = table["next_date"].fillna(pd.Timestamp(AS_OF))
    seen = (table["gaps"] > 0) & (table["date"] < leaves) & (end > leaves)
    found = (table["lost_on"] - leaves)[seen].dt.days.to_numpy(dtype=float)
    length = (end - table["date"]).dt.days
    frame = pd.DataFrame({"length": length, "until": (leaves - table["date"]).dt.days, "seen": seen})
    frame["alive"] = (table["gaps"] > 0) & (table["date"] < leaves)
    return np.where(np.isfinite(found), found, np.inf)[~(found < 0)], frame


def fixed_window(frame: pd.DataFrame, rate: float, months: float) -> tuple[int, np.ndarray]:
    """The window with so many false alarms per living account-month, and its delays."""
    alive = frame[frame["alive"]]
    longest = np.sort(np.minimum(alive["length"], alive["until"]))[::-1]
    window = int(longest[int(rate * months)]) + 1
    left = frame[frame["seen"] & (frame["until"] <= window)]
    return window, np.where(left["length"] >= window, window - left["until"], np.inf)


def covered(tables: dict, leaving: pd.DataFrame) -> list[tuple[str, float, bool]]:
    """For each planted driver that could be estimated: error of the log ratio, and whether the interval held it."""
    book = open_book(tables)
    judged = silences(purchase_days(book, as_of=AS_OF), as_of=AS_OF)
    found = hazard_ratios(judged, book, build_panel(book, as_of=AS_OF))
    truth = {d: getattr(Parameters(), f"hazard_{d}") for d in PLANTED}
    known = found[found["ratio"].notna()]
    logs = np.log(known[["ratio", "low", "high"]].astype(float))
    return [(d, r.ratio - truth[d], r.low <= truth[d] <= r.high) for d, r in logs.iterrows()]


def main(companies: int) -> None:
    counted, late, frames, causes = [], [], [], []
    for seed in range(100, 100 + companies):
        tables, leaving = company(seed)
        judged = silences(purchase_days(open_book({"ledger": tables["ledger"]}), as_of=AS_OF), as_of=AS_OF)
        leaves = leaving_day(judged.table, leaving)
        counted.append(alarms(judged.table, leaves))
        days, frame = delays(judged.table, leaves)
        late.append(days)
        frames.append(frame)
        causes += covered(tables, leaving)
        print(seed, flush=True)
    text = report(companies, sum(counted), np.concatenate(late), pd.concat(frames), causes)
    Path(__file__).with_suffix(".md").write_text(text, "utf-8")


def report(companies, counted, late, frame, causes) -> str:
    months = counted["months"].sum()
    window, waits = fixed_window(frame, counted["lost_on"].sum() / months, months)
    lines = [
        "# The criterion of losses on generated companies",
        "",
        f"Made by `benchmarks/churn_criterion.py`: {companies} companies of 1,000 accounts and 48 months. An account",
        "lives until it decides to leave; a false alarm is one raised before. Default rates; one fit a company.",
        "",
        f"| history | living account-months | late: stated {LATE_RATE} | against stated | lost: stated {LOST_RATE} |"
        " against stated |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    whole = pd.concat([counted, counted.sum().to_frame("all").T])
    for name, row in zip((*GROUPS, "all"), whole.itertuples(), strict=True):
        late_rate, lost_rate = row.late_on / row.months, row.lost_on / row.months
        lines.append(f"| {name} | {row.months:,.0f} | {late_rate:.4f} | {late_rate / LATE_RATE - 1:+.0%} |"
                     f" {lost_rate:.4f} | {lost_rate / LOST_RATE - 1:+.0%} |")  # fmt: skip
    lines += [
        "",
        "Delay from the decision to leave until the account is called lost, days; those not found by the end of the",
        f"ledger count as never. The fixed window, {window} days, has as many false alarms in all.",
        "",
        "| rule | leavings | found | median delay | quarter found within |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, days in (("rhythm", late), ("fixed window", waits)):
        middle, quarter = np.quantile(days, [0.5, 0.25], method="lower")
        lines.append(f"| {name} | {len(days):,} | {np.isfinite(days).mean():.0%} | {middle:.0f} | {quarter:.0f} |")
    table = pd.DataFrame(causes, columns=["driver", "error", "inside"]).groupby("driver").agg(
        n=("inside", "size"), error=("error", "mean"), inside=("inside", "mean"))  # fmt: skip
    lines += [
        "",
        "Planted causes, from detected dates alone: 95 % intervals of hazard ratios that hold the planted value.",
        "",
        "| driver | intervals | mean error of the log ratio | held it |",
        "|---|--:|--:|--:|",
        *(f"| {r.Index} | {r.n} | {r.error:+.2f} | {r.inside:.1%} |" for r in table.itertuples()),
    ]
    inside = np.mean([i for _, _, i in causes])
    lines += [f"| all | {len(causes)} | | {inside:.1%} |", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)

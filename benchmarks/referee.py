"""The referee on three ledgers: Online Retail II, CDNOW, the sample company.

    python benchmarks/referee.py or2 | cdnow WHEEL | sample | outlook | intervals

Each prints its tables; `referee.md` holds them. WHEEL is the file that `pip download --no-deps lifetimes` gives:
CDNOW's 1/10 sample of 2,357 customers is in it. Online Retail II is read from KAMLIB_DATA, or from where `kam fetch`
put it.
"""

from __future__ import annotations

import io
import sys
import zipfile

import numpy as np
import pandas as pd
from scipy.stats import norm

from kamlib.book import open_book
from kamlib.churn import backtest, choose_default, outlook_coverage, summary
from kamlib.churn.scores import auc, auc_difference
from kamlib.panel import purchase_days

SHOWN = (
    "auc",
    "worst_auc",
    "not_below_recency",
    "brier",
    "calibration",
    "calibration_level",
    "money_10",
    "false_alarms_10",
)


def month_ends(first: str, last: str) -> list[pd.Timestamp]:
    """The day before each month begins."""
    return list(pd.date_range(first, last, freq="MS") - pd.Timedelta(days=1))


def online_retail() -> tuple[pd.DataFrame, list, str]:
    days = purchase_days(open_book("online-retail-ii"), as_of="2011-12-09")
    return days, month_ends("2010-12-01", "2011-06-01"), "2011-12-09"


def cdnow(wheel: str) -> tuple[pd.DataFrame, list, str]:
    text = zipfile.ZipFile(wheel).read("lifetimes/datasets/CDNOW_sample.txt").decode()
    names = ["master_id", "customer_id", "date", "cds", "spend"]
    lines = pd.read_csv(io.StringIO(text), sep=r"\s+", names=names, dtype={"customer_id": str})
    lines["date"] = pd.to_datetime(lines["date"].astype(str))
    lines["cents"] = (lines["spend"] * 100).round().astype("int64")
    days = lines.groupby(["customer_id", "date"], as_index=False)["cents"].sum()
    # All join in the first quarter of 1997; lessons need a horizon and some weeks more.
    return days[days["cents"] > 0], month_ends("1997-10-01", "1998-01-01"), "1998-06-30"


def sample() -> tuple[pd.DataFrame, list, str]:
    until = "2026-06-30"
    return purchase_days(open_book("sample"), as_of=until), month_ends("2024-07-01", "2026-01-01")[::3], until


def by_origin(table: pd.DataFrame) -> pd.DataFrame:
    shown = ["recency", "gradient boosting", "BG/NBD: expected purchases", "BG/NBD: P(no purchase)", "alarm"]
    wide = (
        table[table["scope"] == "all"].pivot(index="origin", columns="candidate", values="auc").reindex(columns=shown)
    )
    level = table[(table["scope"] == "all") & (table["candidate"] == "alarm")].set_index("origin")
    for name in ("silent", "level", "level_low", "level_high"):
        wide[name] = level[name]
    wide["level covered"] = np.where(
        (wide["level_low"] <= wide["silent"]) & (wide["silent"] <= wide["level_high"]), "yes", "no"
    )
    wide.index = [d.date() for d in wide.index]
    return wide


def show(frame: pd.DataFrame) -> None:
    def text(value) -> str:
        return f"{value:.3f}" if isinstance(value, float) else str(value)

    print("| | " + " | ".join(frame.columns) + " |\n|---|" + "--:|" * len(frame.columns))
    for name, row in frame.iterrows():
        print(f"| {name} | " + " | ".join(text(v) for v in row.tolist()) + " |")
    print(flush=True)


def main(days: pd.DataFrame, origins: list, until: str) -> None:
    table = backtest(days, origins=origins, known_until=until)
    middle = origins[len(origins) // 2]
    chosen = choose_default(table, before=middle)
    later = summary(table[table["origin"] >= middle])["auc"]
    print(f"Up to {table['n'].max():.0f} accounts. Chosen on the origins before {middle.date()}: **{chosen}**.")
    print(f"On the later ones its area is {later[chosen]:.3f}, that of recency {later['recency']:.3f}.\n")
    show(by_origin(table))
    for scope, what in (
        ("all", "All accounts"),
        ("repeat", "Repeat buyers"),
        ("key", "Accounts that hold 30 % of sales"),
    ):
        rows = table[table["scope"] == scope]
        print(
            f"{what}: {rows['n'].min():.0f} to {rows['n'].max():.0f}, means over {rows['origin'].nunique()} origins.\n"
        )
        found = summary(table, scope=scope)
        if found.empty:
            print("Cannot tell: at no origin were there both accounts that fell silent and accounts that did not.\n")
        else:
            show(found[[*SHOWN, "verdict"]])
    trouble = table[(table["scope"] == "all") & (table["trouble"] != "")].groupby("candidate").size()
    print("No answer (a fit that did not converge, or nothing to learn from), at so many origins: "
          + (", ".join(f"{n} {c}" for n, c in trouble.items()) or "none") + ".\n")  # fmt: skip


def outlooks() -> None:
    """How outlooks of twelve months would have fared on the sample company."""
    days, _, until = sample()
    past = days[days["date"] <= pd.Timestamp(until) - pd.Timedelta(days=365)]
    year = past[past["date"] > past["date"].max() - pd.Timedelta(days=365)].groupby("customer_id")["cents"].sum()
    for what, chosen in (("All", None), ("Largest 30", list(year.nlargest(30).index))):
        found = outlook_coverage(days, as_of=until, customers=chosen).set_index("as_of")
        found.index = [d.date() for d in found.index]
        print(f"{what}\n")
        show(found)


def intervals(repetitions: int = 2000) -> None:
    """Do the intervals of an area, and of the difference of two, cover? Scores are normal, `apart` SDs apart."""
    rng, rows = np.random.default_rng(1), {}
    for silent_ones, others, apart in ((5, 15, 1), (5, 50, 2), (25, 35, 1), (50, 250, 1.5), (100, 300, 1)):
        happened, true = np.arange(silent_ones + others) < silent_ones, norm.cdf(apart / np.sqrt(2))
        inside = same = 0
        for _ in range(repetitions):
            score, other = (rng.normal(apart * happened, 1) for _ in range(2))
            _, low, high = auc(score, happened)
            _, less, more = auc_difference(score, other, happened)
            inside, same = inside + (low <= true <= high), same + (less <= 0 <= more)
        name = f"{silent_ones} of {silent_ones + others} silent"
        covered = {"area covered": inside / repetitions, "difference covered": same / repetitions}
        rows[name] = {"true area": float(true)} | covered
    show(pd.DataFrame(rows).T)


if __name__ == "__main__":
    if sys.argv[1] in ("outlook", "intervals"):
        sys.exit({"outlook": outlooks, "intervals": intervals}[sys.argv[1]]())
    main(*{"or2": online_retail, "cdnow": lambda: cdnow(sys.argv[2]), "sample": sample}[sys.argv[1]]())

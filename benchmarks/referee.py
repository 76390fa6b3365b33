"""The referee on three ledgers: Online Retail II, CDNOW, the sample company.

    python benchmarks/referee.py or2 | cdnow WHEEL | cdnow-rest WHEEL | sample | outlook | intervals

Each prints its tables; `referee.md` holds them. WHEEL is the file that `pip download --no-deps lifetimes` gives:
CDNOW's 1/10 sample of 2,357 customers and the master are in it; *rest* is the master without the sample. Online Retail
II is read from KAMLIB_DATA, or from where `kam fetch` put it.
"""

from __future__ import annotations

import io
import sys
import zipfile

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import norm

from kamlib.book import open_book
from kamlib.churn import backtest, choose_default, outlook_coverage, summary
from kamlib.churn.scores import auc, auc_difference, score_intervals
from kamlib.company import make_company
from kamlib.datasets import open_source
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
    days = purchase_days(open_source("online-retail-ii"), as_of="2011-12-09")
    return days, month_ends("2010-12-01", "2011-06-01"), "2011-12-09"


def cdnow(wheel: str, *, rest: bool = False) -> tuple[pd.DataFrame, list, str]:
    names = ["master_id", "customer_id", "date", "cds", "spend"]
    lines = _lines(wheel, "CDNOW_sample", names)
    if rest:
        inside = lines["master_id"].unique()
        lines = _lines(wheel, "CDNOW_master", ["customer_id", *names[2:]], skiprows=1)
        lines = lines[~lines["customer_id"].isin(inside)]
    lines["date"] = pd.to_datetime(lines["date"])
    lines["cents"] = (lines["spend"].astype(float) * 100).round().astype("int64")
    days = lines.groupby(["customer_id", "date"], as_index=False)["cents"].sum()
    # All join in the first quarter of 1997; lessons need a horizon and some weeks more.
    return days[days["cents"] > 0], month_ends("1997-10-01", "1998-01-01"), "1998-06-30"


def _lines(wheel: str, name: str, names: list[str], **options) -> pd.DataFrame:
    text = zipfile.ZipFile(wheel).read(f"lifetimes/datasets/{name}.txt").decode()
    return pd.read_csv(io.StringIO(text), sep=r"\s+", names=names, dtype=str, **options)


def sample() -> tuple[pd.DataFrame, list, str]:
    until = "2026-06-30"
    return purchase_days(open_source("sample"), as_of=until), month_ends("2024-07-01", "2026-01-01"), until


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
    lead(table)
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


def lead(table: pd.DataFrame) -> None:
    """The alarm less the best of the three that it has to beat."""
    areas = table[table["scope"] == "all"].pivot(index="origin", columns="candidate", values="auc")
    best = areas[["recency", "gradient boosting", "BG/NBD: expected purchases"]].max(axis=1)
    apart = areas["alarm"] - best
    print(
        f"The alarm less the best of recency, gradient boosting and BG/NBD's expected purchases: {apart.mean():+.3f} "
        f"on average, at worst {apart.min():+.3f}; below the best at {(apart < 0).sum()} of {len(apart)} origins.\n"
    )


def outlooks() -> None:
    """How outlooks of twelve months would have fared on the sample company, and on generated ones."""
    fared("The sample company", *sample()[::2])
    covered = [generated(seed) for seed in range(101, 117)]
    accounts = sum(found["n"] for found in covered)
    for what in ("covered", "covered_30"):
        n = accounts if what == "covered" else 30 * len(covered)
        share = sum(found[what] * (found["n"] if what == "covered" else 30) for found in covered) / n
        print(f"{len(covered)} generated companies, {what}: {share:.3f} of {n:,} accounts.")


def generated(seed: int) -> dict[str, float]:
    until = "2026-06-30"
    days = purchase_days(open_book(make_company(seed=seed).tables), as_of=until)
    all_of_them, largest = (outlook_coverage(days, as_of=until, customers=c).iloc[0] for c in (None, top(days, until)))
    return {"n": int(all_of_them["n"]), "covered": all_of_them["covered"], "covered_30": largest["covered"]}


def top(days: pd.DataFrame, until: str) -> list[str]:
    """The thirty largest of the year that ends a year before."""
    past = days[days["date"] <= pd.Timestamp(until) - pd.Timedelta(days=365)]
    year = past[past["date"] > past["date"].max() - pd.Timedelta(days=365)].groupby("customer_id")["cents"].sum()
    return list(year.nlargest(30).index)


def fared(name: str, days: pd.DataFrame, until: str) -> None:
    print(f"{name}\n")
    for what, chosen in (("All", None), ("Largest 30", top(days, until))):
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
    for accounts in (100, 400):
        list_intervals(accounts, repetitions)


def list_intervals(accounts: int, repetitions: int) -> None:
    """Do the intervals of a list's scores hold what such lists score on average?"""
    rng = np.random.default_rng(2)
    found = [score_intervals(*made_list(rng, accounts)) for _ in range(repetitions)]
    true = pd.concat([table["value"] for table in found], axis=1).mean(axis=1)
    inside = pd.concat([(table["low"] <= true) & (true <= table["high"]) for table in found], axis=1).mean(axis=1)
    print(f"{accounts} accounts\n")
    show(pd.DataFrame({"mean score": true, "covered": inside}))


def made_list(rng: np.random.Generator, accounts: int) -> tuple[np.ndarray, ...]:
    """Probabilities that are right, on money of very different size."""
    p = expit(rng.normal(-0.5, 1.5, accounts))
    return p, rng.lognormal(8, 1.2, accounts), rng.random(accounts) < p


if __name__ == "__main__":
    if sys.argv[1] in ("outlook", "intervals"):
        sys.exit({"outlook": outlooks, "intervals": intervals}[sys.argv[1]]())
    ledgers = {"or2": online_retail, "sample": sample, "cdnow": lambda: cdnow(sys.argv[2])}
    main(*(ledgers | {"cdnow-rest": lambda: cdnow(sys.argv[2], rest=True)})[sys.argv[1]]())

"""Twelve month-ends of the sample company in a row: what was planted against what the page of what changed says.

    python benchmarks/twelve_months.py [FOLDER] > benchmarks/twelve_months.md

The lines are made by the functions that the page calls. Where FOLDER holds reports of these month-ends
(`kam report sample --as-of ... --out FOLDER`), what they published is compared with them, line by line.

A planted event counts as told where a line about its account stands on the page of its month or of the next. A line is
false where nothing of its sort was planted for its account.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

from kamlib import churn
from kamlib.datasets import open_source
from kamlib.panel import build_panel, purchase_days
from kamlib.summary import Comparison, came_and_went, causes, sales_bridge

TRUTH = Path(__file__).resolve().parents[1] / "data" / "sample" / "truth"
ENDS = pd.date_range("2025-07-31", "2026-06-30", freq="ME")
PATIENCE = 1  # months after its own in which an event may be told


def lines_of(book, ends) -> pd.DataFrame:
    """What the page says of accounts, month-end by month-end: month, key, customer_id, cents, probability."""
    lines, before, states = [], None, None
    for end in [ends[0] - pd.offsets.MonthEnd(), *ends]:
        panel, day = build_panel(book, as_of=end.date()), end.date()
        bought = purchase_days(book, as_of=day)
        now = churn.account_states(churn.silences(bought, as_of=day), panel)
        if before is not None:
            found = sales_bridge(book, before, panel)
            told = Comparison(before, panel, found, None, None, causes(found, before, panel))
            changes = [*came_and_went(told), *churn.changes(states, now, days=bought)]
            lines += [(end.to_period("M"), c.key, c.account, c.cents, c.probability) for c in changes]
        before, states = panel, now
    return pd.DataFrame(lines, columns=["month", "key", "customer_id", "cents", "probability"])


def published(folder: Path, lines: pd.DataFrame) -> tuple[int, int]:
    """Reports there are, and how many of them have the same lines."""
    there = same = 0
    for end in ENDS:
        file = folder / "sample" / f"{end:%Y-%m-%d}" / "changes.json"
        if file.exists():
            stored = [c for found in json.loads(file.read_text("utf-8")).values() for c in found]
            stored = [c for c in stored if c["key"] in set(lines["key"])]
            ours = lines[lines["month"] == end.to_period("M")]
            there += 1
            same += {(c["key"], c["account"], c["cents"]) for c in stored} == set(
                zip(ours["key"], ours["customer_id"], ours["cents"], strict=True)
            )
    return there, same


def planted(book) -> dict[str, tuple[tuple[str, ...], pd.DataFrame]]:
    """What was planted in the twelve months, by sort: the keys of lines that tell of it, and customer_id and day."""
    leaving = _truth("leaving", "detectable_date", "returned_date", "last_purchase")
    joined, ids = _truth("accounts", "joined"), _truth("duplicates", "since")
    first = purchase_days(book, as_of=ENDS[-1].date()).groupby("customer_id")["date"].min()
    gone = leaving[leaving["how"] != "trial"]
    still = leaving[leaving["returned_date"].isna() | (leaving["returned_date"] > leaving["last_purchase"] + YEAR)]
    back = leaving[leaving["returned_date"] > leaving["detectable_date"]]
    quiet, again = ("churn.late", "churn.lost", "summary.lost"), ("churn.returned", "summary.returned")
    return {
        "an account joins": (("summary.new",), _dated(joined["customer_id"], joined["joined"])),
        "a second id of an account is used first": (
            ("summary.new",), _dated(ids["customer_id"], ids["customer_id"].map(first))),
        "a leaving becomes detectable": (quiet, _dated(gone["customer_id"], gone["detectable_date"])),
        "the same, told as lost, not only as late": (quiet[1:], _dated(gone["customer_id"], gone["detectable_date"])),
        "of these, of accounts above the median size": (quiet, _large(gone)),
        "a year since the last order of one that left": (
            ("summary.lost",), _dated(still["customer_id"], still["last_purchase"] + YEAR)),
        "one that had left, detectably, buys again": (again, _dated(back["customer_id"], back["returned_date"])),
    }  # fmt: skip


YEAR = pd.DateOffset(years=1)


def _truth(name: str, *dates: str) -> pd.DataFrame:
    return pd.read_csv(TRUTH / f"{name}.csv", parse_dates=list(dates))


def _dated(customers: pd.Series, days: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": customers, "day": pd.to_datetime(days)}).dropna()


def _large(gone: pd.DataFrame) -> pd.DataFrame:
    size = _truth("accounts").set_index("customer_id")["sales_per_year"]
    large = gone[gone["customer_id"].map(size) > size.median()]
    return _dated(large["customer_id"], large["detectable_date"])


def told(lines: pd.DataFrame, events: pd.DataFrame, keys: tuple[str, ...]) -> tuple[int, int, int]:
    """Events of the months whose next month is there too; told in their month or the next; told at any time."""
    said = {(c, m) for c, m, k in zip(lines["customer_id"], lines["month"], lines["key"], strict=True) if k in keys}
    ever = {c for c, _ in said}
    months = events["day"].dt.to_period("M")
    inside = events[months.between(ENDS[0].to_period("M"), ENDS[-1].to_period("M") - PATIENCE)]
    hits = [
        any((c, d.to_period("M") + i) in said for i in range(PATIENCE + 1))
        for c, d in zip(inside["customer_id"], inside["day"], strict=True)
    ]
    return len(inside), sum(hits), sum(c in ever for c in inside["customer_id"])


def false_lines(lines: pd.DataFrame, book) -> list[tuple[str, int, int, str]]:
    """By sort of line: how many, how many of them false, and what makes one false."""
    leaving = _truth("leaving", "left_date", "last_purchase", "returned_date").set_index("customer_id")
    joined = set(_truth("accounts", "joined").dropna(subset=["joined"])["customer_id"])
    of = {key: lines[lines["key"] == key] for key in sorted(set(lines["key"]))}
    rules = {
        "summary.new": ("did not join (second ids included)", lambda c, m: c not in joined),
        "churn.late": ("had not left, or was back", lambda c, m: not _away(leaving, c, m)),
        "churn.lost": ("had not left, or was back", lambda c, m: not _away(leaving, c, m)),
        "summary.lost": ("had not left, or was back", lambda c, m: not _away(leaving, c, m)),
        "churn.returned": ("had never left", lambda c, m: c not in leaving.index),
        "summary.returned": ("had never left", lambda c, m: c not in leaving.index),
    }
    return [
        (
            key,
            len(t),
            sum(rules[key][1](c, m) for c, m in zip(t["customer_id"], t["month"], strict=True)),
            rules[key][0],
        )
        for key, t in of.items()
        if key in rules
    ]


def _away(leaving: pd.DataFrame, customer: str, month: pd.Period) -> bool:
    if customer not in leaving.index:
        return False
    facts = leaving.loc[customer]
    back = facts["returned_date"]
    return facts["left_date"] <= month.end_time and (pd.isna(back) or back > month.end_time)


def main() -> None:
    """Count, and print the tables."""
    book = open_source("sample")
    lines = lines_of(book, ENDS)
    print(f"# Twelve month-ends of the sample company, {ENDS[0]:%Y-%m-%d} to {ENDS[-1]:%Y-%m-%d}\n")
    print("| planted | events | told in their month or the next | told in these twelve months |\n|---|--:|--:|--:|")
    for name, (keys, events) in planted(book).items():
        print(f"| {name} | " + " | ".join(map(str, told(lines, events, keys))) + " |")
    print("\n| line | lines | false | what makes one false |\n|---|--:|--:|---|")
    for row in false_lines(lines, book):
        print("| " + " | ".join(map(str, row)) + " |")
    given = lines[lines["key"].isin(["churn.late", "churn.lost"])].groupby("key")["probability"].mean()
    print(
        "\nMean probability of having left that these lines give: "
        + ", ".join(f"{k} {p:.2f}" for k, p in given.items())
    )
    if len(sys.argv) > 1:
        print("\n{} reports were there; the lines of {} are these.".format(*published(Path(sys.argv[1]), lines)))


if __name__ == "__main__":
    main()

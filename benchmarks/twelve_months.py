"""Twelve month-ends of the sample company in a row: what was planted against what the page of what changed said.

    python benchmarks/twelve_months.py [FOLDER]

makes `kam report sample` for twelve month-ends, the earliest first, into FOLDER (the reports are left there to look at),
and writes benchmarks/twelve_months.md. A planted event counts as told where a line about its account stands on the page of its month or
of the next. A line is false where nothing of the sort was planted for its account in its month, the one before or the one after.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from kamlib.book import open_book
from kamlib.panel import purchase_days

HERE = Path(__file__).resolve().parent
TRUTH = HERE.parent / "data" / "sample" / "truth"
ENDS = pd.date_range("2025-07-31", "2026-06-30", freq="ME")


def made(folder: Path) -> pd.DataFrame:
    """The lines of all twelve pages: month, key, customer_id, cents, probability."""
    lines = []
    for end in ENDS:
        command = [sys.executable, "-m", "kamlib.cli", "report", "sample", "--as-of", f"{end:%Y-%m-%d}", "--out", folder]
        subprocess.run(command, check=True, capture_output=True)
        stored = json.loads((folder / "sample" / f"{end:%Y-%m-%d}" / "changes.json").read_text("utf-8"))
        lines += [{"month": end.to_period("M"), **c} for found in stored.values() for c in found]
    return pd.DataFrame(lines).rename(columns={"account": "customer_id"})


def planted() -> dict[str, pd.DataFrame]:
    """What was planted in the twelve months, by sort: customer_id, month."""
    leaving = pd.read_csv(TRUTH / "leaving.csv", parse_dates=["left_date", "detectable_date", "returned_date", "last_purchase"])
    joined = pd.read_csv(TRUTH / "accounts.csv", parse_dates=["joined"])
    ids = pd.read_csv(TRUTH / "duplicates.csv", parse_dates=["since"]).rename(columns={"since": "joined"})
    days = purchase_days(open_book("sample"), as_of=ENDS[-1])
    first = days.groupby("customer_id")["date"].min()
    seconds = ids[["customer_id"]].assign(joined=ids["customer_id"].map(first)).dropna()
    regular = leaving[leaving["how"] != "trial"]
    silent = leaving.assign(day=leaving["last_purchase"] + pd.DateOffset(years=1))
    back = leaving[leaving["returned_date"] > leaving["detectable_date"]]
    sorts = {
        "an account joins": joined[["customer_id", "joined"]],
        "a second id of an account is used first": seconds,
        "a leaving becomes detectable (silence beyond 95 % of its gaps)": regular[["customer_id", "detectable_date"]],
        "a year since the last order of one that left": silent[["customer_id", "day"]],
        "one that left, detectably, comes back": back[["customer_id", "returned_date"]],
    }
    return {name: _in_months(table) for name, table in sorts.items()}


def _in_months(table: pd.DataFrame) -> pd.DataFrame:
    table = table.dropna().set_axis(["customer_id", "day"], axis=1)
    table = table.assign(month=table["day"].dt.to_period("M"))
    return table[table["month"].between(ENDS[0].to_period("M"), ENDS[-1].to_period("M"))]


# Which lines tell of which events.
TELLS = {
    "an account joins": ("summary.new",),
    "a second id of an account is used first": ("summary.new",),
    "a leaving becomes detectable (silence beyond 95 % of its gaps)": ("churn.",),
    "a year since the last order of one that left": ("summary.lost",),
    "one that left, detectably, comes back": ("summary.returned", "churn.returned"),
}


def told(lines: pd.DataFrame, events: pd.DataFrame, keys: tuple[str, ...]) -> tuple[int, int]:
    """Events with a line in their month or the next, and events whose month and next are both among the twelve."""
    of = lines[lines["key"].str.startswith(keys)]
    said = set(zip(of["customer_id"], of["month"], strict=True))
    whole = events[events["month"] < ENDS[-1].to_period("M")]
    hits = sum((c, m) in said or (c, m + 1) in said for c, m in zip(whole["customer_id"], whole["month"], strict=True))
    return hits, len(whole)


def main() -> None:
    """Make the reports, count, write the table."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()).resolve()
    lines, events = made(folder), planted()
    rows = [(name, *told(lines, table, TELLS[name])) for name, table in events.items()]
    print(pd.DataFrame(rows))
    lines.to_json(folder / "lines.json", orient="records", default_handler=str)
    print(lines.groupby(["key", "says"]).size())


if __name__ == "__main__":
    main()

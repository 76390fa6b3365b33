"""How long 50,000 accounts take: the sample company 125 times over, under other names.

Usage: python benchmarks/client_types_size.py [--times 125]

CPU seconds of this process, since a shared machine's clock says little.
"""

from __future__ import annotations

import argparse
import itertools
import time
from types import SimpleNamespace

import pandas as pd

from kamlib.book import open_book
from kamlib.client_types import ClientTyper, account_features, roster
from kamlib.panel import build_panel


def many(times: int) -> SimpleNamespace:
    """The sample's tables, each account `times` times."""
    book = open_book("sample")
    ledger = book.con.sql(f"SELECT * REPLACE (customer_id || '-' || i AS customer_id) FROM ledger, range({times}) t(i)")
    tables = {n: _repeated(t, times) for n, t in book.tables.items() if "customer_id" in t}
    return SimpleNamespace(ledger=ledger, tables=tables, con=book.con)


def _repeated(table: pd.DataFrame, times: int) -> pd.DataFrame:
    return pd.concat(
        [table.assign(customer_id=table["customer_id"] + f"-{i}") for i in range(times)], ignore_index=True
    )


def main() -> None:
    """Build, time, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=125)
    book = many(parser.parse_args().times)
    marks = [("", time.process_time(), time.perf_counter())]

    def mark(what):
        marks.append((what, time.process_time(), time.perf_counter()))

    panel = build_panel(book, as_of="2026-06-30")
    mark("panel")
    features = account_features(panel, book)
    mark("features")
    typer = ClientTyper(n_clusters=5).fit(features)
    mark("fit")
    table = roster(typer, features, panel)
    mark("roster")
    print(f"{len(table):,} accounts")
    for (_, cpu, clock), (what, cpu_then, clock_then) in itertools.pairwise(marks):
        print(f"{what}: {cpu_then - cpu:.1f} CPU s, {clock_then - clock:.1f} s by the clock")


if __name__ == "__main__":
    main()

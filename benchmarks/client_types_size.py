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

from kamlib import client_types
from kamlib.client_types import account_features
from kamlib.datasets import open_source
from kamlib.panel import build_panel


def many(times: int) -> SimpleNamespace:
    """The sample's tables, each account `times` times."""
    book = open_source("sample")
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
    numbers = client_types.cluster_numbers(client_types.standard(features))
    mark("number of clusters")
    typer = client_types.ClientTyper(n_clusters=client_types.chosen_number(numbers)[0]).fit(features)
    mark("fit")
    noise = client_types.fact_noise(book, panel.as_of)
    ruled = client_types.by_rule(features, noise=noise)
    mark("the written rule")
    table = client_types.roster(ruled, typer, features, panel)
    client_types.type_summary(table)
    mark("roster")
    client_types.surrogate(features, typer.predict(features))
    client_types.profiles(features, table.set_index("customer_id")["kind"].reindex(features.index).to_numpy())
    client_types.explained(typer, features, table["customer_id"].head(45))
    client_types.neighbours(typer, features, table["customer_id"].head(5))
    mark("explained: tree, profiles, evidence of 45 accounts, neighbours of five")
    client_types.reference(book, table, panel)
    client_types.early_warning(book, table, panel.as_of)
    client_types.growth_since(book, panel)
    mark("worth, with the types of a year before")
    earlier = account_features(build_panel(book, as_of="2026-05-31"), book)
    client_types.changes(client_types.by_rule(earlier, noise=noise), ruled, earlier, features)
    client_types.drift(typer, earlier)
    mark("the month before: features, changes, drift")
    print(f"{len(table):,} accounts")
    for (_, cpu, clock), (what, cpu_then, clock_then) in itertools.pairwise(marks):
        print(f"{what}: {cpu_then - cpu:.1f} CPU s, {clock_then - clock:.1f} s by the clock")


if __name__ == "__main__":
    main()

# ruff: noqa: E501  (SQL is read by its columns)
"""The panel against what else an analyst would use: same columns, same ledger, one run.

    python benchmarks/bench_panel.py make 20000000 FOLDER        # a generated ledger as Parquet (and CSV with --csv)
    python benchmarks/bench_panel.py run FOLDER/ledger.parquet [way ...]     # or ledger.csv; each way in a process of its own
    MEMORY=2GB python benchmarks/bench_panel.py run FOLDER/ledger.parquet kamlib-duckdb      # DuckDB spills beyond that

Ways: kamlib-duckdb, sql, kamlib-polars, polars, kamlib-pandas, pandas, pandas-nunique, pandas-objects, lifetimes. `sql` is the best
hand-written DuckDB SQL we could find for the same tables, `polars` and `pandas` are the plain groupby ways (pandas-nunique with one
groupby and distinct counts, as most tutorials do it; pandas-objects with text as Python objects, as before pandas 3), `floor` is only
the first step of `sql`, the orders, without which no purchase day is known and no other step begins; `lifetimes` makes its own summary, which has only four of the columns. Measured tables
are in `benchmarks/README.md`.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pandas as pd

AS_OF, START, FIRST = "2025-12-31", "2025-01-01", "2022-01-01"
ACCOUNTS_PER_LINE = 1 / 250
WAYS = ("sql", "kamlib-duckdb", "kamlib-polars", "polars", "kamlib-pandas", "pandas", "pandas-nunique",
        "pandas-objects", "lifetimes", "floor")  # fmt: skip
TYPES = {
    "customer_id": "VARCHAR",
    "date": "DATE",
    "cents": "BIGINT",
    "profit_cents": "BIGINT",
    "order_id": "VARCHAR",
    "kind": "VARCHAR",
}


def make(lines: int, folder: Path, csv: bool) -> None:
    """A ledger of `lines` lines: heavy-tailed accounts, 4 lines an order, 48 months, 3 % returns, 1 % without customer."""
    folder.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    orders, accounts = lines // 4, max(int(lines * ACCOUNTS_PER_LINE), 10)

    def unit(key: str, salt: int) -> str:
        return f"(hash({key} * 1000 + {salt}) % 1000000007) / 1000000007.0"

    con.execute(
        f"""COPY (
        WITH orders AS (
            SELECT o, CASE WHEN {unit("o", 1)} < 0.99 THEN
                'C' || lpad(floor({accounts} * power({unit("o", 2)}, 3))::BIGINT::VARCHAR, 8, '0') END AS customer_id,
                DATE '{FIRST}' + floor(1461 * {unit("o", 3)})::INTEGER AS date
            FROM range({orders}) t(o))
        SELECT customer_id, date,
            (round(exp(8 + 1.2 * ({unit("o * 4 + l", 4)} + {unit("o * 4 + l", 5)} - 1) * 2))
                * CASE WHEN {unit("o * 4 + l", 6)} < 0.03 THEN -1 ELSE 1 END)::BIGINT AS cents,
            round(cents * 0.3)::BIGINT AS profit_cents, 'O' || o AS order_id, 'goods' AS kind
        FROM orders, range(4) u(l)) TO '{folder / "ledger.parquet"}' (FORMAT parquet, ROW_GROUP_SIZE 500000)"""
    )
    if csv:
        con.execute(f"COPY (FROM '{folder / 'ledger.parquet'}') TO '{folder / 'ledger.csv'}' (HEADER)")


SQL_DAYS = f"""CREATE TABLE days AS
    SELECT customer_id, date, sum(cents)::BIGINT AS cents, sum(gross)::BIGINT AS gross, sum(profit_cents)::BIGINT AS profit_cents,
        sum(lines)::BIGINT AS lines, sum((cents > 0)::INT)::BIGINT AS positive
    FROM (SELECT customer_id, date, order_id, sum(cents)::BIGINT AS cents, sum(greatest(cents, 0))::BIGINT AS gross,
            sum(profit_cents)::BIGINT AS profit_cents, count(*) AS lines
          FROM ledger WHERE customer_id IS NOT NULL AND date <= DATE '{AS_OF}'
            AND kind NOT IN ('fee', 'bad debt', 'adjustment', 'donation', 'test')
          GROUP BY customer_id, date, order_id)
    GROUP BY customer_id, date"""

SQL_MONTHLY = """SELECT customer_id, date_trunc('month', date)::TIMESTAMP AS month, sum(cents)::BIGINT AS sales_cents,
        sum(gross)::BIGINT AS gross_cents, sum(cents - gross)::BIGINT AS returns_cents, sum(profit_cents)::BIGINT AS profit_cents,
        sum(lines)::BIGINT AS lines, sum(CASE WHEN cents > 0 THEN positive ELSE 0 END)::BIGINT AS orders,
        count(*) FILTER (cents > 0) AS purchase_days
    FROM days GROUP BY ALL ORDER BY customer_id, month"""

SQL_ACCOUNTS = f"""SELECT customer_id, min(date)::TIMESTAMP AS first_line,
        min(date) FILTER (cents > 0)::TIMESTAMP AS first_purchase, max(date) FILTER (cents > 0)::TIMESTAMP AS last_purchase,
        min(date) < DATE '{FIRST}' + 90 OR arg_min(cents, date) < 0 AS truncated,
        sum(cents)::BIGINT AS history_sales_cents, count(*) FILTER (cents > 0) AS history_purchase_days,
        coalesce(sum(cents) FILTER (date >= DATE '{START}'), 0)::BIGINT AS sales_cents,
        coalesce(sum(gross) FILTER (date >= DATE '{START}'), 0)::BIGINT AS gross_cents,
        coalesce(sum(cents - gross) FILTER (date >= DATE '{START}'), 0)::BIGINT AS returns_cents,
        coalesce(sum(profit_cents) FILTER (date >= DATE '{START}'), 0)::BIGINT AS profit_cents,
        coalesce(sum(lines) FILTER (date >= DATE '{START}'), 0)::BIGINT AS lines,
        coalesce(sum(positive) FILTER (date >= DATE '{START}' AND cents > 0), 0)::BIGINT AS orders,
        count(*) FILTER (date >= DATE '{START}' AND cents > 0) AS purchase_days,
        bit_count(coalesce(bit_or(1 << month(date)) FILTER (date >= DATE '{START}' AND cents > 0), 0))::BIGINT AS active_months
    FROM days GROUP BY customer_id ORDER BY customer_id"""

SQL_GAPS = """SELECT customer_id, count(*) AS n, sum(gap)::BIGINT AS sum_days, sum(gap * gap)::BIGINT AS sum_days2,
        sum(round(ln(gap) * 1e6)::BIGINT)::BIGINT AS sum_log_micro
    FROM (SELECT customer_id, date - lag(date) OVER (PARTITION BY customer_id ORDER BY date) AS gap FROM days WHERE cents > 0)
    WHERE gap IS NOT NULL GROUP BY customer_id ORDER BY customer_id"""


def in_duckdb(ledger: str) -> duckdb.DuckDBPyRelation:
    """The ledger as a relation; no sniffing, and no more memory than MEMORY says."""
    con = duckdb.connect()
    if limit := os.environ.get("MEMORY"):
        con.execute(f"SET memory_limit = '{limit}'; SET temp_directory = '{Path(ledger).parent / 'spill'}'")
        con.execute("SET preserve_insertion_order = false")
    return con.read_parquet(ledger) if ledger.endswith(".parquet") else con.read_csv(ledger, header=True, dtype=TYPES)


def by_sql(ledger: str) -> dict[str, pd.DataFrame]:
    """Hand-written: one pass over the ledger into account-days, three queries on those."""
    lines = in_duckdb(ledger)
    lines.query("ledger", SQL_DAYS)
    return {
        name: lines.query("l", q).df()
        for name, q in (("monthly", SQL_MONTHLY), ("accounts", SQL_ACCOUNTS), ("gaps", SQL_GAPS))
    }


def by_floor(ledger: str) -> dict[str, pd.DataFrame]:
    """Nothing but orders, counted: what any way through SQL has to do at the least."""
    orders = "SELECT sum(cents)::BIGINT AS cents FROM ledger WHERE customer_id IS NOT NULL GROUP BY customer_id, date, order_id"
    return {"orders": in_duckdb(ledger).query("ledger", f"SELECT count(*), sum(cents) FROM ({orders})").df()}


def in_pandas(ledger: str) -> pd.DataFrame:
    """The ledger as most would read it."""
    return pd.read_parquet(ledger) if ledger.endswith(".parquet") else pd.read_csv(ledger, parse_dates=["date"])


def by_pandas(ledger: str, *, nunique: bool = False) -> dict[str, pd.DataFrame]:
    """The plain way: read, filter, groupby; orders by a groupby of their own, or by distinct counts."""
    lines = in_pandas(ledger)
    lines = lines[lines["customer_id"].notna() & (lines["kind"] == "goods")]
    lines["date"] = pd.to_datetime(lines["date"])
    lines = lines[lines["date"] <= AS_OF].assign(gross=lambda d: d["cents"].clip(lower=0), lines=1)
    money = ["cents", "gross", "profit_cents", "lines"]
    if nunique:
        positive = lines["order_id"].where(lines["cents"] > 0)
        days = lines.assign(positive=positive).groupby(["customer_id", "date"], as_index=False)
        days = days.agg(**{c: (c, "sum") for c in money}, positive=("positive", "nunique"))
    else:
        orders = lines.groupby(["customer_id", "date", "order_id"], as_index=False)[money].sum()
        days = orders.assign(positive=(orders["cents"] > 0) * 1).groupby(["customer_id", "date"], as_index=False)
        days = days[[*money, "positive"]].sum()
    days = days.assign(bought=(days["cents"] > 0) * 1, month=days["date"].dt.to_period("M").dt.start_time)
    days["orders"] = days["positive"] * days["bought"]
    sums = ["cents", "gross", "profit_cents", "lines", "orders", "bought"]
    monthly = days.groupby(["customer_id", "month"], as_index=False)[sums].sum()
    by_account = days.groupby("customer_id")
    bought = days[days["bought"] == 1]
    window = days[days["date"] >= START].groupby("customer_id")[sums].sum()
    active = bought[bought["date"] >= START].groupby("customer_id")["month"].nunique()
    accounts = pd.DataFrame({"first_line": by_account["date"].min(), "history": by_account["cents"].sum()})
    accounts = accounts.join(bought.groupby("customer_id")["date"].agg(["min", "max"])).join(window).join(active)
    gap = bought["date"].diff().dt.days.where(bought["customer_id"] == bought["customer_id"].shift())
    gaps = bought.assign(gap=gap, gap2=gap * gap).dropna(subset="gap").groupby("customer_id")[["gap", "gap2"]].sum()
    return {"monthly": monthly, "accounts": accounts, "gaps": gaps}


def by_objects(ledger: str) -> dict[str, pd.DataFrame]:
    """The plain way with text as Python objects."""
    pd.options.future.infer_string = False
    return by_pandas(ledger)


def in_polars(ledger: str):
    """The ledger as a lazy frame."""
    import polars as pl

    return pl.scan_parquet(ledger) if ledger.endswith(".parquet") else pl.scan_csv(ledger, try_parse_dates=True)


def by_polars(ledger: str) -> dict[str, pd.DataFrame]:
    """Hand-written Polars, lazily, in its own words."""
    import polars as pl

    end, start = pl.lit(AS_OF).str.to_date(), pl.lit(START).str.to_date()
    lines = in_polars(ledger).filter(
        pl.col("customer_id").is_not_null() & (pl.col("kind") == "goods") & (pl.col("date") <= end)
    )
    lines = lines.with_columns(gross=pl.col("cents").clip(lower_bound=0))
    money = [pl.col(c).sum() for c in ("cents", "gross", "profit_cents")]
    orders = lines.group_by("customer_id", "date", "order_id").agg(*money, lines=pl.len().cast(pl.Int64))
    days = orders.with_columns(positive=(pl.col("cents") > 0).cast(pl.Int64)).group_by("customer_id", "date")
    days = days.agg(*money, pl.col("lines").sum(), pl.col("positive").sum())
    days = days.with_columns(bought=(pl.col("cents") > 0).cast(pl.Int64), month=pl.col("date").dt.truncate("1mo"))
    days = days.with_columns(orders=pl.col("positive") * pl.col("bought")).collect()
    sums = [pl.col(c).sum() for c in ("cents", "gross", "profit_cents", "lines", "orders", "bought")]
    bought, inside = days.filter(pl.col("bought") == 1), days.filter(pl.col("date") >= start)
    monthly = days.group_by("customer_id", "month").agg(*sums).sort("customer_id", "month")
    whole = days.group_by("customer_id").agg(first=pl.col("date").min(), history=pl.col("cents").sum())
    seen = bought.group_by("customer_id").agg(since=pl.col("date").min(), last=pl.col("date").max())
    active = inside.filter(pl.col("bought") == 1).group_by("customer_id").agg(active=pl.col("month").n_unique())
    window = inside.group_by("customer_id").agg(*sums).join(active, on="customer_id", how="left")
    accounts = (
        whole.join(seen, on="customer_id", how="left").join(window, on="customer_id", how="left").sort("customer_id")
    )
    gap = pl.col("date").diff().over("customer_id").dt.total_days()
    gaps = bought.sort("customer_id", "date").with_columns(gap=gap).drop_nulls("gap").group_by("customer_id")
    gaps = gaps.agg(n=pl.len(), days=pl.col("gap").sum(), days2=(pl.col("gap") ** 2).sum()).sort("customer_id")
    return {"monthly": monthly.to_pandas(), "accounts": accounts.to_pandas(), "gaps": gaps.to_pandas()}


def by_lifetimes(ledger: str) -> dict[str, pd.DataFrame]:
    """What an analyst would install instead; pip install --no-deps lifetimes autograd dill, on the path."""
    from lifetimes.utils import summary_data_from_transaction_data

    lines = in_pandas(ledger).dropna(subset="customer_id")
    return {
        "accounts": summary_data_from_transaction_data(
            lines, "customer_id", "date", "cents", observation_period_end=AS_OF
        )
    }


def by_kamlib(ledger: str, engine: str) -> dict[str, pd.DataFrame]:
    """This project's panel on an engine."""
    from kamlib.panel import build_panel

    source = {"duckdb": in_duckdb, "polars": in_polars, "pandas": in_pandas}[engine](ledger)
    panel = build_panel(source, as_of=AS_OF)
    return {name: getattr(panel, name) for name in ("monthly", "accounts", "gaps")}


OTHERS = {
    "sql": by_sql, "polars": by_polars, "pandas": by_pandas, "pandas-nunique": lambda ledger: by_pandas(ledger, nunique=True),
    "lifetimes": by_lifetimes, "floor": by_floor, "pandas-objects": by_objects,
}  # fmt: skip


def one(way: str, ledger: str) -> None:
    """Run one way; print seconds, peak memory and a hash of its numbers as JSON."""
    began = time.perf_counter()
    frames = OTHERS[way](ledger) if way in OTHERS else by_kamlib(ledger, way.removeprefix("kamlib-"))
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    facts = {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "peak_gib": used.ru_maxrss / 1024**2}
    print(json.dumps(facts | {"same": _hash(frames) if way == "sql" or way not in OTHERS else ""}))


def _hash(frames: dict[str, pd.DataFrame]) -> str:
    sink = hashlib.sha256()
    for name in sorted(frames):
        for column in sorted(frames[name]):
            values = frames[name][column]
            sink.update(
                column.encode() + pd.util.hash_pandas_object(values.astype("str"), index=False).to_numpy().tobytes()
            )
    return sink.hexdigest()[:12]


def run(ledger: str, ways: list[str]) -> None:
    """All ways, one after the other, as a table."""
    print(f"{Path(ledger).name}, {os.environ.get('MEMORY', 'no')} memory limit\n")
    print(
        "| way | seconds | CPU seconds | peak memory, GiB | against sql | CPU against sql | same integers |\n|---|--:|--:|--:|--:|--:|---|",
        flush=True,
    )
    base = {"seconds": float("nan"), "cpu": float("nan")}
    for way in ways:
        answer = subprocess.run(
            [sys.executable, __file__, "one", way, ledger], capture_output=True, text=True, check=False
        )
        if answer.returncode:
            said = answer.stderr.strip().splitlines()[-1][:100] if answer.stderr else answer.returncode
            print(f"| {way} | failed: {said} | | | | | |", flush=True)
            continue
        got = json.loads(answer.stdout)
        base = got if way == "sql" else base
        ratios = f"{got['seconds'] / base['seconds']:.2f} | {got['cpu'] / base['cpu']:.2f}"
        print(
            f"| {way} | {got['seconds']:.1f} | {got['cpu']:.1f} | {got['peak_gib']:.1f} | {ratios} | {got['same']} |",
            flush=True,
        )


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "make":
        make(int(rest[0]), Path(rest[1]), "--csv" in rest)
    elif verb == "one":
        one(*rest)
    else:
        run(rest[0], rest[1:] or list(WAYS))

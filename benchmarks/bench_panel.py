# ruff: noqa: E501  (SQL is read by its columns)
"""The panel against what else an analyst would use: same columns, same ledger, one run.

    python benchmarks/bench_panel.py make 20000000 FOLDER     # a generated ledger as Parquet (and CSV with --csv)
    python benchmarks/bench_panel.py run FOLDER [way ...]     # each way in a process of its own: seconds, peak memory

Ways: kamlib-duckdb, sql, kamlib-polars, kamlib-pandas, pandas. `sql` is the best hand-written DuckDB SQL we could find for the
same tables; `pandas` is the plain groupby way. Measured tables are in `benchmarks/README.md`.
"""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pandas as pd

AS_OF, START, FIRST = "2025-12-31", "2025-01-01", "2022-01-01"
ACCOUNTS_PER_LINE = 1 / 250
WAYS = ("kamlib-duckdb", "sql", "kamlib-polars", "kamlib-pandas", "pandas")


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
        con.execute(
            f"COPY (SELECT customer_id, date, cents / 100 AS amount, order_id FROM '{folder / 'ledger.parquet'}')"
            f" TO '{folder / 'ledger.csv'}' (HEADER)"
        )


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


def by_sql(parquet: str) -> dict[str, pd.DataFrame]:
    """Hand-written: one pass over the ledger into account-days, three queries on those."""
    con = duckdb.connect()
    con.execute(f"CREATE VIEW ledger AS SELECT * FROM '{parquet}'")
    con.execute(SQL_DAYS)
    return {name: con.sql(q).df() for name, q in (("monthly", SQL_MONTHLY), ("accounts", SQL_ACCOUNTS), ("gaps", SQL_GAPS))}


def by_pandas(parquet: str) -> dict[str, pd.DataFrame]:
    """The plain way: read, filter, groupby."""
    lines = pd.read_parquet(parquet)
    lines = lines[lines["customer_id"].notna() & (lines["kind"] == "goods")]
    lines["date"] = pd.to_datetime(lines["date"])
    lines = lines[lines["date"] <= AS_OF].assign(gross=lambda d: d["cents"].clip(lower=0), lines=1)
    money = ["cents", "gross", "profit_cents", "lines"]
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


def by_kamlib(parquet: str, engine: str) -> dict[str, pd.DataFrame]:
    """This project's panel on an engine."""
    from kamlib.panel import build_panel

    if engine == "duckdb":
        source = duckdb.connect().read_parquet(parquet)
    elif engine == "polars":
        import polars as pl

        source = pl.scan_parquet(parquet)
    else:
        source = pd.read_parquet(parquet)
    panel = build_panel(source, as_of=AS_OF)
    return {name: getattr(panel, name) for name in ("monthly", "accounts", "gaps")}


def one(way: str, parquet: str) -> None:
    """Run one way; print seconds, peak memory and a hash of its numbers as JSON."""
    began = time.perf_counter()
    frames = by_sql(parquet) if way == "sql" else by_pandas(parquet) if way == "pandas" else by_kamlib(parquet, way[7:])
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    facts = {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "peak_gib": used.ru_maxrss / 1024**2}
    print(json.dumps(facts | {"same": _hash(frames) if way != "pandas" else ""}))


def _hash(frames: dict[str, pd.DataFrame]) -> str:
    sink = hashlib.sha256()
    for name in sorted(frames):
        for column in sorted(frames[name]):
            values = frames[name][column]
            sink.update(column.encode() + pd.util.hash_pandas_object(values.astype("str"), index=False).to_numpy().tobytes())
    return sink.hexdigest()[:12]


def run(folder: Path, ways: list[str]) -> None:
    """All ways, one after the other, as a table."""
    parquet = str(folder / "ledger.parquet")
    lines = duckdb.sql(f"SELECT count(*) FROM '{parquet}'").fetchall()[0][0]
    print(f"{lines:,} lines\n\n| way | seconds | CPU seconds | peak memory, GiB | against sql | CPU against sql | same integers |\n|---|--:|--:|--:|--:|--:|---|", flush=True)
    facts = {}
    for way in ways:
        answer = subprocess.run([sys.executable, __file__, "one", way, parquet], capture_output=True, text=True, check=False)
        if answer.returncode:
            print(f"| {way} | failed: {answer.stderr.strip().splitlines()[-1] if answer.stderr else answer.returncode} | | | |")
            continue
        facts[way] = json.loads(answer.stdout)
        got, base = facts[way], facts.get("sql", {"seconds": float("nan"), "cpu": float("nan")})
        ratios = f"{got['seconds'] / base['seconds']:.2f} | {got['cpu'] / base['cpu']:.2f}"
        print(f"| {way} | {got['seconds']:.1f} | {got['cpu']:.1f} | {got['peak_gib']:.1f} | {ratios} | {got['same']} |", flush=True)


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "make":
        make(int(rest[0]), Path(rest[1]), "--csv" in rest)
    elif verb == "one":
        one(*rest)
    else:
        run(Path(rest[0]), rest[1:] or ["sql", *(w for w in WAYS if w != "sql")])

"""Everything of 02_segmentation for 100,000 accounts, part by part, beside the plain pandas way where there is one.

Makes lines of three years (with quantities, products, profit and returns), then times each part once, as the page calls
it, with as many draws: ours from DuckDB, the default engine, plain pandas from a frame. Writes `segmentation_speed.md`
beside this file.
Run: `python benchmarks/segmentation_speed.py [accounts]`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from kamlib import segmentation
from kamlib.panel import build_panel, day_totals, purchase_days, quantity_totals
from kamlib.segmentation import concentration, migration, price_volume
from kamlib.segmentation.key_evidence import key_evidence

AS_OF, BEFORE = "2024-12-31", "2023-12-31"
DRAWS = 1000  # the setting `repetitions`
DRAWN = 10  # of the plain bootstrap; a thousand take a hundred times as long


def lines(accounts: int) -> pd.DataFrame:
    """Three years of purchases of accounts of many sizes and rates; one line in 25 is a return."""
    rng = np.random.default_rng(1)
    size = rng.normal(0, 1.5, accounts)
    n = rng.poisson(np.clip(18 * np.exp(0.4 * size + 0.5 * rng.normal(size=accounts)), 1, 300))
    account = np.repeat(np.arange(accounts), n)
    day = rng.integers(0, 1096, len(account))
    sign = np.where(rng.random(len(account)) < 0.04, -1, 1)
    quantity = rng.integers(1, 20, len(account))
    cents = sign * (quantity * np.exp(size[account] + 6 + 0.6 * rng.normal(size=len(account)))).astype("int64")
    date = np.datetime64("2022-01-01", "D") + day
    ids = np.array([f"k{i:06}" for i in range(accounts)])
    columns = {"customer_id": ids[account], "date": date.astype("datetime64[s]"), "cents": cents}
    columns |= {"profit_cents": cents // 4, "quantity": sign * quantity}
    return pd.DataFrame(columns | {"product_id": rng.choice(list("abcdefgh"), len(account))})


class Parts:
    """The parts of the page, in its order; what one makes another may use."""

    def __init__(self, lines) -> None:
        self.lines = lines

    def run(self) -> list[tuple[str, float, float]]:
        """Time each."""
        steps = [name for name in vars(type(self)) if not name.startswith("_") and name != "run"]
        return [(getattr(type(self), s).__doc__.rstrip("."), *timed(getattr(self, s))) for s in steps]

    def panels(self):
        """panels, purchase days, trade by day: from the lines."""
        self.panel, self.before = (build_panel(self.lines, as_of=day) for day in (AS_OF, BEFORE))
        self.days, self.by_day = purchase_days(self.lines, as_of=AS_OF), day_totals(self.lines, as_of=AS_OF)

    def units(self):
        """units by account and by product, from the lines."""
        spans = {"before": (self.before.start, self.before.as_of), "after": (self.panel.start, self.panel.as_of)}
        self.by_account = quantity_totals(self.lines, by="customer_id", **spans)
        self.by_product = quantity_totals(self.lines, by="product_id", **spans)

    def abc(self):
        """ABC by sales, profit, profit served, groups, whole histories; limits; where they differ; whale curve."""
        self.sales, profit = (segmentation.window_values(self.panel, measure=m) for m in ("sales", "profit"))
        costs = pd.DataFrame({"customer_id": self.sales.index, "cost_to_serve": 100.0})
        served = segmentation.served_profit(self.panel, costs, value=profit)["served"]
        parents = pd.DataFrame({"customer_id": self.sales.index[:-1], "parent_id": self.sales.index[1:]}).iloc[::9]
        heads = segmentation.groups(parents, self.sales.index, as_of=self.panel.as_of)
        life, whole = segmentation.lifetime_values(self.panel), segmentation.by_group(self.sales, heads)
        self.classes, by_profit, by_served, *_ = map(segmentation.abc, (self.sales, profit, served, life, whole))
        segmentation.disagreement(self.classes, by_profit), segmentation.disagreement(by_profit, by_served)
        segmentation.abc_limits(self.sales), segmentation.whale_curve(profit), segmentation.whale_curve(served)

    def xyz(self):
        """XYZ by frequency, regularity and variation."""
        self.labels, *_ = (segmentation.xyz(self.panel, by=by) for by in ("frequency", "regularity", "variation"))

    def rfm(self):
        """RFM: measures, cut points, scores, segments."""
        measures = segmentation.rfm_measures(self.panel)
        segmentation.segments(segmentation.rfm(measures, segmentation.rfm_cuts(measures)))

    def confidence(self):
        """class confidence, 1,000 draws; the period before, too; what moved."""
        self.sure = segmentation.class_confidence(self.panel, self.days, repetitions=DRAWS)
        known = self.days[self.days["date"] <= BEFORE]
        then = segmentation.class_confidence(self.before, known, repetitions=DRAWS)
        segmentation.changes(then, self.sure, self.panel.accounts)

    def cells(self):
        """the nine cells and the accounts on a border."""
        segmentation.cells(self.classes, self.labels), segmentation.borders(self.classes, self.sure)

    def persistence(self):
        """persistence, tried at every past month-end."""
        segmentation.persistence(self.panel)

    def keys(self):
        """key accounts, 1,000 draws; sensitivity; evidence of each."""
        keys = segmentation.key_accounts(self.panel, line=0.0005, repetitions=DRAWS)
        segmentation.sensitivity(self.panel), key_evidence(self.panel, keys, confidence=self.sure)

    def concentration(self):
        """concentration with intervals, its path and change, the largest lost, by 300 managers."""
        concentration.expected_concentration(self.panel, repetitions=DRAWS)
        concentration.concentration_path(self.panel, step=3), concentration.concentration_change(self.panel)
        managers = pd.Series(np.arange(len(self.sales)) % 300, index=self.sales.index).astype("str")
        concentration.lose_largest(self.sales), concentration.concentration_by(self.sales, managers)

    def migration(self):
        """migration: classes held, transitions with intervals, who moved, and why."""
        history = migration.class_history(self.panel)
        migration.transitions(history.held, repetitions=400), migration.steadiness(history)
        units = migration.known_units(self.by_account)
        why = migration.change_reasons(self.before.accounts, self.panel.accounts, units=units)
        migration.moves(history, why, back=4)

    def prices(self):
        """price, volume, mix; like for like with intervals."""
        price_volume.price_volume_mix(self.by_product)
        price_volume.like_for_like(self.before, self.panel, self.by_day)


class Plain:
    """What an analyst writes: no interval but a bootstrap's, no key accounts' evidence, no persistence."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.lines = frame

    run = Parts.run

    def windows(self):
        """sales by account and month, trailing twelve months."""
        month = self.lines["date"].dt.to_period("M").rename("month")
        monthly = self.lines.groupby(["customer_id", month])["cents"].sum().reset_index()
        wide = monthly.pivot(index="month", columns="customer_id", values="cents").fillna(0)
        self.wide, self.trailing = wide, wide.rolling(12).sum().dropna()

    def abc(self):
        """ABC by sales and by profit."""
        self.inside = self.lines[(self.lines["date"] > BEFORE) & (self.lines["date"] <= AS_OF)]
        totals = self.inside.groupby("customer_id")[["cents", "profit_cents"]].sum()
        self.classes = [_abc(totals[column]) for column in totals]

    def xyz(self):
        """XYZ by frequency, by spread of gaps, by variation."""
        self.inside.assign(m=self.inside["date"].dt.month).groupby("customer_id")["m"].nunique() / 12
        days = self.lines[["customer_id", "date"]].drop_duplicates().sort_values(["customer_id", "date"])
        gaps = days.groupby("customer_id")["date"].diff().dt.days
        groups = gaps.groupby(days["customer_id"])
        groups.std() / groups.mean(), self.wide.iloc[-12:].std() / self.wide.iloc[-12:].mean()

    def rfm(self):
        """RFM scores."""
        groups = self.inside.groupby("customer_id")
        table = pd.DataFrame({"r": groups["date"].max(), "f": groups.size(), "m": groups["cents"].sum()})
        table.rank(method="first").apply(lambda c: pd.qcut(c, 5, labels=False))

    def confidence(self):
        """a bootstrap of lines behind the classes, 10 draws (overconfident)."""
        drawn = (self.inside.sample(frac=1, replace=True, random_state=r) for r in range(DRAWN))
        return [_abc(lines.groupby("customer_id")["cents"].sum()) for lines in drawn]

    def concentration(self):
        """Gini at quarter ends, a bootstrap of one, 10 draws (covers next to never)."""
        path = [_gini(row) for _, row in self.trailing.iloc[::-3].iterrows()]
        last, rng = self.trailing.iloc[-1], np.random.default_rng(1)
        return path, [_gini(last.sample(frac=1, replace=True, random_state=rng)) for _ in range(DRAWN)]

    def migration(self):
        """classes at quarter ends and their cross tables."""
        classes = [_abc(row[row > 0]).astype(str) for _, row in self.trailing.iloc[::-3].iterrows()]
        table = pd.concat(classes, axis=1).fillna("none")
        return [pd.crosstab(table.iloc[:, b], table.iloc[:, a]) for a, b in pairwise(range(table.shape[1]))]


def _table(database: duckdb.DuckDBPyConnection, frame: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    """The lines in DuckDB, as a book holds them."""
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    database.register("frame", arrow)
    database.execute("CREATE TABLE lines AS SELECT * REPLACE (date::DATE AS date) FROM frame")
    return database.table("lines")


def _abc(sales: pd.Series) -> pd.Series:
    share = sales.sort_values(ascending=False).cumsum() / sales.sum()
    return pd.cut(share, [-1, 0.8, 0.95, 2], labels=list("ABC"))


def _gini(values: pd.Series) -> float:
    x = np.sort(values[values > 0])
    return (2 * np.arange(1, len(x) + 1) - len(x) - 1) @ x / (len(x) * x.sum())


def timed(what: Callable) -> tuple[float, float]:
    """Seconds by the clock and of CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    what()
    taken = time.perf_counter() - clock, time.process_time() - cpu
    print(f"{taken[0]:6.1f} {taken[1]:6.1f}  {what.__doc__}", flush=True)
    return taken


def table(rows: list[tuple[str, float, float]], head: str) -> list[str]:
    """Markdown, with a last line that sums."""
    cells = [f"| {name} | {clock:.1f} | {cpu:.1f} |" for name, clock, cpu in rows]
    clock, cpu = (sum(row[k] for row in rows) for k in (1, 2))
    last = f"| **all** | **{clock:.1f}** | **{cpu:.1f}** |"
    return [f"| {head} | seconds | CPU seconds |", "|---|--:|--:|", *cells, last]


def main(accounts: int) -> None:
    """Time both ways and write the table."""
    frame = lines(accounts)
    with duckdb.connect() as database:
        ours = Parts(_table(database, frame)).run()
    theirs = Plain(frame).run()
    cpu = [sum(row[2] for row in rows) for rows in (ours, theirs)]
    draws = sum(row[2] for row in theirs if "bootstrap" in row[0]) * DRAWS / DRAWN
    text = [
        f"# {accounts:,} accounts", "",
        f"{len(frame):,} lines of three years; `segmentation_speed.py`, one process, {DRAWS:,} draws as the page has.",
        "Where other work shared the machine, look at CPU seconds. The first two rows start from the lines, in DuckDB.",
        "", *table(ours, "kamlib"), "", *table(theirs, "plain pandas, what it gives"), "",
        f"Plain pandas takes {cpu[1] / cpu[0]:.1f} times as long and leaves most of it out. Its two bootstraps with as",
        f"many draws would take {draws:,.0f} CPU seconds, and mislead: `class_confidence.md`, `concentration.md`.",
    ]  # fmt: skip
    Path(__file__).with_suffix(".md").write_text("\n".join(text) + "\n", "utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)

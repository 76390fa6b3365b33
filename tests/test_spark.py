"""The panel on a local Spark: the same integers as on DuckDB. Run by `make test-spark`, which installs PySpark."""

from __future__ import annotations

import sys

import pandas as pd
import pytest

from kamlib.datasets import open_source
from kamlib.panel import build_panel

pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed: make test-spark")
COLUMNS = {"customer_id": "string", "date": "date", "cents": "bigint", "order_id": "string"}


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.pyspark.python", sys.executable).config("spark.sql.shuffle.partitions", "4")
    builder = builder.config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def assert_same(one, two):
    for name in ("monthly", "accounts", "gaps"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


def test_the_hand_typed_ledger(spark, ledger):
    rows = [(c if isinstance(c, str) else None, d.date(), n, o) for c, d, n, o in ledger.itertuples(index=False)]
    frame = spark.createDataFrame(rows, ", ".join(f"{c} {t}" for c, t in COLUMNS.items()))
    assert_same(build_panel(frame, as_of="2024-03-31"), build_panel(ledger, as_of="2024-03-31"))


def test_the_sample_company(spark, tmp_path):
    book, path = open_source("sample"), str(tmp_path / "ledger.parquet")
    book.ledger.project("customer_id, date, cents, profit_cents, order_id, kind").write_parquet(path)
    frame = spark.read.parquet(path)
    assert_same(build_panel(frame, as_of="2026-06-30"), build_panel(book, as_of="2026-06-30"))

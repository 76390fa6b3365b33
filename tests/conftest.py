"""What tests share: a hand-typed ledger whose every answer can be checked by eye, and reports, made once."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import date, timedelta

import hypothesis
import pandas as pd
import pytest
from filelock import FileLock

from kamlib.book import open_book
from kamlib.settings import Settings

# Properties: the same examples in every run of `make test`, so that it fails for what was changed and nothing else;
# new ones in `make acceptance` (--hypothesis-profile new). Either prints the example that fails, to be drawn again.
hypothesis.settings.register_profile("same", derandomize=True, print_blob=True, deadline=None)
hypothesis.settings.register_profile("new", derandomize=False, print_blob=True, deadline=None, max_examples=300)
hypothesis.settings.load_profile("same")

REPETITIONS = 100  # of resampling: how good the intervals are is tested elsewhere


@pytest.fixture(scope="session")
def tiny_book():
    """Two customers, a line of nobody, a fee and a return: every sum can be done by eye."""
    lines = [
        ("k1", "2024-01-10", 100.00, "goods"), ("k1", "2024-02-12", -30.00, "goods"),
        ("k2", "2024-02-20", 70.00, "goods"), (None, "2024-02-21", 5.00, "goods"),
        ("k2", "2024-02-28", -2.00, "fee"), ("k1", "2024-02-29", 40.00, "goods"),
        ("k1", "2024-03-02", 9.00, "goods"),
    ]  # fmt: skip
    frame = pd.DataFrame(lines, columns=["customer_id", "date", "amount", "kind"])
    return open_book({"ledger": frame}, name="tiny")


@pytest.fixture(scope="session")
def ledger_file(tmp_path_factory):
    """A ledger of 40 customers and 18 months as a CSV file, with lines of nobody, fees and returns."""
    draw = random.Random(5)
    lines = []
    for account in range(40):
        day = date(2023, 1, 1) + timedelta(days=draw.randrange(1, 60))
        while day < date(2024, 7, 1):
            net = round(draw.lognormvariate(3 + (40 - account) / 10, 0.8), 2)
            lines.append((f"k{account:02}", day, net, "goods"))
            if draw.random() < 0.05:
                lines.append((f"k{account:02}", day + timedelta(days=3), -net / 2, "goods"))
            day += timedelta(days=draw.randrange(5, 20 + 3 * account))
    lines += [("", date(2024, m, 20), 99.5, "goods") for m in range(1, 7)]
    lines += [("k00", date(2024, m, 21), -7.25, "fee") for m in range(1, 7)]
    path = tmp_path_factory.mktemp("ledger") / "acme.csv"
    pd.DataFrame(lines, columns=["customer_id", "date", "amount", "kind"]).to_csv(path, index=False)
    return path


def made_once(factory, name, make):
    """A folder that `make(folder)` fills once, however many processes run the tests."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with FileLock(base / f"{name}.lock"):
        folder, done = base / name, base / f"{name}.done"
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def report(ledger_file, tmp_path_factory):
    """The folder of a report that the command made, with the project's own notebooks."""
    arguments = [ledger_file, "--as-of", "2024-06-30", "--set", f"repetitions={REPETITIONS}"]

    def make(out):
        command = [sys.executable, "-m", "kamlib.cli", "report", *arguments, "--out", out]
        done = subprocess.run(command, capture_output=True, text=True, cwd=out)
        assert done.returncode == 0, done.stderr
        (out.with_suffix(".out")).write_text(done.stdout, "utf-8")
        (out.with_suffix(".err")).write_text(done.stderr, "utf-8")

    return made_once(tmp_path_factory, "reports", make) / "acme" / "2024-06-30"


@pytest.fixture(scope="session")
def report_said(report):
    """What the command said of `report`: its output, its messages."""
    said = report.parents[1]
    return said.with_suffix(".out").read_text("utf-8"), said.with_suffix(".err").read_text("utf-8")


@pytest.fixture(scope="session")
def report_again(ledger_file, tmp_path_factory):
    """The same report once more: elsewhere, one notebook at a time, called from the library."""
    from kamlib.report.make.report import make_report

    def make(out):
        settings = Settings(repetitions=REPETITIONS)
        make_report(open_book(ledger_file), as_of=date(2024, 6, 30), out=out / "deeper", settings=settings, jobs=1)

    return made_once(tmp_path_factory, "again", make) / "deeper" / "acme" / "2024-06-30"


# Every account is there for a reason; see the tests that use it.
LEDGER = [
    # customer, day, cents, order
    ("anna", "2023-01-10", 100_00, "1"),  # in the first 90 days: truncated
    ("anna", "2023-07-10", 50_00, "2"),
    ("anna", "2024-01-10", 70_00, "3"),
    ("anna", "2024-01-10", 30_00, "3"),  # second line of the same order
    ("anna", "2024-01-10", 5_00, "4"),  # second order of the same day
    ("anna", "2024-03-05", -20_00, "5"),  # a return: no purchase day
    ("bert", "2023-09-01", -15_00, "6"),  # begins with a return: a customer before
    ("bert", "2024-02-02", 40_00, "7"),
    ("cora", "2024-02-20", 900_00, "8"),  # ordered and cancelled on one day
    ("cora", "2024-02-20", -900_00, "9"),
    ("dora", "2023-10-31", 60_00, "10"),
    ("dora", "2024-04-01", 60_00, "11"),  # after as_of 2024-03-31
    (None, "2024-03-03", 33_00, "12"),  # no customer
]


@pytest.fixture
def ledger() -> pd.DataFrame:
    """The hand-typed ledger: customer_id, date, cents, order_id."""
    frame = pd.DataFrame(LEDGER, columns=["customer_id", "date", "cents", "order_id"])
    return frame.assign(date=pd.to_datetime(frame["date"]))

"""What tests share: a hand-typed ledger whose every answer can be checked by eye."""

from __future__ import annotations

import pandas as pd
import pytest

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

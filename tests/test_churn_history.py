"""Histories and optimum: what goes into the purchase models, and when a fit is refused."""

import numpy as np
import pandas as pd
import pytest

from kamlib.churn import BetaGeoNBD, NotConvergedError, histories
from kamlib.churn.models.history import checked, distinct
from kamlib.churn.models.optimum import maximise


@pytest.mark.parametrize(
    "x, t, age, what",
    [
        ([1, np.nan], [1, 1], 5, "missing or infinite in 1 of 2 rows, first in row 1"),
        ([1.5], [1], 5, "not a whole number"),
        ([1], [-1], 5, "less than 0"),
        ([0], [3], 5, "recency is not 0"),
        ([2], [0], 5, "recency is 0"),
        ([1, 1], [1, 1, 1], 5, "different lengths: 2, 3, 1, 1"),
    ],
)
def test_what_cannot_be_a_history_is_refused_with_its_row(x, t, age, what):
    with pytest.raises(ValueError, match=what):
        checked(x, t, age)


def test_distinct_rows_carry_their_number():
    rows = distinct([2, 0, 2, 0], [5, 0, 5, 0], [9, 9, 9, 8])
    assert rows.weights.tolist() == [1, 1, 2] and rows.T.tolist() == [8, 9, 9]


def test_histories_stop_at_the_day_of_the_look():
    days = pd.DataFrame({
        "customer_id": ["a", "a", "a", "b"], "cents": [100, 200, 400, 50],
        "date": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-03-01", "2024-02-20"]),
    })  # fmt: skip
    known = histories(days, as_of="2024-01-31")
    assert known.index.tolist() == ["a"]
    assert known.loc["a"].tolist() == [1, 10, 30, np.log(10), 200, 300]


def test_accounts_that_never_drop_out_give_no_maximum():
    """No account is ever silent: the drop-out runs to nothing."""
    with pytest.raises(NotConvergedError, match="did not converge"):
        BetaGeoNBD().fit([20] * 30, [100.0] * 30, [100.5] * 30)


def test_a_flat_likelihood_is_not_a_fit():
    with pytest.raises(NotConvergedError, match="flat"):
        maximise(lambda p: (-((p[0] - p[1]) ** 2), np.array([-2 * (p[0] - p[1]), 2 * (p[0] - p[1])])), np.zeros((1, 2)))

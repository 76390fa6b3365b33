"""Lines of what changed: large accounts whose frequency moved, why, how surely."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.segmentation import changes


def classes(rows):
    columns = ["customer_id", "abc", "xyz", "X", "Y", "Z"]
    return pd.DataFrame(rows, columns=columns).set_index("customer_id")


THEN = classes([("a", "A", "X", 1, 0, 0), ("b", "B", "Z", 0, 0, 1), ("c", "C", "X", 1, 0, 0), ("d", "A", "?", 0, 0, 0)])
NOW = classes(
    [("a", "A", "Y", 0.3, 0.6, 0.1), ("b", "A", "Y", 0.2, 0.5, 0.3), ("c", "C", "Y", 0, 1, 0), ("d", "A", "X", 1, 0, 0)]
)
ACCOUNTS = pd.DataFrame(
    {"active_months": [7, 5, 6, 7], "sales_cents": [900, 990, 5, 1]}, index=pd.Index(list("abcd"), name="customer_id")
)


def test_who_moved_by_eye():
    """c is small, d was too young: neither is a line."""
    first, second = changes(THEN, NOW, ACCOUNTS)
    assert (first.account, first.before, first.value, first.probability) == ("b", "Z", "Y", pytest.approx(0.7))
    assert (second.account, second.before, second.value) == ("a", "X", "Y")
    assert second.cause == "it bought in 7 months of the window" and second.probability == pytest.approx(0.7)


def test_what_cannot_be_told_and_what_is_nearly_certain():
    untold = NOW.assign(X=float("nan"), Y=float("nan"), Z=float("nan"))
    assert changes(THEN, untold, ACCOUNTS)[0].confidence == "cannot tell"
    assert changes(THEN, NOW.assign(Y=1.0, X=0.0, Z=0.0), ACCOUNTS)[0].probability == 0.999


def test_nothing_moved():
    assert changes(NOW, NOW, ACCOUNTS) == []

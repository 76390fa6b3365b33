"""Lines of what changed: who moved, why, how surely."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.segmentation import KeyAccounts, class_changes, class_frame, key_changes


def classes(rows):
    columns = ["customer_id", "abc", "A", "B", "C", "value", "purchases"]
    return pd.DataFrame(rows, columns=columns).set_index("customer_id")


THEN = classes([("a", "A", 0.9, 0.1, 0, 900, 9), ("b", "B", 0.2, 0.7, 0.1, 300, 3), ("c", "C", 0, 0.1, 0.9, 50, 1)])
NOW = classes(
    [
        ("a", "B", 0.3, 0.6, 0.1, 500, 7), ("b", "A", 0.6, 0.4, 0, 800, 3), ("c", "C", 0, 0.1, 0.9, 50, 1),
        ("d", "A", 0.9, 0.1, 0, 900, 5),
    ]
)  # fmt: skip


def test_who_moved_by_eye():
    first, second = class_changes(THEN, NOW)
    assert (first.account, first.before, first.value) == ("b", "B", "A")
    assert first.cause == "as many purchases, worth more" and first.probability == pytest.approx(0.6)
    assert (second.account, second.before, second.value) == ("a", "A", "B")
    assert first.cents is second.cents is None  # a letter earns nothing; the bridge says what the account's sales did
    assert second.cause == "7 purchase days in the window instead of 9" and second.probability == pytest.approx(0.7)


def test_a_line_that_moved_and_what_cannot_be_told():
    now = THEN.assign(abc=["A", "C", "C"], A=float("nan"), B=float("nan"), C=float("nan"))
    (line,) = class_changes(THEN, now)
    assert line.cause == "its own sales are the same: the line moved"
    assert line.probability is None and line.confidence == "cannot tell"


def test_nothing_is_quite_certain():
    sure = NOW.assign(A=1.0)
    assert class_changes(THEN, sure)[0].probability == 0.999
    assert len(class_changes(THEN, NOW)) == 2 and class_changes(NOW, NOW) == []


def test_key_accounts_come_and_go():
    columns = ["value", "probability", "key"]
    then = pd.DataFrame([(900, 0.9, True), (300, 0.2, False)], index=["a", "b"], columns=columns)
    now = pd.DataFrame([(500, 0.4, False), (800, 0.7, True)], index=["a", "b"], columns=columns)
    left, joined = key_changes(then, KeyAccounts(now, 0.3, 0.3, 0.2, 0.4, "sales", 0.01))
    assert (left.account, left.value, left.cents) == ("a", "off the list", None)
    assert left.probability == pytest.approx(0.6)
    assert (joined.account, joined.value, joined.probability) == ("b", "on the list", pytest.approx(0.7))
    assert joined.says == "Key account: 1.0 % of sales"


def test_up_to_b_is_b_or_above():
    then, now = classes([("c", "C", 0, 0.1, 0.9, 50, 1)]), classes([("c", "B", 0.2, 0.7, 0.1, 51, 1)])
    (line,) = class_changes(then, now)
    assert line.probability == pytest.approx(0.9)  # 0.2 for A and 0.7 for B
    assert line.cause == "as many purchases, worth more"  # by one cent


def test_no_place_on_the_list_is_quite_certain():
    columns = ["value", "probability", "key"]
    then = pd.DataFrame([(900, 1.0, True), (300, 0.2, False)], index=["a", "b"], columns=columns)
    now = pd.DataFrame([(5, 0.0, False), (800, 1.0, True)], index=["a", "b"], columns=columns)
    lines = key_changes(then, KeyAccounts(now, 0.3, 0.3, 0.2, 0.4, "sales", 0.01))
    assert [line.probability for line in lines] == [0.999, 0.999]


def test_what_a_run_keeps_of_a_class_has_money_and_purchase_days():
    told = pd.DataFrame({"abc": ["A", "C"], "confidence": [0.9, 0.8]}, index=pd.Index(["a", "c"], name="customer_id"))
    two = pd.Index(["c", "a"], name="customer_id")
    accounts = pd.DataFrame({"sales_cents": [50, 900], "purchase_days": [1, 9], "lines": 7}, index=two)
    kept = class_frame(told, accounts)
    assert kept.reset_index().to_numpy().tolist() == [["a", "A", 0.9, 900, 9], ["c", "C", 0.8, 50, 1]]
    assert kept.columns.tolist() == ["abc", "confidence", "value", "purchases"]

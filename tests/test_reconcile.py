"""What notebooks publish agrees with the ledger, or there is no report."""

import datetime as dt

import pytest

from kamlib.book import control_totals
from kamlib.panel import build_panel
from kamlib.report.make.reconcile import check_findings
from kamlib.run import RunError

END, BEFORE = dt.date(2024, 2, 29), dt.date(2024, 1, 31)
SAID = {
    "ledger.net": 183_00, "ledger.analysed": 180_00, "ledger.not_trade": -2_00, "ledger.window_sales": 180_00,
    "segmentation.window_sales": 180_00, "summary.window_sales": 180_00, "summary.sales_before": 100_00,
    "summary.sales_change": 80_00, "summary.ledger_change": 83_00,
}  # fmt: skip


def checked(book, said, *, earlier=True):
    panel, before = (build_panel(book, as_of=day) for day in (END, BEFORE))
    found = {"any": [{"key": k, "value": v} for k, v in said.items()]}
    totals = control_totals(book, as_of=END)
    return check_findings(found, book, panel, before if earlier else None, totals, leave_out=["fee"])


def test_sums_by_eye(tiny_book):
    rows = checked(tiny_book, SAID)
    assert {r["what"]: r["value"] for r in rows} == SAID
    assert len(checked(tiny_book, SAID, earlier=False)) == 6
    assert checked(tiny_book, {"segmentation.measure": "profit"}) == []


@pytest.mark.parametrize("key", SAID)
def test_a_cent_too_much_stops_the_report(tiny_book, key):
    with pytest.raises(RunError, match=f"do not agree with the ledger.*{key}: "):
        checked(tiny_book, SAID | {key: SAID[key] + 1})

"""What the notebooks found against the control totals: a report whose pages contradict the ledger is not published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kamlib.book import Book, period_totals
from kamlib.panel import Panel
from kamlib.run import RunError


def check_findings(
    found: Mapping[str, Sequence[Mapping]],
    book: Book,
    panel: Panel,
    before: Panel | None,
    totals: Mapping,
    *,
    leave_out: Sequence[str],
) -> list[dict]:
    """Sums that notebooks published, against the ledger's own.

    Parameters
    ----------
    found : mapping of str to sequence of mappings
        Findings by notebook, as `findings.json` holds them. Those that are not there are not asked for.
    book : Book
    panel, before : Panel
        Of the day of the report, and of the earlier day (None where there is none).
    totals : mapping
        From `kamlib.book.control_totals`.
    leave_out : sequence of str
        Kinds of line that are not a customer's trade.

    Returns
    -------
    list of dict
        what, value, expected: one for each sum, integer cents.

    Raises
    ------
    RunError
        If any two differ.
    """
    said = {f["key"]: f["value"] for findings in found.values() for f in findings}
    wanted = _expected(book, panel, before, totals, leave_out)
    rows = [{"what": k, "value": said[k], "expected": wanted[k]} for k in wanted if k in said]
    wrong = [f"{r['what']}: {r['value']:,} instead of {r['expected']:,}" for r in rows if r["value"] != r["expected"]]
    if wrong:
        raise RunError("The pages do not agree with the ledger (integer cents): " + "; ".join(wrong) + ".")
    return rows


def _expected(
    book: Book, panel: Panel, before: Panel | None, totals: Mapping, leave_out: Sequence[str]
) -> dict[str, int]:
    window = period_totals(book, first=panel.start, last=panel.as_of, leave_out=leave_out)
    sums = {
        "ledger.net": totals["net_cents_to_as_of"],
        "ledger.analysed": totals["analysed_cents"],
        "ledger.not_trade": totals["not_trade_cents"],
        "ledger.window_sales": window["analysed"],
        "segmentation.window_sales": window["analysed"],
        "summary.window_sales": window["analysed"],
    }
    if before is None:
        return sums
    earlier = period_totals(book, first=before.start, last=before.as_of, leave_out=leave_out)
    return sums | {
        "summary.sales_before": earlier["analysed"],
        "summary.sales_change": window["analysed"] - earlier["analysed"],
        "summary.ledger_change": sum(window.values()) - sum(earlier.values()),
    }

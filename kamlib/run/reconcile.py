"""Every sum of the panel against the control totals of the book."""

from __future__ import annotations

from kamlib.panel import Panel
from kamlib.run.errors import RunError


def check_reconciled(panel: Panel, totals: dict) -> list[dict]:
    """Every sum of the panel against the control totals.

    Returns
    -------
    list of dict
        what, cents, expected: one for each sum.

    Raises
    ------
    RunError
        If any two differ.
    """
    parts = sum(totals[f"{p}_cents"] for p in ("analysed", "no_customer", "not_trade"))
    expected = totals["analysed_cents"]
    sums = [
        ("parts of the ledger up to as_of", parts, totals["net_cents_to_as_of"]),
        ("monthly", int(panel.monthly["sales_cents"].sum()), expected),
        ("accounts, whole history", int(panel.accounts["history_sales_cents"].sum()), expected),
        ("accounts, gross and returns", int((panel.accounts["gross_cents"] + panel.accounts["returns_cents"]).sum()),
         int(panel.accounts["sales_cents"].sum())),
        *_profit_sums(panel, totals),
        ("rows", totals["rows_set_aside"] + totals["lines"], totals["rows_read"]),
    ]  # fmt: skip
    wrong = [f"{what}: {got:,} instead of {want:,}" for what, got, want in sums if got != want]
    if wrong:
        raise RunError("The totals do not reconcile (integer cents): " + "; ".join(wrong) + ".")
    return [{"what": what, "value": got, "expected": want} for what, got, want in sums]


def _profit_sums(panel: Panel, totals: dict) -> list[tuple[str, int, int]]:
    if not panel.has_profit:
        return []
    expected = totals["profit_known_cents"] + totals["profit_estimated_cents"]
    return [("monthly, profit", int(panel.monthly["profit_cents"].sum()), expected)]

"""What 02_segmentation hands on."""

from __future__ import annotations

import pandas as pd

from kamlib.run import Finding
from kamlib.segmentation.key_accounts import BREADWINNER_SHARE, KeyAccounts, claim_verdict

FIRM = 0.95


def findings(
    abc_table: pd.DataFrame, xyz_table: pd.DataFrame, keys: KeyAccounts, *, months: int, currency: str = ""
) -> list[Finding]:
    """Segmentation in numbers.

    Parameters
    ----------
    abc_table, xyz_table : pandas.DataFrame
        From `abc` and `xyz`.
    keys : KeyAccounts
    months : int
        Length of the window.
    currency : str

    Returns
    -------
    list of Finding
        Keys begin with `segmentation.`. What was sold in the window is a census and has no interval; intervals
        speak of an average year (`kamlib.stats.expected`).
    """
    listed, what = keys.listed, keys.measure
    firm = int((listed["probability"] >= FIRM).sum()) if listed["probability"].notna().any() else None
    a = abc_table["abc"] == "A"
    money, irregular = f"money {currency}".strip(), int((a & (xyz_table["xyz"].reindex(a.index) == "Z")).sum())
    claim = {"low": _none(keys.low), "high": _none(keys.high), "verdict": claim_verdict(keys, months=months)}
    breadwinners = int((listed["share"] >= BREADWINNER_SHARE).sum())
    of, average = f"share of {what}", "in an average year"
    return [
        Finding("segmentation.measure", "Value that accounts are judged by", what, "word"),
        Finding("segmentation.window_sales", "Net sales of the window", int(abc_table["value"].sum()), money),
        Finding("segmentation.line", f"Line: the {of} that makes a key account", keys.line, "share"),
        Finding("segmentation.key_accounts", f"Key accounts, by {what} of the window", len(listed), "accounts"),
        Finding("segmentation.firm", "Of these, surely above it (probability 95 % or more)", firm, "accounts"),
        Finding(
            "segmentation.key_share", "Their share of sales, in the window", _none(keys.share), "share", n=len(listed)
        ),
        Finding(
            "segmentation.expected_key_share",
            f"Key accounts' share of sales {average} (claim: 30 to 55 %)",
            _none(keys.expected),
            "share",
            **claim,
        ),
        Finding("segmentation.largest_share", f"Largest account, {of} in the window", *_first(listed, "share")),
        Finding("segmentation.largest_expected", f"The same {average}", *_first(listed, "expected", "low", "high")),
        Finding("segmentation.breadwinners", f"Accounts with 10 % of {what} or more", breadwinners, "accounts"),
        Finding("segmentation.a_accounts", "Accounts in class A by sales", int(a.sum()), "accounts", n=len(a)),
        Finding("segmentation.a_share_of_accounts", "Class A as a share of accounts", _none(a.mean()), "share"),
        Finding("segmentation.a_irregular", "Class A accounts that buy irregularly", irregular, "accounts"),
    ]


def _none(value: float) -> float | None:
    return float(value) if value == value else None


def _first(listed: pd.DataFrame, value: str, *limits: str) -> tuple:
    """A share of the largest account, its unit, and its limits."""
    row = listed.iloc[0] if len(listed) else pd.Series(dtype=float)
    return _none(row.get(value, float("nan"))), "share", *(_none(row.get(c, float("nan"))) for c in limits)

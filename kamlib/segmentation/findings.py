"""What 02_segmentation hands on."""

from __future__ import annotations

import pandas as pd

from kamlib.run import Finding
from kamlib.segmentation.key_accounts import BREADWINNER_SHARE, KeyAccounts, claim_verdict


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
        Keys begin with `segmentation.`. Shares of what was sold are a census; the intervals say how far a share
        depends on the luck of the year (months of each account drawn again).
    """
    listed, what = keys.listed, keys.measure
    together, money = _none(keys.share), f"money {currency}".strip()
    largest = _largest(keys)
    firm = int((listed["stability"] >= 0.95).sum())
    a = abc_table["abc"] == "A"
    claim = {"low": _none(keys.low), "high": _none(keys.high), "verdict": claim_verdict(keys, months=months)}
    irregular = int((a & (xyz_table["xyz"].reindex(a.index) == "Z")).sum())
    breadwinners = int((listed["share"] >= BREADWINNER_SHARE).sum())
    per = f"share of {what}"
    return [
        Finding("segmentation.measure", "Value that accounts are judged by", what, "word"),
        Finding("segmentation.window_value", f"Net {what} of the window", int(abc_table["value"].sum()), money),
        Finding(
            "segmentation.key_accounts", f"Key accounts: {keys.line:.1%} of {what} or more", len(listed), "accounts"
        ),
        Finding("segmentation.firm", "Of these, on the list in 95 of 100 resampled years", firm, "accounts"),
        Finding(
            "segmentation.key_share", f"Their {per} (claim: 30 to 55 %)", together, "share", n=len(listed), **claim
        ),
        Finding("segmentation.largest_share", f"Largest account, {per}", *largest),
        Finding(
            "segmentation.breadwinners",
            f"Accounts with {BREADWINNER_SHARE:.0%} of {what} or more",
            breadwinners,
            "accounts",
        ),
        Finding("segmentation.a_accounts", "Accounts in class A", int(a.sum()), "accounts", n=len(abc_table)),
        Finding("segmentation.a_share_of_accounts", "Class A as a share of accounts", _none(a.mean()), "share"),
        Finding("segmentation.a_irregular", "Class A accounts that buy irregularly", irregular, "accounts"),
    ]


def _none(value: float) -> float | None:
    return float(value) if value == value else None


def _largest(keys: KeyAccounts) -> tuple[float | None, str, float | None, float | None]:
    """Share of the largest account with its unit and interval."""
    if keys.table.empty:
        return None, "share", None, None
    top = keys.table.iloc[0]
    return float(top["share"]), "share", float(top["low"]), float(top["high"])

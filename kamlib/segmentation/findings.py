"""What 02_segmentation hands on."""

from __future__ import annotations

import pandas as pd

from kamlib.run.findings import Finding
from kamlib.segmentation.cells import SURE
from kamlib.segmentation.forward import AHEAD_SURE, left_of
from kamlib.segmentation.key_accounts import BREADWINNER_SHARE, KeyAccounts, claim_verdict
from kamlib.segmentation.persistence import Persistence

FIRM = 0.95
SURE_A = 0.90
EVEN = 0.5
MOVED = ("moved", "moved_surely")


def findings(
    abc_table: pd.DataFrame,
    xyz_table: pd.DataFrame,
    keys: KeyAccounts,
    *,
    months: int,
    currency: str = "",
    confidence: pd.DataFrame | None = None,
    ahead: pd.DataFrame | None = None,
    lasting: Persistence | None = None,
    then: pd.DataFrame | None = None,
    concentration: pd.DataFrame | None = None,
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
    confidence : pandas.DataFrame, optional
        From `class_confidence`.
    ahead : pandas.DataFrame, optional
        From `forward_confidence`: who has probably left is counted apart, and the next window stands beside this one.
    lasting : Persistence, optional
        From `persistence`.
    then : pandas.DataFrame, optional
        From `class_confidence`, of the earlier report.
    concentration : pandas.DataFrame, optional
        From `kamlib.segmentation.concentration.expected_concentration`.

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
    claim = {"low": _none(keys.low), "high": _none(keys.high)} if keys.high else {}  # of no account, no interval
    claim |= {"verdict": claim_verdict(keys, months=months)}
    breadwinners = int((listed["share"] >= BREADWINNER_SHARE).sum())
    of, average = f"share of {what}", "in an average year"
    first = keys.table[keys.table["share"] >= keys.largest]  # which may be on no list
    found = [
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
        Finding("segmentation.largest_share", f"Largest account, {of} in the window", _none(keys.largest), "share"),
        Finding("segmentation.largest_expected", f"The same {average}", *_first(first, "expected", "low", "high")),
        Finding("segmentation.breadwinners", f"Accounts with 10 % of {what} or more", breadwinners, "accounts"),
        Finding("segmentation.a_accounts", "Accounts in class A by sales", int(a.sum()), "accounts", n=len(a)),
        Finding("segmentation.a_share_of_accounts", "Class A as a share of accounts", _none(a.mean()), "share"),
        Finding("segmentation.a_irregular", "Class A accounts that buy irregularly", irregular, "accounts"),
    ]
    found += _sure(abc_table, confidence, ahead) if confidence is not None else []
    found += _moved(then, confidence) if confidence is not None else []
    found += _concentrated(concentration) if concentration is not None else []
    return found + (_lasting(lasting) if lasting is not None else [])


def _moved(then: pd.DataFrame | None, now: pd.DataFrame) -> list[Finding]:
    """How many accounts of both reports are in another class, and how many of these probably belong there."""
    says = "Accounts in another class than in the report before", "Of these, probably where they belong"
    if then is None:
        return [Finding(f"segmentation.{key}", what, None, "accounts") for key, what in zip(MOVED, says, strict=True)]
    both = now.join(then["abc"].rename("was"), how="inner")
    moved = both[both["abc"] != both["was"]]
    surely = int((moved["confidence"] > 0.5).sum()) if both["confidence"].notna().any() else None
    return [
        Finding("segmentation.moved", says[0], len(moved), "accounts", n=len(both)),
        Finding("segmentation.moved_surely", says[1], surely, "accounts", n=len(moved)),
    ]


def _concentrated(table: pd.DataFrame) -> list[Finding]:
    """Gini, effective accounts and the share of the ten largest, in an average year."""
    rows = [
        ("gini", "Gini coefficient of sales in an average year", ""),
        ("effective_accounts", "Effective number of accounts, as many of one size", "accounts"),
        ("top_10", "Share of the ten largest in an average year", "share"),
    ]
    return [
        Finding(f"segmentation.{key}", says, _counted(table.loc[key, "expected"], unit), unit,
                *(_counted(table.loc[key, end], unit) for end in ("low", "high")))
        for key, says, unit in rows if key in table.index
    ]  # fmt: skip


def _counted(value: float, unit: str) -> float | int | None:
    """A number of accounts is whole."""
    return round(value) if unit == "accounts" and value == value else _none(value)


def _sure(abc_table: pd.DataFrame, confidence: pd.DataFrame, ahead: pd.DataFrame | None) -> list[Finding]:
    """How many classes can be relied on."""
    told = confidence["confidence"].dropna()
    in_a = confidence.loc[confidence["abc"] == "A", "A"]
    left = pd.Series(False, in_a.index) if ahead is None else left_of(ahead).reindex(in_a.index, fill_value=False)
    surely = int((in_a[~left] >= SURE_A).sum()) if len(told) else None
    borders = int((told < SURE).sum()) if len(told) else None
    mean = float(told.mean()) if len(told) else None
    expected = round(float(confidence["A"].sum())) if len(told) else None
    there = "" if ahead is None else " that have not probably left"
    certain = f"Class A accounts{there}, confidence 90 % or more"
    return [
        Finding("segmentation.a_sure", certain, surely, "accounts", n=len(in_a)),
        *(_ahead(ahead, left) if ahead is not None else []),
        Finding("segmentation.a_expected", "Accounts that are A in an average year, as expected", expected, "accounts"),
        Finding("segmentation.borders", "Accounts on the border of a class", borders, "accounts", n=len(told)),
        Finding("segmentation.right", "Classes that are the true ones, as expected", mean, "share", n=len(told)),
    ]


def _ahead(ahead: pd.DataFrame, left: pd.Series) -> list[Finding]:
    """Class A with its state, and in the next window."""
    in_a = ahead.loc[ahead["abc"] == "A", "forward"]
    known = in_a.notna().any()
    named = int((in_a[~left.reindex(in_a.index, fill_value=False)] >= AHEAD_SURE).sum()) if known else None
    says = f"Class A accounts that will be A in the next window, probability {100 * AHEAD_SURE:.0f} % or more"
    return [
        Finding("segmentation.a_left", "Class A accounts that have probably left", int(left.sum()), "accounts",
                n=len(left)),
        Finding("segmentation.a_ahead", says, named, "accounts", n=len(in_a)),
        Finding("segmentation.a_ahead_expected", "Class A accounts that will be A in the next window, as expected",
                round(float(in_a.sum())) if known else None, "accounts", n=len(in_a)),
    ]  # fmt: skip


def _lasting(lasting: Persistence) -> list[Finding]:
    """How long classes last, and whether that is known."""
    stays = lasting.table["stays"].dropna()
    of_a = lasting.table.loc[lasting.table["abc"] == "A", "stays"].dropna()
    period = f"{lasting.ahead} month{'s' * (lasting.ahead != 1)} on"
    leaving = int((of_a < EVEN).sum()) if len(of_a) else None
    return [
        Finding("segmentation.stays", f"Same class {period}, as expected", _mean(stays), "share", n=len(stays)),
        Finding("segmentation.a_stays", f"Class A still A {period}, as expected", _mean(of_a), "share", n=len(of_a)),
        Finding("segmentation.a_leaving", f"Class A accounts likelier not to be A {period}", leaving, "accounts",
                n=len(of_a)),
        Finding(
            "segmentation.stays_error", "Mean error of these probabilities on the ledger's past", _none(lasting.error),
            "share", n=lasting.tried,
        ),
    ]  # fmt: skip


def _mean(values: pd.Series) -> float | None:
    return float(values.mean()) if len(values) else None


def _none(value: float) -> float | None:
    return float(value) if value == value else None


def _first(listed: pd.DataFrame, value: str, *limits: str) -> tuple:
    """A share of the largest account, its unit, and its limits."""
    row = listed.iloc[0] if len(listed) else pd.Series(dtype=float)
    return _none(row.get(value, float("nan"))), "share", *(_none(row.get(c, float("nan"))) for c in limits)

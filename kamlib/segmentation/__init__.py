"""Segmentation: ABC, XYZ, the nine cells, key accounts. Notebook: 02_segmentation."""

from kamlib.segmentation.abc import ABC_SHARES, Limits, abc, abc_limits, abc_summary, disagreement
from kamlib.segmentation.cells import PLAYBOOK, cells
from kamlib.segmentation.confidence import class_confidence
from kamlib.segmentation.findings import findings
from kamlib.segmentation.key_accounts import (
    BREADWINNER_SHARE,
    CLAIM,
    KEY_SHARE,
    KeyAccounts,
    claim_verdict,
    key_accounts,
    measure_of,
    sensitivity,
    window_values,
)
from kamlib.segmentation.value import by_group, groups, lifetime_values, served_profit, whale_curve
from kamlib.segmentation.xyz import XYZ_MIN_MONTHS, XYZ_SHARES, xyz

__all__ = [
    "ABC_SHARES", "BREADWINNER_SHARE", "CLAIM", "KEY_SHARE", "PLAYBOOK", "XYZ_MIN_MONTHS", "XYZ_SHARES",
    "KeyAccounts", "Limits", "abc", "abc_limits", "abc_summary", "by_group", "cells", "claim_verdict",
    "class_confidence", "disagreement", "findings", "groups", "key_accounts", "lifetime_values", "measure_of",
    "sensitivity", "served_profit", "whale_curve", "window_values", "xyz",
]  # fmt: skip

"""Segmentation: ABC, XYZ, the nine cells, key accounts. Notebook: 02_segmentation."""

from kamlib.segmentation.abc import ABC_SHARES, abc, abc_summary, disagreement
from kamlib.segmentation.cells import PLAYBOOK, cells
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
from kamlib.segmentation.xyz import XYZ_MIN_MONTHS, XYZ_SHARES, xyz

__all__ = [
    "ABC_SHARES", "BREADWINNER_SHARE", "CLAIM", "KEY_SHARE", "PLAYBOOK", "XYZ_MIN_MONTHS", "XYZ_SHARES",
    "KeyAccounts", "abc", "abc_summary", "cells", "claim_verdict", "disagreement", "findings", "key_accounts",
    "measure_of", "sensitivity", "window_values", "xyz",
]  # fmt: skip

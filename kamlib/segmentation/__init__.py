"""Segmentation: ABC, XYZ, the nine cells, key accounts. Notebook: 02_segmentation."""

from kamlib.segmentation.abc import ABC_SHARES, Limits, abc, abc_limits, abc_summary, disagreement
from kamlib.segmentation.cells import PLAYBOOK, borders, cells
from kamlib.segmentation.changes import changes
from kamlib.segmentation.confidence import class_confidence
from kamlib.segmentation.findings import findings
from kamlib.segmentation.forward import AHEAD_SURE, forward_confidence, has_probably_left, with_state
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
from kamlib.segmentation.moved import class_changes, class_frame, key_changes
from kamlib.segmentation.persistence import Persistence, persistence
from kamlib.segmentation.rfm import SEGMENTS, Cuts, read_cuts, rfm, rfm_cuts, rfm_measures, segments
from kamlib.segmentation.value import by_group, group_classes, groups, lifetime_values, served_profit, whale_curve
from kamlib.segmentation.xyz import XYZ_MIN_MONTHS, XYZ_SHARES, xyz

__all__ = [
    "ABC_SHARES",
    "AHEAD_SURE",
    "BREADWINNER_SHARE",
    "CLAIM",
    "KEY_SHARE",
    "PLAYBOOK",
    "SEGMENTS",
    "XYZ_MIN_MONTHS",
    "XYZ_SHARES",
    "Cuts",
    "KeyAccounts",
    "Limits",
    "Persistence",
    "abc",
    "abc_limits",
    "abc_summary",
    "borders",
    "by_group",
    "cells",
    "changes",
    "claim_verdict",
    "class_changes",
    "class_confidence",
    "class_frame",
    "disagreement",
    "findings",
    "forward_confidence",
    "group_classes",
    "groups",
    "has_probably_left",
    "key_accounts",
    "key_changes",
    "lifetime_values",
    "measure_of",
    "persistence",
    "read_cuts",
    "rfm",
    "rfm_cuts",
    "rfm_measures",
    "segments",
    "sensitivity",
    "served_profit",
    "whale_curve",
    "window_values",
    "with_state",
    "xyz",
]  # fmt: skip

"""Concentration: how much hangs on a few accounts, how surely, since when, and what if they go."""

from kamlib.segmentation.concentration.groups import UNASSIGNED, account_facts, assigned_managers
from kamlib.segmentation.concentration.intervals import concentration_change, concentration_path, expected_concentration
from kamlib.segmentation.concentration.measures import (
    LARGEST,
    concentration,
    gini,
    hhi,
    lorenz,
    measure_names,
    row_measures,
    said,
    top_share,
)
from kamlib.segmentation.concentration.stress import concentration_by, lose_largest

__all__ = [
    "LARGEST", "UNASSIGNED", "account_facts", "assigned_managers", "concentration", "concentration_by",
    "concentration_change", "concentration_path", "expected_concentration", "gini", "hhi", "lorenz", "lose_largest",
    "measure_names", "row_measures", "said", "top_share",
]  # fmt: skip

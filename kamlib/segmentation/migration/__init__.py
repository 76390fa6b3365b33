"""Migration: which accounts change class, how often, why, and which changes are worth a word."""

from kamlib.segmentation.migration.history import INACTIVE, NEW, STATES, ClassHistory, class_history, steadiness
from kamlib.segmentation.migration.moves import moves
from kamlib.segmentation.migration.reasons import CAUSES, cause_totals, change_reasons, known_units, product_change
from kamlib.segmentation.migration.transitions import transition_matrix, transitions

__all__ = [
    "CAUSES", "INACTIVE", "NEW", "STATES", "ClassHistory", "cause_totals", "change_reasons", "class_history",
    "known_units", "moves", "product_change", "steadiness", "transition_matrix", "transitions",
]  # fmt: skip

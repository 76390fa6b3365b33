"""What rooms share: expected totals behind a year's luck, and intervals. More comes with the rooms that need it."""

from kamlib.stats.expected import Expected, expected_totals
from kamlib.stats.intervals import interval

__all__ = ["Expected", "expected_totals", "interval"]

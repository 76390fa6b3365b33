"""What rooms share: resampling and intervals. More comes with the rooms that need it."""

from kamlib.stats.resampling import interval, resampled_totals

__all__ = ["interval", "resampled_totals"]

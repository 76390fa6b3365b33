"""A run: what notebooks share - the book, the panel, frames and findings - and how it is stored."""

from kamlib.run.days import last_complete_month, parse_day, period_before
from kamlib.run.errors import InputError, RunError
from kamlib.run.findings import Change, Finding, in_words
from kamlib.run.parameters import check_parameters
from kamlib.run.reconcile import check_reconciled
from kamlib.run.run import Run, open_run

__all__ = [
    "Change", "Finding", "InputError", "Run", "RunError", "check_parameters", "check_reconciled", "in_words",
    "last_complete_month", "open_run", "parse_day", "period_before",
]  # fmt: skip

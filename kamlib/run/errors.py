"""What a run says when it cannot go on."""

from __future__ import annotations


class RunError(Exception):
    """A run, or a notebook within it, cannot go on. The message says why and what to do."""


class InputError(RunError):
    """What was asked for cannot be run: no such day, notebook or lines."""

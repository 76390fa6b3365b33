"""Typed parts -> the checked book: what is set aside, left out, converted, merged, and the totals."""

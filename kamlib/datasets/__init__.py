"""Ledgers to work on: the sample company with known truth, and public data."""

"""Regenerate the sample: python -m kamlib.company --out data/sample.

With --dictionary data/README.md the data dictionary in that file is renewed too.
"""

from __future__ import annotations

import argparse

from . import DEFAULT_SEED, make_company, write_company
from .dictionary import refresh_dictionary


def main() -> None:
    """Write a company into a folder."""
    parser = argparse.ArgumentParser(prog="python -m kamlib.company", description="Write a company into a folder.")
    parser.add_argument("--out", required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="seed of the company (%(default)s)")
    parser.add_argument("--accounts", type=int, default=400, help="number of customer ids (%(default)s)")
    parser.add_argument("--months", type=int, default=36, help="months of ledger (%(default)s)")
    parser.add_argument("--managers", type=int, default=12, help="number of managers (%(default)s)")
    parser.add_argument("--end", default="2026-06-30", help="last day, a month end (%(default)s)")
    parser.add_argument("--dictionary", help="Markdown file whose data dictionary is to be renewed")
    a = parser.parse_args()
    company = make_company(seed=a.seed, accounts=a.accounts, months=a.months, managers=a.managers, end=a.end)
    write_company(company, a.out)
    if a.dictionary:
        refresh_dictionary(a.dictionary)


if __name__ == "__main__":
    main()

"""What was planted and what its oracle recovers, as a table: runs tests/test_company_oracles.py.

Usage: python benchmarks/company_oracles.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


class _Keeper:
    """Takes the pairs from the test module when the run is over."""

    found: list[tuple[str, float, float, float]] = []

    def pytest_sessionfinish(self) -> None:
        self.found = sys.modules["test_company_oracles"].FOUND


def main() -> None:
    """Run the oracles and write the table."""
    keeper = _Keeper()
    failed = pytest.main(["-q", str(HERE.parent / "tests" / "test_company_oracles.py")], plugins=[keeper])
    rows = [f"| {what} | {a:.3g} | {b:.3f} | {t:.3f} |" for what, a, b, t in keeper.found]
    text = (
        "# Planted and recovered\n\n| quantity | planted | recovered | tolerance of the test |\n|---|---:|---:|---:|\n"
    )
    (HERE / "company_oracles.md").write_text(text + "\n".join(rows) + "\n", encoding="utf-8")
    raise SystemExit(failed)


if __name__ == "__main__":
    main()

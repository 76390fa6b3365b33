"""What was planted and what its oracle recovers, as a table: runs tests/test_company_oracles.py.

Usage: python benchmarks/company_oracles.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from kamlib.company import make_company
from kamlib.company.leaving import DRIVERS

HERE = Path(__file__).parent


class _Keeper:
    """Takes the pairs from the test module when the run is over."""

    found: tuple = ()

    def pytest_sessionfinish(self) -> None:
        self.found = sys.modules["test_company_oracles"].FOUND


def hazards_over_companies(number: int = 40) -> str:
    """Mean estimate and coverage of the 95 % interval of each log hazard ratio over companies."""
    rows = []
    for seed in range(30_000, 30_000 + number):
        company = make_company(seed=seed, accounts=1000)
        spells = company.truth["exposure"]
        x = sm.add_constant(spells[list(DRIVERS)].astype(float))
        fit = sm.GLM(spells["event"], x, family=sm.families.Poisson(), offset=np.log(spells["weeks"])).fit()
        for driver in DRIVERS:
            rows.append((driver, getattr(company.parameters, f"hazard_{driver}"), fit.params[driver], fit.bse[driver]))
    table = pd.DataFrame(rows, columns=["driver", "planted", "found", "error"])
    table["covered"] = (table["found"] - table["planted"]).abs() <= 1.96 * table["error"]
    mean = table.groupby("driver", sort=False).mean()
    mean["error"] /= number**0.5
    head = f"## Log hazard ratios over {number} companies of 1,000 accounts x 36 months\n\n"
    head += "| driver | planted | mean recovered | its standard error | 95 % intervals that cover |\n"
    head += "|---|---:|---:|---:|---:|\n"
    body = [
        f"| {d} | {r.planted:g} | {r.found:.3f} | {r.error:.3f} | {100 * r.covered:.0f} % |" for d, r in mean.iterrows()
    ]
    return head + "\n".join(body) + f"\n\nAll together: {100 * table['covered'].mean():.1f} % of {len(table)}.\n"


def main() -> None:
    """Run the oracles and write the tables."""
    keeper = _Keeper()
    failed = pytest.main(["-q", str(HERE.parent / "tests" / "test_company_oracles.py")], plugins=[keeper])
    rows = [f"| {what} | {a:.3g} | {b:.3f} | {t:.3f} |" for what, a, b, t in keeper.found]
    text = (
        "# Planted and recovered\n\n| quantity | planted | recovered | tolerance of the test |\n|---|---:|---:|---:|\n"
    )
    (HERE / "company_oracles.md").write_text(
        text + "\n".join(rows) + "\n\n" + hazards_over_companies(), encoding="utf-8"
    )
    raise SystemExit(failed)


if __name__ == "__main__":
    main()

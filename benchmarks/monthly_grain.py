"""False alarms in a ledger by months beside the same ledger by days: late and lost, at the stated rates.

Accounts that never leave buy by a gamma renewal process (k = 1: chance) at rates of their own; so every alarm is
false. The daily ledger is cut to months: one date a month and account, the first of it. It is judged as what it is,
and also, as a warning, as if its dates were days.

`python benchmarks/monthly_grain.py > benchmarks/monthly_grain.md`
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kamlib.churn import silences

ACCOUNTS, MONTHS = 2_000, 36
AS_OF = dt.date(2023, 12, 31)
RATES = {"late": 0.02, "lost": 0.005}


def daily(
    usual_days: float, regularity: float, seed: int, accounts: int = ACCOUNTS, months: int = MONTHS
) -> pd.DataFrame:
    """Purchase days of accounts whose mean gaps spread by a third around `usual_days`, up to AS_OF."""
    rng = np.random.default_rng(seed)
    length = months * 365.25 / 12
    mean = usual_days * rng.gamma(9, 1 / 9, accounts)
    n = int(3 * length / usual_days + 60)
    gaps = rng.gamma(regularity, 1 / regularity, (accounts, n)) * mean[:, None]
    at = np.cumsum(gaps, axis=1) - rng.random((accounts, 1)) * gaps[:, :1]
    row, place = np.nonzero(at < length)
    day = pd.Timestamp(AS_OF) - pd.to_timedelta(np.floor(at[row, place]), unit="D")
    days = pd.DataFrame(
        {"customer_id": np.char.mod("k%05d", row), "date": day.astype("datetime64[s]"), "cents": 10_000}
    )
    return days.drop_duplicates(["customer_id", "date"]).sort_values(["customer_id", "date"], ignore_index=True)


def ledger(usual, regularity: float, accounts: int = ACCOUNTS) -> pd.DataFrame:
    """The daily ledger of one cell; "10 to 150" is one of fast and slow accounts together."""
    if isinstance(usual, int):
        return daily(usual, regularity, seed=usual * 10 + int(regularity), accounts=accounts)
    parts = [daily(u, regularity, seed=u, accounts=accounts // 4).assign(u=f"{u}") for u in (10, 30, 60, 150)]
    days = pd.concat(parts, ignore_index=True)
    days["customer_id"] += "-" + days.pop("u")
    return days.sort_values(["customer_id", "date"], ignore_index=True)


def by_month(days: pd.DataFrame, grain: str = "month") -> pd.DataFrame:
    """The same as a ledger by months has it."""
    first = days["date"].dt.to_period("M").dt.to_timestamp().astype("datetime64[s]")
    months = days.assign(date=first).groupby(["customer_id", "date"], as_index=False)["cents"].sum()
    months.attrs["grain"] = grain
    return months


def false_alarms(days: pd.DataFrame, as_of: dt.date = AS_OF) -> dict[str, float]:
    """Alarms per account-month from an account's second purchase on, when it has a rhythm."""
    judged = silences(days, as_of=as_of, late_rate=RATES["late"], lost_rate=RATES["lost"])
    own = judged.table[judged.table["gaps"] > 0]
    since = own.groupby("customer_id")["date"].min()
    months = (pd.Timestamp(as_of) - since).dt.days.sum() / 30.4375
    return {name: float(own[f"{name}_on"].notna().sum() / months) for name in RATES}


def main() -> None:
    print("# False alarms in a ledger by months\n")
    print(__doc__.split("\n\n")[1].replace("\n", " ") + f" {ACCOUNTS:,} accounts, {MONTHS} months.\n")
    print("False alarms per account-month; stated: late 0.020, lost 0.005. In brackets: over those by days.\n")
    shown = ("by days", "by months", "taken for days")
    print(f"| usual gap, days | regularity k | {' | '.join(f'{name}: {w}' for name in RATES for w in shown)} |")
    print("|---|---|---|---|---|---|---|---|")
    for usual in (10, 20, 30, 45, 60, 90, 150, "10 to 150"):
        for k in (1.0, 3.0):
            days = ledger(usual, k)
            found = [false_alarms(d) for d in (days, by_month(days), by_month(days, "day"))]
            cells = [f"{f[name]:.4f}" + (f" ({f[name] / max(found[0][name], 1e-9):.2f})" if i else "")
                     for name in RATES for i, f in enumerate(found)]  # fmt: skip
            print(f"| {usual} | {k:g} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()

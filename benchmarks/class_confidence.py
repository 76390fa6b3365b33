"""Are accounts given 90 % right nine times in ten? Class confidence over its whole range, where the truth is known.

Two kinds of company. *Generated companies* are whole books of `kamlib.company`, with seasons, leaving,
offers and returns; truth is the expected sales that the generator knows. *Cells* are bare renewal ledgers that depart
from what the method takes for granted, 2,000 each; truth is their size. Beside kamlib's probability stands that of the
usual way, an account's own purchases drawn again. Writes `class_confidence.md` beside this file. Run:
`python benchmarks/class_confidence.py [companies] [repetitions]` (200 and 2,000 take 25 minutes on one core).
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import gammaincc

from kamlib.company import make_company
from kamlib.panel import build_panel, purchase_days
from kamlib.segmentation import ABC_SHARES, XYZ_SHARES, abc, class_confidence, xyz
from kamlib.segmentation.confidence import class_probabilities, frequency_probabilities
from kamlib.stats.calibration import brier, expected_calibration_error, reliability
from kamlib.stats.luck import luck, total_variance

DRAWS = 300
AS_OF, START = pd.Timestamp("2024-12-31"), pd.Timestamp("2024-01-01")

# accounts, sd of log size, gamma shape of gaps (sd of its log 0.4), purchases a year (median), sd of log purchase value
CELLS = {
    "typical: 150 accounts": (150, 1.25, 2.0, 6.0, 0.5),
    "small: 40 accounts": (40, 1.25, 2.0, 6.0, 0.5),
    "lumpy: random gaps, uneven purchases": (150, 1.25, 1.0, 6.0, 0.9),
    "clockwork: regular gaps": (150, 1.25, 8.0, 8.0, 0.3),
    "seldom: 3 purchases a year": (150, 1.25, 1.0, 3.0, 0.8),
}


def purchases(rng, accounts, spread, shape, rate, uneven):
    """Purchase days of two years, and the expected sales of a year of each account."""
    size = rng.normal(0, spread, accounts)
    yearly = np.clip(rate * np.exp(0.5 * size + 0.6 * rng.normal(size=accounts)), 0.5, 150)
    shapes = np.clip(shape * np.exp(0.4 * rng.normal(size=accounts)), 0.5, 20)
    n = int(4 * yearly.max() + 40)
    # begun a year and more before the ledger, so that it opens at no particular moment
    at = np.cumsum(rng.gamma(shapes[:, None], 365 / (shapes * yearly)[:, None], (accounts, n)), axis=1) - 800
    account, column = np.nonzero((at > -366) & (at <= 365))
    value = np.exp(size - np.log(yearly))[account] * np.exp(rng.normal(-(uneven**2) / 2, uneven, len(account)))
    frame = pd.DataFrame({"customer_id": account, "day": np.ceil(at[account, column]), "cents": 1e6 * value})
    frame = frame.groupby(["customer_id", "day"], as_index=False)["cents"].sum()
    frame["date"] = START + pd.to_timedelta(frame["day"] - 1, unit="D")
    return frame, np.exp(size), expected_frequency(yearly / 12, shapes)


def expected_frequency(rate, shape):
    """Expected share of months with a purchase of a stationary renewal process: less the chance of a silent month."""
    x = shape * rate  # a month, in units of the gamma distribution's scale
    return 1 - gammaincc(shape + 1, x) + rate * gammaincc(shape, x)


def one(cell, repetition):
    """Accounts of one company: what was said of their class, and whether it was right."""
    rng = np.random.default_rng([sorted(CELLS).index(cell), repetition])
    days, size, _ = purchases(rng, *CELLS[cell])
    inside = days[days["date"] >= START]
    value = inside.groupby("customer_id")["cents"].sum()
    counts = inside.groupby("customer_id").size()
    told = class_probabilities(
        value, total_variance(luck(days, since=START), counts), shares=ABC_SHARES, repetitions=DRAWS, seed=repetition
    )
    again = resampled(inside, value.index, rng)
    truth = abc(pd.Series(size).rename_axis("customer_id"))["abc"].reindex(value.index)
    return told_table(told, again, abc(value)["abc"].reindex(value.index), truth)


def one_frequency(cell, repetition):
    """The same for X, Y, Z: what was said of the class by frequency, and whether it was right."""
    rng = np.random.default_rng([sorted(CELLS).index(cell), repetition])
    days, _, frequency = purchases(rng, *CELLS[cell])
    lines = days.assign(customer_id=days["customer_id"].astype(str), cents=days["cents"].round().astype("int64") + 1)
    panel = build_panel(lines, as_of=AS_OF.date())
    said, was = frequency_probabilities(panel), xyz(panel)["xyz"]
    frequency = pd.Series(frequency, index=[str(i) for i in range(len(frequency))]).reindex(was.index)
    truth = np.select([frequency >= XYZ_SHARES[0], frequency >= XYZ_SHARES[1]], ["X", "Y"], "Z")
    known = was.isin(list("XYZ")).to_numpy()
    own = said.to_numpy()[np.arange(len(was)), pd.Index(list("XYZ")).get_indexer(was)]
    return pd.DataFrame({"confidence": own[known], "right": (was == truth).to_numpy()[known]})


def resampled(days, index, rng):
    """The usual way: each account's purchases drawn again, and classified."""
    place = index.get_indexer(days["customer_id"])
    cents = days["cents"].to_numpy(dtype="float64")
    first = np.r_[0, np.flatnonzero(np.diff(place)) + 1]
    n = np.diff(np.r_[first, len(place)])
    counts = np.zeros((3, len(index)))
    for _ in range(DRAWS // 3):
        drawn = first[place] + (rng.random(len(place)) * n[place]).astype(int)
        total = np.bincount(place, cents[drawn], len(index))
        order = np.argsort(-total)
        before = np.cumsum(total[order]) - total[order]
        label = (before >= ABC_SHARES[0] * total.sum()).astype(int) + (before >= ABC_SHARES[1] * total.sum())
        counts[label, order] += 1
    return pd.DataFrame(counts.T / (DRAWS // 3), columns=list("ABC"), index=index)


def told_table(told, again, label, truth):
    """What is said of the class that each account has in the window, and of all three."""
    at = pd.Index(list("ABC")).get_indexer(label)
    rows = np.arange(len(label))
    return pd.DataFrame(
        {
            "confidence": told.to_numpy()[rows, at], "resampled": again.to_numpy()[rows, at],
            "right": (label == truth).to_numpy(),
        }
        | {c: told[c].to_numpy() for c in "ABC"} | {f"is_{c}": (truth == c).to_numpy() for c in "ABC"}
    )  # fmt: skip


def company(seed, keep=None):
    """Panel, purchase days and expected sales of one generated company; second ids count for their account."""
    kept = Path(keep) / f"{seed}.pkl" if keep else None
    if kept and kept.exists():
        return pickle.loads(kept.read_bytes())
    made = make_company(seed=seed, accounts=(120, 250, 250, 500)[seed % 4], months=24, managers=6)
    ledger, second = made.tables["ledger"], made.truth["duplicates"].set_index("customer_id")["true_id"]
    lines = pd.DataFrame(
        {
            "customer_id": ledger["customer_id"].replace(second.to_dict()), "date": ledger["date"],
            "cents": (ledger["amount"] * 100).round().astype("int64"), "order_id": ledger["order_id"],
        }
    )  # fmt: skip
    as_of = ledger["date"].max().date().replace(day=30)
    expected = made.truth["accounts"].set_index("customer_id")["expected_sales"]
    return build_panel(lines, as_of=as_of), expected, purchase_days(lines, as_of=as_of)


def one_company(seed, keep=None):
    """The same as `one`, for a generated company."""
    panel, expected, days = company(seed, keep)
    told = class_confidence(panel, days, repetitions=DRAWS, seed=seed)
    rng = np.random.default_rng(seed)
    inside = days[days["date"] >= pd.Timestamp(panel.start)]
    again = resampled(inside, pd.Index(inside["customer_id"].unique()), rng).reindex(told.index)
    again = again.fillna({"A": 0, "B": 0, "C": 1})
    truth = abc(expected.reindex(told.index).fillna(0))["abc"].reindex(told.index)
    positive = panel.accounts["sales_cents"].reindex(told.index) > 0
    return told_table(told[list("ABC")], again, told["abc"], truth)[positive.to_numpy()]


def line(name, told, companies):
    """One row of the overview."""
    said, was = told[list("ABC")].to_numpy().ravel(), told[[f"is_{c}" for c in "ABC"]].to_numpy().ravel()
    parts = [name, f"{companies:,}", f"{len(told):,}"]
    for column in ("confidence", "resampled"):
        near = told[told[column].between(0.85, 0.95)]
        parts.append(f"{100 * near['right'].mean():.1f} % of {len(near):,}")
    parts += [f"{expected_calibration_error(said, was):.3f}", f"{brier(told['confidence'], told['right']):.3f}"]
    parts += [f"{brier(told['resampled'], told['right']):.3f}"]
    return "| " + " | ".join(parts) + " |"


def whole_range(told):
    """Reliability of the own class, in tenths, beside that of resampling."""
    head = ["", "| said | accounts | mean said | were right | 95 % interval | resampling: accounts | were right |",
            "|---|--:|--:|--:|--:|--:|--:|"]  # fmt: skip
    ours = reliability(told["confidence"], told["right"])
    theirs = reliability(told["resampled"], told["right"])
    for a, b in zip(ours.itertuples(), theirs.itertuples(), strict=True):
        if a.n:
            head.append(
                f"| {100 * a.low:.0f} to {100 * a.high:.0f} % | {a.n:,} | {100 * a.predicted:.1f} % | "
                f"{100 * a.observed:.1f} % | {100 * a.observed_low:.1f} to {100 * a.observed_high:.1f} | {b.n:,} | "
                f"{100 * b.observed:.1f} % |"
            )
    return head


def frequencies(repetitions):
    """The same for the classes by frequency, in every cell."""
    head = [
        f"X, Y and Z by frequency, {repetitions:,} bare ledgers a cell:", "",
        "| cell | accounts | right where 85 to 95 % was said | where 50 to 70 % | where 95 % or more | mean error |",
        "|---|--:|--:|--:|--:|--:|",
    ]  # fmt: skip
    for cell in CELLS:
        told = pd.concat([one_frequency(cell, r) for r in range(repetitions)])
        parts = [cell, f"{len(told):,}"]
        for low, high in ((0.85, 0.95), (0.5, 0.7), (0.95, 1)):
            near = told[told["confidence"].between(low, high)]
            mean, right = 100 * near["confidence"].mean(), 100 * near["right"].mean()
            parts.append(f"{right:.1f} % of {len(near):,} (said: {mean:.1f} %)")
        parts.append(f"{expected_calibration_error(told['confidence'], told['right']):.3f}")
        head.append("| " + " | ".join(parts) + " |")
        print(head[-1], flush=True)
    return head


def main(companies: int, repetitions: int, keep: str | None) -> None:
    """Run everything and write the table."""
    generated = pd.concat([one_company(seed, keep) for seed in range(1, companies + 1)])
    text = [
        "# Are accounts given 90 % right nine times in ten?", "",
        f"{companies} generated companies of 120 to 500 ids and two years, and {repetitions:,} bare ledgers a cell; "
        "window 12 months,", "lines 80 % and 95 %; `class_confidence.py`. Right: the class in the window is that of "
        "the account's expected sales.", "", "| companies | how many | accounts | right where 85 to 95 % was said | "
        "the same, own purchases resampled | calibration error, all classes | Brier | Brier, resampled |",
        "|---|--:|--:|--:|--:|--:|--:|--:|", line("generated companies", generated, companies),
    ]  # fmt: skip
    print(text[-1], flush=True)
    for cell in CELLS:
        told = pd.concat([one(cell, r) for r in range(repetitions)])
        text.append(line(cell, told, repetitions))
        print(text[-1], flush=True)
    text += ["", "The whole range, generated companies:", *whole_range(generated)]
    text += ["", *frequencies(max(repetitions // 5, 1))]
    Path(__file__).with_suffix(".md").write_text("\n".join(text) + "\n", "utf-8")


if __name__ == "__main__":
    numbers = [int(a) for a in sys.argv[1:3]] + [200, 2000][len(sys.argv[1:3]) :]
    main(*numbers, keep=sys.argv[3] if len(sys.argv) > 3 else None)

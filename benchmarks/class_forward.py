"""Class A in the next twelve months: does what the page says of it come true, and how many does it name?

Companies are cut a year before they end. What is known up to then says how sure class A is (`class_confidence`), who
has left (`kamlib.churn`), and how probable it is that an account is A in the next twelve months
(`forward_confidence`). The truth is the class of what each account is expected to buy in these twelve months, given
when it was there (leaving, coming back and drift count, the luck of single orders does not), among all who are there in
them, new accounts too. Beside it stands the class of what was really bought, luck and all. Companies are the sample's
generator and other mechanisms (`mechanisms.py`); nothing in kamlib was set on the seeds of the table. Writes
`class_forward.md` beside this file. Run:
`python benchmarks/class_forward.py [companies] [first seed]`.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import mechanisms
import numpy as np
import pandas as pd

from kamlib import churn
from kamlib.company import Parameters, make_company
from kamlib.panel import build_panel, purchase_days
from kamlib.segmentation import abc, class_confidence
from kamlib.segmentation.forward import AHEAD_SURE, forward_confidence, has_probably_left
from kamlib.stats.calibration import brier, expected_calibration_error, reliability
from kamlib.stats.intervals import wilson

DRAWS, SURE = 300, 0.9
COMPANIES, FIRST = 30, 5001
GENERATOR = "the sample's generator"
GENERATED = {GENERATOR: {}, "its leavers threefold": {"hazard": 0.25}, "its trends threefold": {"trend_sd": 0.36}}


def generated(seed, **planted):
    """Lines of a company of three years and what its accounts were expected to buy in the last of them."""
    made = make_company(
        seed=seed, accounts=(120, 250, 250, 500)[seed % 4], months=36, managers=6, parameters=Parameters(**planted)
    )
    ledger, second = made.tables["ledger"], made.truth["duplicates"].set_index("customer_id")["true_id"]
    lines = pd.DataFrame(
        {
            "customer_id": ledger["customer_id"].replace(second.to_dict()), "date": ledger["date"],
            "cents": (ledger["amount"] * 100).round().astype("int64"), "order_id": ledger["order_id"],
        }
    )  # fmt: skip
    expected = made.truth["accounts"].set_index("customer_id")["expected_sales"]
    return lines, expected, dt.date(2026, 6, 30)


def other(name, seed):
    """The same of another mechanism, 300 accounts and four years."""
    made = mechanisms.book(name, seed, accounts=300)
    grain = made.days.attrs.get("grain", "day")
    return made.days.assign(order_id=np.arange(len(made.days)).astype(str)), made.last_year, mechanisms.AS_OF, grain


def company(name, seed):
    """What was said of class A a year before the end, and what came."""
    lines, expected, end, *grain = generated(seed, **GENERATED[name]) if name in GENERATED else other(name, seed)
    day = end - dt.timedelta(days=365)
    known = lines[lines["date"] <= pd.Timestamp(day)]
    panel, days = build_panel(known, as_of=day), purchase_days(known, as_of=day)
    if grain and grain[0] != "day":
        days.attrs["grain"] = grain[0]
    states = churn.account_states(churn.silences(days, as_of=day), panel)
    sure = class_confidence(panel, days, repetitions=DRAWS, seed=seed)
    ahead = forward_confidence(panel, days, states, repetitions=DRAWS, seed=seed).reindex(sure.index)
    truth = abc(expected.rename_axis("customer_id"))["abc"].reindex(sure.index).fillna("C")
    came = lines[lines["date"] > pd.Timestamp(day)].groupby("customer_id")["cents"].sum()
    bought = abc(came)["abc"].reindex(sure.index).fillna("C")
    left = has_probably_left(states).reindex(sure.index, fill_value=False)
    return pd.DataFrame(
        {
            "a": sure["abc"] == "A", "now": sure["A"], "forward": ahead["forward_A"], "left": left,
            "own": ahead["forward"], "own_right": truth == sure["abc"], "right": truth == "A", "bought": bought == "A",
        }
    )  # fmt: skip


def percent(hits) -> str:
    """A share with its 95 % interval."""
    low, high = wilson(hits.sum(), len(hits))
    return f"{100 * hits.mean():.1f} % ({100 * low:.0f} to {100 * high:.0f})" if len(hits) else "-"


HEAD = [
    "mechanism", "class A", "90 % and more now", "right next year", "85 % and more ahead", "as many as now",
    "right next year", "A by what was really bought", "90 % and more ahead", "right next year", "calibration error",
    "Brier", "Brier of now", "has probably left", "A next year all the same",
]  # fmt: skip


def row(name, told):
    """What the table says of one mechanism."""
    a = told[told["a"]]
    today, left = a[a["now"] >= SURE], a[a["left"]]
    named, surest = (a[(a["forward"] >= line) & ~a["left"]] for line in (AHEAD_SURE, SURE))
    parts = [
        name, f"{len(a):,}", f"{len(today):,}", percent(today["right"]), f"{len(named):,}",
        f"{100 * len(named) / max(len(today), 1):.0f} %", percent(named["right"]), percent(named["bought"]),
        f"{len(surest):,}", percent(surest["right"]), f"{expected_calibration_error(a['forward'], a['right']):.3f}",
        f"{brier(a['forward'], a['right']):.3f}", f"{brier(a['now'], a['right']):.3f}", f"{len(left):,}",
        percent(left["right"]),
    ]  # fmt: skip
    return "| " + " | ".join(parts) + " |"


def main(companies: int, first: int, chosen: list[str]) -> None:
    """Run everything and write the table."""
    names = chosen or [*GENERATED, *mechanisms.MECHANISMS]
    text = [
        "# Class A in the next twelve months", "",
        f"{companies} companies a mechanism, seeds {first} to {first + companies - 1}, cut a year before their end; "
        "`class_forward.py`.", "Right: A by what the account was expected to buy in the next twelve months, given when "
        "it was there; 95 % intervals in brackets.", "",
        f"| {' | '.join(HEAD)} |", f"|---|{'--:|' * (len(HEAD) - 1)}",
    ]  # fmt: skip
    every = []
    for name in names:
        told = pd.concat([company(name, seed) for seed in range(first, first + companies)])
        every.append(told)
        text.append(row(name, told))
        print(text[-1], flush=True)
    text += ["", "What was said of class A, and what came, all mechanisms together:", "",
             "| said | accounts | mean said | were right | 95 % interval |", "|---|--:|--:|--:|--:|"]  # fmt: skip
    told = pd.concat(every)
    told = told[told["a"]]
    for r in reliability(told["forward"], told["right"]).itertuples():
        if r.n:
            text.append(
                f"| {100 * r.low:.0f} to {100 * r.high:.0f} % | {r.n:,} | {100 * r.predicted:.1f} % | "
                f"{100 * r.observed:.1f} % | {100 * r.observed_low:.1f} to {100 * r.observed_high:.1f} |"
            )
    print("\n".join(text[-12:]))
    if not chosen:
        Path(__file__).with_suffix(".md").write_text("\n".join(text) + "\n", "utf-8")


if __name__ == "__main__":
    numbers = [int(a) for a in sys.argv[1:3]] + [COMPANIES, FIRST][len(sys.argv[1:3]) :]
    main(*numbers, sys.argv[3:])

"""Two questions about client types, on companies of six mechanisms: the part of `client_types.md` that compares them.

*Meets the written rule* is held against the same rule on facts that are all known and exact; *is of this kind* against
the types that were planted. `client_types.py` runs this and writes the table. Companies have seeds from 50,000 on; what
was chosen - the line of 40 %, the shared errors, the priors - was chosen on seeds from 30,000 on.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score
from type_mechanisms import DEFAULT, END, LAWS, company

from kamlib.book import open_book
from kamlib.client_types import (
    FEATURES,
    ROLES,
    ClientTyper,
    Told,
    account_features,
    by_mixture,
    by_rule,
    fact_noise,
    numbers,
    rule_met,
    rule_types,
)
from kamlib.client_types.rules import SHIFT
from kamlib.client_types.typer import KIND_SHIFT
from kamlib.panel import build_panel
from kamlib.stats.calibration import expected_calibration_error
from kamlib.tables import CLIENT_TYPES

SEEDS = 50_000
SIDE = ("accounts", "rivals", "tenders", "interactions", "incidents", "feedback")
VIEWS = {
    "all tables": (), **{f"without {t}": (t,) for t in SIDE[:2] + SIDE[3:4]},
    "without interactions, incidents, feedback": SIDE[3:], "accounts and ledger only": SIDE[1:], "ledger only": SIDE,
}  # fmt: skip


def case(name: str, seed: int, kept: Path | None) -> tuple:
    """Features of a company with every fact exact, as a firm has them, the noise of its notes, the planted types."""
    file = kept / f"questions-{name}-{seed}.pkl" if kept else None
    if file and file.exists():
        return pd.read_pickle(file)
    made = company(name, seed)
    exact, seen = (open_book(t, name="company") for t in (made.exact, made.seen))
    full, features = (account_features(build_panel(b, as_of=END), b) for b in (exact, seen))
    found = full, features, fact_noise(seen, END), made.planted(full)
    if file:
        kept.mkdir(parents=True, exist_ok=True)
        pd.to_pickle(found, file)
    return found


def account_rows(told: Told, truth: pd.Series, meets: pd.DataFrame | None, shift: float) -> tuple:
    """One row an account (truth, named, said, probability), and one a role: true number, expected, low, high.

    Against the rule itself an account counts in every type that it meets (`meets`), against planted types in one.
    """
    known = truth.notna()
    rows = pd.DataFrame(
        {"truth": truth, "named": told.named, "said": told.said, "probability": told.probability.fillna(1.0)}
    )
    roles = told.roles if meets is not None else told.chance[list(ROLES)].mask(told.roles.isna())
    number = numbers(roles[known], shift=shift)
    number["true"] = [(truth[known] == r).sum() if meets is None else meets[r].sum() for r in number.index]
    return rows[known], number


def answers(cases: list, gone: tuple = (), *, kind: bool = True) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Rows of accounts and of roles of all companies: the rule against itself and against what was planted, ..."""
    found = {}
    for full, features, noise, planted in cases:
        seen = features[[c for c in features if FEATURES[c].table not in gone]]
        told = {"rule": (by_rule(seen, noise=noise), SHIFT), "plain rule": (_certain(seen), 0.0)}
        if kind:
            told["kind"] = (by_mixture(ClientTyper().fit(seen), seen), KIND_SHIFT)
        for who, (said, shift) in told.items():
            own = account_rows(said, rule_types(full), rule_met(full) == 1, shift)
            found.setdefault(f"{who}, own truth", []).append(own)
            found.setdefault(f"{who}, planted", []).append(account_rows(said, planted, None, shift))
    return {k: (pd.concat([r for r, _ in v]), pd.concat([n for _, n in v])) for k, v in found.items()}


def _certain(seen: pd.DataFrame) -> Told:
    """What the plain rule says, as if it were certain."""
    named = rule_types(seen)
    chance = pd.DataFrame({t: (named == t).astype(float) for t in CLIENT_TYPES})
    return Told(named, chance, rule_met(seen)[list(ROLES)].fillna(0.0))


def f1(rows: pd.DataFrame) -> np.ndarray:
    """F1 of each type."""
    return f1_score(rows["truth"], rows["named"], labels=CLIENT_TYPES, average=None, zero_division=0)


def calibration(rows: pd.DataFrame, *, as_said: bool = True) -> float:
    """Expected calibration error; what cannot be told counts as said, or else as if ordinary were said."""
    right = [t in (s.split(" or ") if as_said else [n])
             for t, s, n in zip(rows["truth"], rows["said"], rows["named"], strict=True)]  # fmt: skip
    return expected_calibration_error(rows["probability"].clip(0, 1), right)


def ratios(number: pd.DataFrame) -> list[float]:
    """Sum of probabilities over the true number, by role, of companies in which it can be told; NaN where in none."""
    told = number[number["expected"].notna()]
    of = told.groupby(level=0)[["expected", "true"]].sum().reindex(list(ROLES))
    return (of["expected"] / of["true"]).tolist()


def covered(number: pd.DataFrame) -> float:
    """How often the interval of the number of a type holds the true number."""
    told = number[number["expected"].notna()]
    return float(((told["low"] <= told["true"]) & (told["true"] <= told["high"])).mean())


def _line(cells: list) -> str:
    return "| " + " | ".join(c if isinstance(c, str) else "–" if c != c else f"{c:.3f}" for c in cells) + " |"


def _table(head: list[str], rows: list[list]) -> str:
    return "\n".join(["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|", *map(_line, rows)])


SUMS = [f"sum / true: {r}" for r in ROLES]


def section(companies: int, kept: Path | None) -> str:
    """The text with its tables."""
    own, planted, removed = [], [], []
    for name in (DEFAULT, *LAWS):
        cases = [case(name, SEEDS + i, kept) for i in range(companies)]
        found = answers(cases)
        rows, number = found["rule, own truth"]
        plain = f1(found["plain rule, own truth"][0])
        vague = rows[rows["probability"] < 1]
        own.append([name, f"{plain.mean():.3f}", f1(rows).mean(), (f1(rows) - plain).min(), calibration(rows),
                    calibration(vague), *ratios(number), covered(number)])  # fmt: skip
        for who in ("plain rule", "rule", "kind"):
            rows, number = found[f"{who}, planted"]
            planted.append([f"{name}: {who}", f1(rows).mean(), calibration(rows), *ratios(number), covered(number)])
        if name in (DEFAULT, next(iter(LAWS))):
            kind = name == DEFAULT
            removed += [_removed(name, view, answers(cases, gone, kind=kind)) for view, gone in VIEWS.items()]
        print(_line(own[-1]), *map(_line, planted[-3:]), sep="\n", flush=True)
    rest = [r for part in removed for r in part]
    return TEXT.format(
        companies=companies,
        own=_table(["mechanism", "plain rule, macro F1", "by probability, macro F1", "least gain in F1 of a type",
                    "calibration error", "of accounts not settled", *SUMS, "intervals hold"], own),
        planted=_table(["mechanism: method", "macro F1", "calibration error", *SUMS, "intervals hold"], planted),
        removed=_table(["mechanism, tables: question", "calibration error", "were untold types *ordinary*", *SUMS,
                        "intervals hold"], rest),
    )  # fmt: skip


def _removed(name: str, view: str, found: dict) -> list[list]:
    asked = ["rule, own truth"] + (["kind, planted"] if name == DEFAULT else [])
    rows = [(who, *found[who]) for who in asked]
    return [
        [f"{name}, {view}: {who.split(',')[0]}", calibration(r), calibration(r, as_said=False), *ratios(n), covered(n)]
        for who, r, n in rows
    ]


TEXT = """## Two questions, six mechanisms

{companies} companies a row, 400 accounts and some leads each (`type_mechanisms.py`): buying in the nine ways of
`mechanisms.py`, types planted by rules with other thresholds or other words than ours, or by another law behind the
facts. Four facts in five are known.

**Meets the written rule.** The truth is the same rule on facts that are all known and exact, so it is there in every
company. *Plain*: the rule on the facts at hand, what is not known is not met.

{own}

**What was planted.** Nobody knows another's thresholds: here both are guesses. *Kind* is the mixture.

{planted}

**As tables are removed.** What cannot be told is said as *ordinary or expert*, and is right if it is either; beside it
the calibration error that the same probabilities would have, were *ordinary* said. Sums where the type can be told.

{removed}
"""

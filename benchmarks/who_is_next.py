"""Who is next: does the ranking lead recency among the living, does the level's interval hold, and the loss's?

    python benchmarks/who_is_next.py [companies] [--public FOLDER] [--wheel WHEEL]

Companies of 1,000 accounts and 48 months of each mechanism (`mechanisms.py`) and of the sample's generator, seeds from
10,000 on, which nothing was chosen on; each asked at three looks whose horizons do not overlap. *Living*: who bought in
the 90 days before the look. The oracle knows who has left, everybody's true usual gap and silence, and is taught by the
outcome itself. Online Retail II is read from KAMLIB_DATA; FOLDER holds files of `public_ledgers.py`, WHEEL is as of
`referee.py`. Writes `who_is_next.md` (6 companies: half an hour of a core).
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import referee
from churn_criterion import AS_OF, company
from mechanisms import MECHANISMS, book
from scipy.stats import norm, t
from sklearn.linear_model import LogisticRegression
from statsmodels.stats.multitest import multipletests

from kamlib.book import open_book
from kamlib.churn import alarm, answer, loss_outcome, make_case
from kamlib.churn.candidates import recency
from kamlib.churn.look import HORIZON_DAYS, YEAR_DAYS, silent
from kamlib.churn.referee import LIVING_DAYS
from kamlib.churn.scores import auc, auc_difference, key_scope, score_list
from kamlib.datasets import open_source
from kamlib.panel import purchase_days

BACK = (180, 540, 900)
PUBLIC = {"Superstore (French)": "22-superstore-fr", "Sales of bicycles": "26-adventureworks-fr"}


def asked(days: pd.DataFrame, until, look: pd.Timestamp, truth=None) -> dict | None:
    """What the alarm said on a day, and what came; None where it had no answer."""
    case = make_case(days, as_of=look)
    said, _ = answer(alarm, case)
    plain, _ = answer(recency, case)
    if said is None or plain is None:
        return None
    came = silent(days, case.now, known_until=pd.Timestamp(until))
    living = (case.now.features["silence_days"] <= LIVING_DAYS).to_numpy()
    p, y, cents = said.probability.to_numpy(), came.to_numpy(), case.now.year_cents
    if len(set(y[living])) < 2:
        return None
    lead, low, high = auc_difference(p[living], plain[living], y[living])
    areas = {"auc": auc(p[living], y[living])[0], "recency": auc(plain[living], y[living])[0]}
    row = {"n": int(living.sum()), "silent": int(y[living].sum()), **areas, "lead": lead}
    row["se"] = (high - low) / 2 / norm.isf(0.025)
    for name, score in (("money", p), ("money_recency", plain)):
        row[name] = score_list(score[living], cents.to_numpy()[living], y[living])["money_10"]
    share, low, high = said.level
    row |= {"error": abs(share - y.mean()), "half": (high - low) / 2, "covered": low <= y.mean() <= high}
    keys = case.now.histories.index[key_scope(cents, share=0.3)]
    lost = (cents * came).reindex(keys).sum() * HORIZON_DAYS / YEAR_DAYS
    _, low, high = loss_outcome(case, said, keys)
    row["loss_covered"] = low - 1 <= lost <= high + 1
    if truth is not None:
        row["oracle"] = oracle(case, truth, living, y)
    return row


def oracle(case, truth, living: np.ndarray, y: np.ndarray) -> float:
    """Area, among the living, of who knows all but what chance will bring."""
    leaving, usual = truth
    day = case.now.as_of
    dates = leaving.set_index("customer_id").reindex(case.now.histories.index)
    gone = (dates["decided_date"] <= day) & ~(dates["returned_date"] <= day) | (dates["left_again_date"] <= day)
    gap = usual.reindex(case.now.histories.index).to_numpy()
    silence = case.now.features["silence_days"].to_numpy()
    known = np.column_stack([gone, HORIZON_DAYS / gap, np.log(gap), silence / gap, np.log1p(silence / gap)])[living]
    known = (known - known.mean(axis=0)) / (known.std(axis=0) + 1e-9)
    score = LogisticRegression(C=10.0, max_iter=1000).fit(known, y[living]).predict_proba(known)[:, 1]
    return auc(score, y[living])[0]


def companies(name: str, seeds: range) -> pd.DataFrame:
    rows = []
    for seed in seeds:
        if name in MECHANISMS:
            made = book(name, seed)
            days, truth = made.days, (made.leaving, made.usual)
        else:
            days, truth = purchase_days(open_book({"ledger": company(seed)[0]["ledger"]}), as_of=AS_OF), None
        for back in BACK:
            row = asked(days, AS_OF, pd.Timestamp(AS_OF) - pd.Timedelta(days=back), truth)
            rows += [row | {"seed": seed, "back": back}] if row else []
    return pd.DataFrame(rows)


def mean_interval(values: pd.Series) -> str:
    half = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():+.3f} ({values.mean() - half:+.3f} to {values.mean() + half:+.3f})"


def below(found: pd.DataFrame) -> int:
    """Ledgers on which it is surely worse than recency (one-sided, Holm)."""
    p = norm.cdf(found["lead"] / found["se"].clip(lower=1e-6))
    return int(multipletests(p, alpha=0.05, method="holm")[0].sum())


def line(*cells) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def mechanism_row(name: str, found: pd.DataFrame) -> str:
    mean, gained = found.mean(numeric_only=True), ""
    if "oracle" in found:
        gained = f"{mean['lead'] / (mean['oracle'] - mean['recency']):.0%}"
    areas = [f"{mean[c]:.3f}" for c in ("recency", "auc")]
    money = [f"{mean[c]:.2f}" for c in ("money_recency", "money")]
    lead = mean_interval(found.groupby("seed")["lead"].mean())
    return line(
        name, len(found), *(f"{mean[c]:.0f}" for c in ("n", "silent")), *areas, lead, gained, *money, below(found)
    )


def level_row(name: str, found: pd.DataFrame) -> str:
    error, half = found["error"].mean(), found["half"].mean()
    held = [f"{found[c].mean():.1%}" for c in ("covered", "loss_covered")]
    return line(name, len(found), held[0], f"{error:.3f}", f"{half:.3f}", f"{half / error:.1f}", held[1])


def public(folder: str | None, wheel: str | None):
    """Name, purchase days and last day of real ledgers."""
    yield "Sample", purchase_days(open_source("sample"), as_of="2026-06-30"), "2026-06-30"
    yield "Online Retail II", purchase_days(open_source("online-retail-ii"), as_of="2011-11-30"), "2011-11-30"
    if wheel:
        for name, rest in (("CDNOW, a tenth", False), ("CDNOW, the rest", True)):
            days, _, until = referee.cdnow(wheel, rest=rest)
            yield name, days, until
    for name, stem in PUBLIC.items() if folder else ():
        read = open_book(next(Path(folder).glob(f"{stem}.*")))
        last = read.ledger.max("date").fetchall()[0][0]
        yield name, purchase_days(read, as_of=last), last


def public_row(name: str, days: pd.DataFrame, until) -> str:
    row = asked(days, until, pd.Timestamp(until) - pd.Timedelta(days=HORIZON_DAYS))
    if row is None:
        return line(name, "no answer", *[""] * 8)
    half = norm.isf(0.025) * row["se"]
    lead = f"{row['lead']:+.3f} ({row['lead'] - half:+.3f} to {row['lead'] + half:+.3f})"
    areas = [f"{row[c]:.3f}" for c in ("recency", "auc")]
    money = [f"{row[c]:.2f}" for c in ("money_recency", "money")]
    held = ["yes" if row[c] else "no" for c in ("covered", "loss_covered")]
    return line(name, f"{row['n']:,}", f"{row['silent']:,}", *areas, lead, *money, *held)


def main() -> None:
    asks = argparse.ArgumentParser()
    asks.add_argument("companies", nargs="?", type=int, default=6)
    asks.add_argument("--public")
    asks.add_argument("--wheel")
    args = asks.parse_args()
    warnings.filterwarnings("ignore")
    seeds = range(10_000, 10_000 + args.companies)
    found = {}
    for name in ("sample's generator", *MECHANISMS):
        found[name] = companies(name, seeds)
        print(mechanism_row(name, found[name]), level_row(name, found[name]), sep="\n", flush=True)
    everything = pd.concat(found.values())
    lines = [
        "# Who is next",
        "",
        f"Made by `benchmarks/who_is_next.py`: {args.companies} companies a mechanism, seeds from {seeds.start} on,",
        "1,000 accounts, 48 months, three looks each whose horizons of 180 days do not overlap. Areas and money are",
        "among accounts that had bought in the 90 days before. Lead: mean over companies, with its 95 % interval.",
        "Oracle: of what one gains who knows who has left and everybody's true gap. Money: of the lost sales, in",
        "the first tenth of a list by expected loss. Below: looks at which it is surely below recency (Holm); of all",
        f"{len(everything)} together: {below(everything)}.",
        "",
        line("mechanism", "looks", "living", "silent", "recency", "alarm", "lead", "of the oracle's", "money, recency",
             "money, alarm", "below"),
        "|---|--:|--:|--:|--:|--:|---|--:|--:|--:|--:|",
        *(mechanism_row(name, rows) for name, rows in found.items()),
        "",
        "The level over all accounts (a share), its 95 % interval; the loss with the accounts that hold 30 % of sales.",
        "",
        "| mechanism | looks | level held | mean error | half-width | over error | loss held |",
        "|---|--:|--:|--:|--:|--:|--:|",
        *(level_row(name, rows) for name, rows in found.items()),
        level_row("all", everything),
        "",
        "Real ledgers and the sample, at the last look of which it is known what came; interval by DeLong.",
        "",
        line("ledger", "living", "silent", "recency", "alarm", "lead", "money, recency", "money, alarm", "level held",
             "loss held"),
        "|---|--:|--:|--:|--:|---|--:|--:|---|---|",
        *(public_row(*one) for one in public(args.public, args.wheel)),
        "",
    ]  # fmt: skip
    Path(__file__).with_suffix(".md").write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main()

"""How well client types are told, by rule and without labels, and whether their probabilities can be believed.

Usage: python benchmarks/client_types.py [--companies 20] [--kept FOLDER]

Companies of the seeds on which the supervised ceiling (company_ceiling.py) was tested; the method was developed on
others (from 30,000 on). Features are kept in FOLDER between runs, if one is given.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score, f1_score
from type_questions import section

from kamlib.book import open_book
from kamlib.client_types import FEATURES, ROLES, ClientTyper, account_features, by_mixture, numbers, rule_types
from kamlib.client_types.typer import KIND_SHIFT
from kamlib.company import Parameters, make_company
from kamlib.panel import build_panel
from kamlib.stats.calibration import expected_calibration_error, reliability
from kamlib.tables import CLIENT_TYPES

HERE = Path(__file__).parent
CEILING, SEEDS, END = 0.849, 20_000, "2026-06-30"
SIZES = (400, 100, 50, 25)
TWISTS = {
    "no signal at all (type_signal 0)": {"type_signal": 0.0},
    "half the signal (type_signal 0.5)": {"type_signal": 0.5},
    "half the facts unknown (evidence_breadth 0.5)": {"evidence_breadth": 0.5},
    "no further roles (further_share 0)": {"further_share": 0.0},
}


def features_of(seed: int, accounts: int, kept: Path | None, **planted) -> tuple[pd.DataFrame, pd.Series]:
    """Features and true primary types of one company, duplicates left out."""
    name = "-".join([str(seed), str(accounts), *(f"{k}{v}" for k, v in planted.items())])
    if kept and (kept / f"{name}.parquet").exists():
        table = pd.read_parquet(kept / f"{name}.parquet")
        return table.drop(columns="truth"), table["truth"]
    company = make_company(seed=seed, accounts=accounts, parameters=Parameters(**planted))
    book = open_book(company.tables, name="company")
    features = account_features(build_panel(book, as_of=END), book)
    truth = company.truth["types"].set_index("customer_id")["primary"]
    table = features.assign(truth=truth)
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        table.to_parquet(kept / f"{name}.parquet")
    return table.drop(columns="truth"), table["truth"]


def told(method: str, companies: list) -> pd.DataFrame:
    """One row an account: truth, found, probability, p of each type, and the mean adjusted Rand indices."""
    rows = []
    for features, truth in companies:
        if method == "rules":
            found = pd.DataFrame({"found": rule_types(features), "said": rule_types(features)})
        else:
            typer = ClientTyper(method).fit(features)
            answer = by_mixture(typer, features)
            found = answer.chance.assign(
                found=answer.named, said=answer.said, cluster=typer.labels_, probability=answer.chance.max(axis=1)
            )
        rows.append(found.assign(truth=truth).dropna(subset=["truth"]))
    return pd.concat(rows, keys=range(len(rows)), names=["company", "customer_id"])


def scores(table: pd.DataFrame) -> list[float]:
    """Macro F1, F1 of each type, adjusted Rand index of types and of clusters, calibration error."""
    each = f1_score(table["truth"], table["found"], labels=CLIENT_TYPES, average=None, zero_division=0)
    rand = [adjusted_rand_score(t["truth"], t["found"]) for _, t in table.groupby(level=0)]
    clusters = [np.nan]
    if "cluster" in table:
        clusters = [adjusted_rand_score(t["truth"], t["cluster"]) for _, t in table.groupby(level=0)]
    error = np.nan
    if "probability" in table:
        right = [t in s.split(" or ") for t, s in zip(table["truth"], table["said"], strict=True)]
        error = expected_calibration_error(table["probability"].clip(0, 1), right)
    return [each.mean(), *each, np.mean(rand), np.mean(clusters), error]


def interval(table: pd.DataFrame, repetitions: int = 2000) -> tuple[float, float]:
    """95 % interval of macro F1 over companies: whole companies are drawn again."""
    of = {t: [] for t in CLIENT_TYPES}
    for _, part in table.groupby(level=0):
        for kind in CLIENT_TYPES:
            a, b = part["truth"] == kind, part["found"] == kind
            of[kind].append([2 * (a & b).sum(), a.sum() + b.sum()])
    counts = np.array([of[k] for k in CLIENT_TYPES], float)
    pick = np.random.default_rng(1).integers(0, counts.shape[1], (repetitions, counts.shape[1]))
    drawn = counts[:, pick].sum(axis=2)
    low, high = np.quantile((drawn[..., 0] / np.maximum(drawn[..., 1], 1)).mean(axis=0), [0.025, 0.975])
    return float(low), float(high)


def without(companies: list, *tables: str) -> list:
    """The same companies with the features of some tables left out."""
    return [(f[[c for c in f if FEATURES[c].table not in tables]], t) for f, t in companies]


def counts(table: pd.DataFrame) -> str:
    """By how much the sum of probabilities misses the true number of accounts of a type, over companies."""
    head = "| type | accounts a company | mean error | its standard deviation | sum over true | interval holds |"
    lines = [head, "|---|---:|---:|---:|---:|---:|"]
    for kind in ROLES:
        true = (table["truth"] == kind).groupby(level=0).sum()
        ends = table.groupby(level=0)[[kind]].apply(lambda t: numbers(t, shift=KIND_SHIFT).iloc[0])
        error = ends["expected"] - true
        held = ((ends["low"] <= true) & (true <= ends["high"])).mean()
        ratio = ends["expected"].sum() / true.sum()
        lines.append(
            f"| {kind} | {true.mean():.1f} | {error.mean():+.1f} | {error.std():.1f} | {ratio:.3f} | {held:.2f} |"
        )
    return "\n".join(lines)


def stage(kept: Path | None, name: str, make) -> list[list]:
    """Rows of one table, kept between runs as the features are."""
    file = kept / f"{name}.json" if kept else None
    if file and file.exists():
        return json.loads(file.read_text("utf-8"))
    rows = make()
    if file:
        file.write_text(json.dumps(rows), "utf-8")
    return rows


HEAD = ["", "macro F1", *CLIENT_TYPES, "ARI of types", "ARI of clusters", "calibration error"]


def rows_as_table(rows: list[list]) -> str:
    """Markdown."""
    lines = ["| " + " | ".join(HEAD) + " |", "|---" + "|---:" * (len(HEAD) - 1) + "|"]
    text = [[r[0], *("–" if v != v else f"{v:.3f}" for v in r[1:])] for r in rows]
    return "\n".join([*lines, *("| " + " | ".join(r) + " |" for r in text)])


def views(companies: list) -> list[list]:
    """The default method as tables are removed, one at a time and then all."""
    side = ("accounts", "rivals", "tenders", "interactions", "incidents", "feedback")
    rows = [["all tables", *scores(told("evidence", companies))]]
    rows += [[f"without {name}", *scores(told("evidence", without(companies, name)))] for name in side]
    rows.append(["accounts and ledger only", *scores(told("evidence", without(companies, *side[1:], "payments")))])
    rows.append(["ledger only", *scores(told("evidence", without(companies, *side, "payments")))])
    return rows


def main() -> None:
    """Measure, write the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--companies", type=int, default=20)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--only-features", action="store_true", help="make and keep the features, measure nothing")
    a = parser.parse_args()
    begun = time.perf_counter()
    seeds = range(SEEDS, SEEDS + a.companies)
    of = {n: [features_of(s, n, a.kept) for s in seeds] for n in SIZES}
    few = seeds[: max(a.companies // 4, 1)]
    twisted = {name: [features_of(s, 400, a.kept, **p) for s in few] for name, p in TWISTS.items()}
    if a.only_features:
        return
    main_table = told("evidence", of[400])
    low, high = interval(main_table)

    def rows(name, make):
        return stage(a.kept, f"{name}-{a.companies}", make)

    sizes = rows("sizes", lambda: [[f"{n} accounts", *scores(told("evidence", of[n]))] for n in SIZES])
    twists = rows("twists", lambda: [[name, *scores(told("evidence", c))] for name, c in twisted.items()])
    methods = rows("methods", lambda: [[m, *scores(told(m, of[400]))] for m in ("rules", "kmeans", "gaussian")])
    half = of[400][: max(a.companies // 2, 1)]
    seen = rows("views", lambda: views(half))
    text = TEXT.format(
        companies=a.companies,
        few=len(few),
        f1=scores(main_table)[0],
        low=low,
        high=high,
        share=scores(main_table)[0] / CEILING,
        ceiling=CEILING,
        methods=rows_as_table([["evidence (the default)", *scores(main_table)], *methods]),
        reliability=_markdown(reliability(main_table["probability"], main_table["found"] == main_table["truth"])),
        error=scores(main_table)[-1],
        views=rows_as_table(seen),
        half=len(half),
        sizes=rows_as_table(sizes),
        twists=rows_as_table(twists),
        counts=counts(main_table),
        questions=section(a.companies, a.kept),
    )
    (HERE / "client_types.md").write_text(text, encoding="utf-8")
    print(text, f"{time.perf_counter() - begun:.0f} s")


def _markdown(table: pd.DataFrame) -> str:
    lines = ["| " + " | ".join(table.columns) + " |", "|" + "---:|" * len(table.columns)]
    cell = lambda v: f"{v:.3f}" if isinstance(v, float) else str(v)  # noqa: E731
    return "\n".join([*lines, *("| " + " | ".join(map(cell, r)) + " |" for r in table.itertuples(index=False))])


TEXT = """# Client types: who meets the rule, and who is of the kind

`python benchmarks/client_types.py --kept FOLDER`, half an hour. First the two questions beside one another, then the
mixture alone on the sample's generator.

{questions}
## Kinds without labels

{companies} companies of unseen seeds, 400 accounts x 36 months each, default parameters.

**Macro F1 {f1:.3f}** (95 % interval over companies {low:.3f} to {high:.3f}), {share:.1%} of the supervised ceiling
{ceiling:.3f} (`company_ceiling.md`). No account's type is given to the method. It has what the ceiling's classifier
has not: how plans compare with budgets, how long an account could be seen, and the shape of the likelihood - counts,
levels, three strengths of a role - which is also the generator's. Its priors (`MARKS`) were set with the generator in
view: on a real firm expect less, see the last table.

{methods}

F1 of each type in the middle. ARI of clusters: of five k-means clusters (Gaussian in the last row) against the true
types.

## Probabilities

Expected calibration error of the probability of the named type: **{error:.3f}**.

{reliability}

The number of accounts of a type is the sum of probabilities. Its interval allows for an error that all accounts of a
type share: as many independent draws held the true number in three cases of four only.

{counts}

## As tables are removed

The first {half} companies. A type that the tables left cannot tell is not named at all (F1 of 0); an account is then
*ordinary or expert*, and counts as right if it is either.

{views}

## As accounts become fewer

{sizes}

## Where the generator is not as expected

{few} companies each. With no signal there is nothing to find, and every account that is named is named wrongly.

{twists}
"""


if __name__ == "__main__":
    main()

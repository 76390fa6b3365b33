"""How well types can be told at all: a classifier trained on the truth of other companies.

Usage: python benchmarks/company_ceiling.py [--train 200] [--test 20]

Features are those an analyst could make from the tables at the end of the ledger; a missing fact
stays missing. The macro F1 on unseen companies is the supervised ceiling that unsupervised
methods are held against.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import f1_score, log_loss

from kamlib.company import Company, make_company
from kamlib.tables import CLIENT_TYPES

HERE = Path(__file__).parent
SIDES = ("interactions", "incidents", "feedback", "tenders", "rivals", "contacts", "payments")


def type_features(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per account with what its tables say of its type; rates are per year."""
    ledger, accounts = tables["ledger"], tables["accounts"]
    end = ledger["date"].max()
    now = accounts.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    out = pd.DataFrame(index=now.index)
    met = accounts.groupby("customer_id")["since"].min().clip(lower=ledger["date"].min() - pd.Timedelta(days=364))
    years = (end - met).dt.days.clip(lower=30).reindex(out.index) / 365.25
    _ledger_features(out, ledger, end)
    for name in ("annual_budget", "annual_revenue", "employees"):
        out[name] = np.log(now[name].astype(float).clip(lower=1))
    for name in ("industry_rank", "reputation", "founded"):
        out[name] = now[name].astype(float)
    out["lead"] = (now["status"] == "lead").astype(float)
    out["budget_per_sales"] = out["annual_budget"] - np.log(out["sales"].clip(lower=1))
    out["years_known"] = years
    _side_features(out, tables, years)
    return out


def _ledger_features(out: pd.DataFrame, ledger: pd.DataFrame, end: pd.Timestamp) -> None:
    ledger = ledger.assign(profit=ledger["amount"] - ledger["cost"])
    year = ledger[ledger["date"] > end - pd.Timedelta(days=365)]
    half = ledger[ledger["date"] > end - pd.Timedelta(days=182)]
    by, recent = ledger.groupby("customer_id"), year.groupby("customer_id")
    profit = recent["profit"].sum()
    out["profit_share"] = profit / profit.sum()
    out["sales"] = recent["amount"].sum()
    out["growth"] = half.groupby("customer_id")["amount"].sum() / out["sales"].where(out["sales"] > 0)
    out["tenure"] = (end - by["date"].min()).dt.days
    out["recency"] = (end - by["date"].max()).dt.days
    out["orders"] = recent["order_id"].nunique()
    out["categories"] = by["category"].nunique()
    out["returned"] = (ledger["amount"] < 0).groupby(ledger["customer_id"]).mean()
    out["samples"] = (ledger["kind"] == "sample").groupby(ledger["customer_id"]).sum()
    out["discount"] = (1 - ledger["unit_price"] / ledger["list_price"]).groupby(ledger["customer_id"]).mean()


def _side_features(out: pd.DataFrame, tables: dict[str, pd.DataFrame], years: pd.Series) -> None:
    for name in ("interactions", "incidents"):
        if name in tables:
            counts = pd.crosstab(tables[name]["customer_id"], tables[name]["kind"]).reindex(out.index).fillna(0)
            for kind in counts:
                out[f"{kind} per year"] = counts[kind] / years
    if "feedback" in tables:
        by = tables["feedback"].groupby("customer_id")["score"]
        out["score"], out["opinions per year"] = by.mean(), by.size() / years
    if "rivals" in tables:
        out["rivals"] = tables["rivals"].groupby("customer_id")["share"].sum()
    if "tenders" in tables:
        by = tables["tenders"].groupby("customer_id")
        out["tender value"], out["tenders"] = np.log1p(by["value"].mean()), by.size() / years
    if "contacts" in tables:
        out["contacts"] = tables["contacts"].groupby("customer_id").size()


def labelled(company: Company, without: tuple[str, ...] = ()) -> tuple[pd.DataFrame, np.ndarray]:
    """Features and true primary types, duplicates left out."""
    tables = {k: v for k, v in company.tables.items() if k not in without}
    truth = company.truth["types"].set_index("customer_id")["primary"]
    return type_features(tables).reindex(truth.index), truth.to_numpy()


def fit_ceiling(x: pd.DataFrame, y: np.ndarray) -> HistGradientBoostingClassifier:
    """The classifier of the ceiling; breadwinners follow from their share and need no learning."""
    model = HistGradientBoostingClassifier(max_iter=200, learning_rate=0.06, max_leaf_nodes=15, random_state=0)
    other = y != "breadwinner"
    return model.fit(x[other], y[other])


def predict_ceiling(model: HistGradientBoostingClassifier, x: pd.DataFrame) -> np.ndarray:
    """Breadwinner at a tenth of profit or more, else what the classifier says."""
    return np.where(x["profit_share"] >= 0.10, "breadwinner", model.predict(x))


def macro_f1(y: np.ndarray, found: np.ndarray) -> float:
    """Mean F1 of the five types, accounts of all companies together."""
    return float(f1_score(y, found, labels=CLIENT_TYPES, average="macro", zero_division=0))


def main() -> None:
    """Train, test, write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", type=int, default=200)
    parser.add_argument("--test", type=int, default=20)
    a = parser.parse_args()
    begun = time.perf_counter()
    seeds = {"train": range(10_000, 10_000 + a.train), "test": range(20_000, 20_000 + a.test)}
    views = {"all tables": (), "without the accounts' facts": (), "ledger and accounts only": SIDES}
    data = {(part, view): [] for part in seeds for view in views}
    for part, numbers in seeds.items():
        for seed in numbers:
            company = make_company(seed=seed)
            for view, without in views.items():
                x, y = labelled(company, without)
                if view == "without the accounts' facts":
                    facts = ("annual_", "industry_rank", "reputation", "employees", "founded", "budget")
                    x = x.drop(columns=[c for c in x if c.startswith(facts)])
                data[part, view].append((x, y))
    rows = []
    for view in views:
        x, y = (pd.concat([d[0] for d in data["train", view]]), np.concatenate([d[1] for d in data["train", view]]))
        model = fit_ceiling(x, y)
        tx, ty = (
            pd.concat([d[0] for d in data["test", view]])[x.columns],
            np.concatenate([d[1] for d in data["test", view]]),
        )
        found = predict_ceiling(model, tx)
        each = f1_score(ty, found, labels=CLIENT_TYPES, average=None, zero_division=0)
        rest = ty != "breadwinner"
        loss = log_loss(ty[rest], model.predict_proba(tx[rest]), labels=model.classes_)
        rows.append([view, macro_f1(ty, found), *each, (found == ty).mean(), loss])
    head = ["tables", "macro F1", *CLIENT_TYPES, "accuracy", "log loss of the other four"]
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    lines += [f"| {r[0]} | " + " | ".join(f"{v:.3f}" for v in r[1:]) + " |" for r in rows]
    text = (
        f"# Supervised ceiling of the client types\n\nTrained on {a.train} companies, tested on {a.test} unseen ones, "
        "400 accounts x 36 months each, default parameters (F1 of each type).\n\n" + "\n".join(lines) + "\n"
    )
    (HERE / "company_ceiling.md").write_text(text, encoding="utf-8")
    print(text, f"{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()

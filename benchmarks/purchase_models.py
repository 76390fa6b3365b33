"""Purchase models: do their intervals cover, and how fast are they beside `lifetimes`?

    python benchmarks/purchase_models.py coverage [REPETITIONS [MODEL ...]]
    python benchmarks/purchase_models.py speed OTHER_PYTHON WHEEL [MODEL ROWS]

Coverage: samples drawn from the model itself, 2,000 a cell, one process (about half an hour of one core).
Speed: OTHER_PYTHON is that of an environment with lifetimes 0.11.3, autograd and dill (and the pandas below 2 that it
needs); WHEEL the file that `pip download --no-deps lifetimes` gives, for the full CDNOW master in it. MODEL and ROWS
(Pareto/NBD generated) ask for one row of the table: the last takes lifetimes minutes. Same rows, same
machine, one after the other; the best of three runs for ours, one run of lifetimes. Set OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from kamlib.churn import (
    BetaGeoCNBD,
    BetaGeoNBD,
    GammaGamma,
    ModifiedBetaGeoCNBD,
    ModifiedBetaGeoNBD,
    NotConvergedError,
    ParetoNBD,
    make_beta_geometric,
    make_pareto,
)

PLANTED = {"r": 0.8, "alpha": 6.0, "a": 0.9, "b": 2.5}
PLANTED_PARETO = {"r": 0.8, "alpha": 6.0, "s": 0.7, "beta": 12.0}
PLANTED_SPEND = {"p": 5.0, "q": 4.0, "v": 20.0}
ACCOUNTS, WEEKS = 1000, 78.0

OTHER = """
import json, sys, time
import numpy as np
from lifetimes import BetaGeoFitter, ParetoNBDFitter
rows = np.load(sys.argv[1])
fitter = BetaGeoFitter() if sys.argv[2] == "BG/NBD" else ParetoNBDFitter()
begin, cpu = time.perf_counter(), time.process_time()
try:
    fitter.fit(rows["x"], rows["t"], rows["T"])
    # It fits in a time unit of its own; this is the likelihood in ours.
    accounts = rows["x"].size if sys.argv[2] == "BG/NBD" else 1  # there a mean, for Pareto/NBD a sum
    loglik = -fitter._negative_log_likelihood_ * accounts + rows["x"].sum() * np.log(fitter._scale)
    found = {"loglik": float(loglik)}
except Exception as error:
    found = {"error": f"{type(error).__name__}: {str(error)[:120]}"}
print(json.dumps(found | {"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu}))
"""


def spend(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.geometric(0.3, ACCOUNTS).astype(float)
    rate = rng.gamma(PLANTED_SPEND["q"], 1 / PLANTED_SPEND["v"], ACCOUNTS)
    return pd.DataFrame({"frequency": x, "spend": rng.gamma(PLANTED_SPEND["p"] * x) / rate / x})


def sample(name: str, seed: int) -> pd.DataFrame:
    if name == "Pareto/NBD":
        return make_pareto(ACCOUNTS, **PLANTED_PARETO, T=WEEKS, seed=seed)
    if name == "gamma-gamma":
        return spend(seed)
    k = int(name[-1]) if name[-1].isdigit() else 1
    return make_beta_geometric(ACCOUNTS, **PLANTED, T=WEEKS, k=k, modified=name.startswith("M"), seed=seed)


MODELS = {
    "BG/NBD": (BetaGeoNBD, PLANTED),
    "MBG/NBD": (ModifiedBetaGeoNBD, PLANTED),
    "BG/CNBD-2": (lambda: BetaGeoCNBD(k=2), PLANTED),
    "MBG/CNBD-3": (lambda: ModifiedBetaGeoCNBD(k=3), PLANTED),
    "Pareto/NBD": (ParetoNBD, PLANTED_PARETO),
    "gamma-gamma": (GammaGamma, PLANTED_SPEND),
}


def fit(name: str, seed: int):
    rows, model = sample(name, seed), MODELS[name][0]()
    if name == "gamma-gamma":
        return model.fit(rows["frequency"], rows["spend"])
    return model.fit(rows["frequency"], rows["recency"], rows["T"])


def coverage(repetitions: int, *names: str) -> None:
    print("| model | parameter | planted | median estimate | SD of log estimate | mean of its standard error | "
          "interval covers | estimate ± 1.96 SE covers | no maximum |")  # fmt: skip
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for name in names or MODELS:
        planted = MODELS[name][1]
        found, failed = [], 0
        for seed in range(repetitions):
            try:
                found.append(fit(name, seed))
            except NotConvergedError:
                failed += 1
        for p, true in planted.items():
            value = np.array([m.params_[p] for m in found])
            error = np.array([m.standard_errors_[p] for m in found])
            inside = np.mean([m.intervals_[p][0] <= true <= m.intervals_[p][1] for m in found])
            plain = np.mean(np.abs(value - true) <= 1.959964 * error)
            print(f"| {name} | {p} | {true:g} | {np.median(value):.3f} | {np.log(value).std():.3f} | "
                  f"{(error / value).mean():.3f} | {100 * inside:.1f} % | {100 * plain:.1f} % | {failed} |",
                  flush=True)  # fmt: skip


def master(wheel: str) -> pd.DataFrame:
    """All 23,570 CDNOW customers, until 30 September 1997, in weeks; a day counts once."""
    text = zipfile.ZipFile(wheel).read("lifetimes/datasets/CDNOW_master.txt").decode()
    lines = pd.read_csv(
        io.StringIO(text), sep=r"\s+", skiprows=1, names=["id", "date", "cds", "spend"], dtype={"id": str}
    )
    lines["date"] = pd.to_datetime(lines["date"].astype(str))
    end = pd.Timestamp("1997-09-30")
    days = lines[lines["date"] <= end].drop_duplicates(["id", "date"]).groupby("id")["date"].agg(["size", "min", "max"])
    recency, age = (days["max"] - days["min"]).dt.days / 7, (end - days["min"]).dt.days / 7
    return pd.DataFrame({"frequency": days["size"] - 1.0, "recency": recency, "T": age})


def generated(model: str) -> pd.DataFrame:
    T = np.random.default_rng(9).uniform(30, 150, 300_000)
    if model == "BG/NBD":
        return make_beta_geometric(300_000, **PLANTED, T=T, seed=11)
    return make_pareto(300_000, **PLANTED_PARETO, T=T, seed=12)


def timed(model, columns):
    begin, cpu = time.perf_counter(), time.process_time()
    return model.fit(*columns), time.perf_counter() - begin, time.process_time() - cpu


def theirs(python: str, model: str, rows: pd.DataFrame) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.npz"
        np.savez(file, x=rows["frequency"], t=rows["recency"], T=rows["T"])
        answer = subprocess.run([python, "-c", OTHER, file, model], capture_output=True, text=True, check=True)
    return json.loads(answer.stdout.splitlines()[-1])


def speed(python: str, wheel: str, only: str = "", of: str = "") -> None:
    print("| rows | distinct | model | kamlib: s | CPU s | lifetimes: s | CPU s | times faster (CPU) | "
          "log-likelihood, kamlib | lifetimes | kamlib above, relative |")  # fmt: skip
    print("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for model, ours in (("BG/NBD", BetaGeoNBD), ("Pareto/NBD", ParetoNBD)):
        for name, make in (("CDNOW master", partial(master, wheel)), ("generated", partial(generated, model))):
            if only not in ("", model) or of not in ("", name):
                continue
            rows = make()
            columns = [rows[c].to_numpy() for c in ("frequency", "recency", "T")]
            fitted, seconds, cpu = min((timed(ours(), columns) for _ in range(3)), key=lambda run: run[2])
            other = theirs(python, model, rows)
            loglik = other.get("loglik", float("nan"))
            count = len(rows[["frequency", "recency", "T"]].drop_duplicates())
            print(f"| {name}, {len(rows):,} | {count:,} | {model} | {seconds:.2f} | {cpu:.2f} | "
                  f"{other['seconds']:.1f} | {other['cpu']:.1f} | {other['cpu'] / cpu:.0f} | "
                  f"{fitted.loglik_:,.3f} | {loglik:,.3f} | "
                  f"{(fitted.loglik_ - loglik) / abs(loglik):+.1e} {other.get('error', '')} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1] == "coverage":
        coverage(int(sys.argv[2]) if len(sys.argv) > 2 else 2000, *sys.argv[3:])
    else:
        speed(*sys.argv[2:])

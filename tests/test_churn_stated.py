"""The stated rates of false alarms on companies of another mechanism, and what the page says of them."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kamlib.churn import LATE_RATE, LOST_RATE, alarm_rates, false_alarms, silences
from kamlib.stats.endings import Endings, fit_endings

MONTH = 30.4375


def mechanisms():
    """`benchmarks/mechanisms.py`."""
    path = Path(__file__).parents[1] / "benchmarks" / "mechanisms.py"
    spec = importlib.util.spec_from_file_location("mechanisms", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look for the module that they are in
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made():
    bench = mechanisms()
    companies = {name: bench.book(name, seed=5, accounts=600) for name in ("bursts and pauses", "few leave")}
    return {name: (c, silences(c.days, as_of=bench.AS_OF)) for name, c in companies.items()}


def truly_false(company, judged):
    """Account-months lived, and the false alarms of late and lost in them."""
    table = judged.table[judged.table["gaps"] > 0]
    left = company.leaving.set_index("customer_id")
    decided, back, again = (
        table["customer_id"].map(left[f"{c}_date"]).fillna(pd.Timestamp("2100-01-01"))
        for c in ("decided", "returned", "left_again")
    )
    leaves = decided.where(table["date"] < back, again)
    own = table["date"] < leaves
    end = np.minimum(table["next_date"].fillna(pd.Timestamp(judged.as_of)), leaves)
    months = (end - table["date"]).dt.days[own].sum() / MONTH
    return months, *((table[f"{n}_on"] < leaves)[own].sum() for n in ("late", "lost"))


def test_accounts_that_pause_are_not_called_lost_by_the_model(made):
    """A small version of benchmarks/criterion_mechanisms.py: 600 accounts; the lost were 2.6 times those stated."""
    months, late, lost = truly_false(*made["bursts and pauses"])
    assert 0.7 < late / months / LATE_RATE < 1.5 and 0.4 < lost / months / LOST_RATE < 1.6


def test_where_few_leave_the_rate_of_the_lost_is_an_upper_bound(made):
    company, judged = made["few leave"]
    months, _, lost = truly_false(company, judged)
    assert lost / months < LOST_RATE / 2
    silent = judged.table[judged.table["lost_on"].notna() & judged.table["next_date"].isna()]
    assert (judged.gone[silent["customer_id"]] > 0.49).all() and len(silent)
    said = alarm_rates(judged).set_index(["by", "group"])
    assert said.loc[("all", "all"), ["late_says", "lost_says"]].tolist() == ["as stated", "upper bound"]
    assert said.loc[("all", "all"), "months"] == pytest.approx(months, rel=0.05)
    assert (said.loc["regularity", "lost"].sum() == said.loc["usual gap", "lost"].sum()
            == said.loc[("all", "all"), "lost"])  # fmt: skip


def test_no_more_alarms_are_false_than_there_are():
    value, low, high = false_alarms(pd.DataFrame({"customer_id": list("abc"), "there": [1.0, 0.5, 0.0]}))
    assert value == 1.5 and 0 <= low <= 1.5 <= high
    assert false_alarms(pd.DataFrame({"customer_id": [], "there": []})) == (0.0, 0.0, 0.0)


def test_few_months_without_a_false_alarm_bound_nothing():
    """Nought in 35 months may be one in nine a month (Garwood: 3.69 / 35): no bound below two per cent."""
    weeks = pd.date_range("2024-01-01", "2024-04-01", freq="7D")
    days = [(f"k{i:02}", day + pd.Timedelta(days=i % 5)) for i in range(12) for day in weeks]
    lines = pd.DataFrame(days, columns=["customer_id", "date"]).assign(cents=1)
    said = alarm_rates(silences(lines, as_of=pd.Timestamp("2024-04-07").date())).set_index(["by", "group"])
    every = said.loc[("all", "all")]
    assert (every["lost"], every["lost_rate"]) == (0, 0) and 30 < every["months"] < 40
    assert every["lost_high"] == pytest.approx(3.689 / every["months"], rel=1e-3)
    assert (every["late_says"], every["lost_says"]) == ("as stated", "as stated")


def test_without_a_rhythm_there_is_nothing_to_say():
    days = pd.DataFrame({"customer_id": ["a", "a"], "date": pd.to_datetime(["2024-01-02", "2024-02-02"]), "cents": 1})
    assert alarm_rates(silences(days, as_of=pd.Timestamp("2024-12-31").date())).empty


def test_endings_as_the_model_says_and_twice_as_slow():
    rng, n = np.random.default_rng(2), 20_000
    one, depth = np.ones(n), rng.exponential(1.0, n)
    usual = np.repeat([10.0, 40.0], n // 2)
    slow = fit_endings(np.where(usual > 20, 2 * depth, depth), one > 0, one, one, usual, one)
    fast, seldom = slow.of([1.0, 1.0], [10.0, 40.0], [1.0, 1.0])[:, 1:6].mean(axis=1)
    assert fast == pytest.approx(1.0, rel=0.1) and seldom == pytest.approx(0.5, rel=0.1)
    assert (Endings.as_modelled().of([1.0], [1.0], [1.0]) == 1).all()

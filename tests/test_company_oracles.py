"""The truth is right: an oracle that knows each mechanism recovers what was planted.

Tolerances are in standard errors of the oracle where it has one, so that a wrong sign, unit or
time window fails and chance does not.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.optimize import brentq
from scipy.special import digamma
from scipy.stats import gamma, spearmanr

from kamlib.company import Parameters, make_company

DRIVERS = ["late", "conflict", "quality", "promise", "unanswered", "stale", "handover", "first_year", "size", "margin"]
FOUND: list[tuple[str, float, float, float]] = []


def assert_near(what: str, planted: float, found: float, tolerance: float) -> None:
    """Keep the pair for the table of `benchmarks/company_oracles.py` and compare."""
    FOUND.append((what, planted, found, tolerance))
    assert abs(found - planted) <= tolerance, f"{what}: planted {planted}, recovered {found:.4f} +- {tolerance:.4f}"


@pytest.fixture(scope="module")
def company():
    return make_company(seed=11, accounts=2000, months=48)


@pytest.fixture(scope="module")
def sold(company):
    """Sold goods with their order, wrong orders left out, second ids given back to their account."""
    ledger, truth = company.tables["ledger"], company.truth
    wrong = truth["returns"].loc[truth["returns"]["why"] == "cancellation", "order_id"]
    lines = ledger[ledger["kind"].isna() & (ledger["quantity"] > 0) & ~ledger["order_id"].isin(wrong)]
    owner = truth["duplicates"].set_index("customer_id")["true_id"]
    return lines.assign(account=lines["customer_id"].map(owner).fillna(lines["customer_id"]))


def one_per_order(sold: pd.DataFrame) -> pd.DataFrame:
    return sold.groupby("order_id", as_index=False).agg(
        account=("account", "first"), date=("date", "first"), value=("amount", "sum"),
        manager_id=("manager_id", "first"), promised=("promised_date", "first"), delivered=("delivered_date", "first"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def orders(sold):
    return one_per_order(sold).sort_values(["account", "date", "order_id"])


# Leaving ---------------------------------------------------------------------------------------


def test_hazard_ratios(company):
    spells, p = company.truth["exposure"], company.parameters
    x = sm.add_constant(spells[DRIVERS].astype(float))
    fit = sm.GLM(spells["event"], x, family=sm.families.Poisson(), offset=np.log(spells["weeks"])).fit()
    for driver in DRIVERS:
        planted, found = getattr(p, f"hazard_{driver}"), fit.params[driver]
        assert_near(f"log hazard ratio {driver}", planted, found, 3.2 * fit.bse[driver])
        assert fit.bse[driver] < 0.25
    base = np.exp(fit.params["const"]) * 365.25 / 7
    assert_near("leaving per year when nothing is wrong", p.hazard, base, 3.2 * base * fit.bse["const"])


def test_trend_of_the_hazard():
    company = make_company(seed=16, accounts=2000, months=48, parameters=Parameters(hazard_trend=0.5))
    spells = company.truth["exposure"]
    # Spells are taken apart into quarters of a year at most; the event is in the last part.
    parts = []
    for at in range(0, int(spells["weeks"].max()), 13):
        part = spells[spells["weeks"] > at].assign(at=at)
        part["event"] *= part["weeks"] <= at + 13
        parts.append(part.assign(weeks=(part["weeks"] - at).clip(upper=13)))
    spells = pd.concat(parts, ignore_index=True)
    day = (spells["from"] - pd.Timestamp("2022-07-01")).dt.days + 7 * spells["at"]
    x = sm.add_constant(spells[DRIVERS].astype(float).assign(trend=day / 365.25))
    fit = sm.GLM(spells["event"], x, family=sm.families.Poisson(), offset=np.log(spells["weeks"])).fit()
    assert_near("log hazard per year", 0.5, fit.params["trend"], 3.2 * fit.bse["trend"])


def test_trials_fading_and_detection(company):
    left, accounts, p = company.truth["leaving"], company.truth["accounts"], company.parameters
    new = accounts["joined"].between("2022-07-01", "2026-06-28").sum()
    share = (left["how"] == "trial").sum() / new
    assert_near("new accounts that never order again", p.first_dropout, share, 3 * np.sqrt(0.25 / new))
    real = left[left["how"] != "trial"]
    assert_near("leavers that fade", p.decline_share, (real["how"] == "fading").mean(), 3 * np.sqrt(0.25 / len(real)))
    faded = real[(real["how"] == "fading") & (real["decided_date"] < "2025-06-30")]
    weeks = (faded["left_date"] - faded["decided_date"]).dt.days.mean() / 7
    assert_near("mean weeks of fading, beyond the first two", p.decline_weeks, weeks - 2, 1.5)


def test_silence_limit_is_passed_by_one_gap_in_twenty():
    """Nobody leaves: the operational gaps of the living exceed their 95 % limit in 5 % of cases."""
    company = still(seed=4, shape_median=2.0, shape_spread=0.6)
    gaps, shape = operational_gaps(company)
    passed = (gaps > gamma.ppf(0.95, shape, scale=1 / shape)).mean()
    assert_near("gaps beyond the 95 % limit", 0.05, passed, 0.01)


def test_returns_unasked():
    """Accounts that left long ago and were not invited come back at the planted yearly rate."""
    p = Parameters(return_rate_lost=0.3, winback_effect=0.0, first_dropout=0.0)
    company = make_company(seed=6, accounts=1500, months=48, parameters=p)
    left, end = company.truth["leaving"].dropna(subset="left_date"), pd.Timestamp("2026-07-01")
    begin = left["left_date"] + pd.Timedelta(days=84)
    years = (left["returned_date"].fillna(end) - begin).dt.days.clip(lower=0).sum() / 365.25
    back = left["returned_date"].notna().sum()
    assert_near("returns per year of the lost", 0.3, back / years, 3 * np.sqrt(back) / years)


# Purchasing ------------------------------------------------------------------------------------


def still(seed: int, **changes):
    """A company in which nobody joins, leaves or grows, with one order rate."""
    quiet = dict(
        hazard=0.0, join_rate=0.0, lead_share=0.0, duplicate_share=0.0, rate_median=12.0, rate_noise=0.0,
        size_spread=0.0, trend_sd=0.0, breadwinners=0, winback_effect=0.0, cancel_rate=0.0,
    )  # fmt: skip
    return make_company(seed=seed, accounts=250, months=48, managers=3, parameters=Parameters(**{**quiet, **changes}))


def operational_gaps(company) -> tuple[np.ndarray, np.ndarray]:
    """Gaps between orders in the account's own time, in mean gaps, and the true shape of each.

    Within a day an order's moment is unknown: the middle is taken, and half a day's worth where
    two orders fall on one day.
    """
    calendar, accounts = company.truth["calendar"].set_index("date"), company.truth["accounts"].set_index("customer_id")
    ledger = company.tables["ledger"]
    bought = ledger[ledger["amount"] > 0].drop_duplicates("order_id").sort_values(["customer_id", "date"])
    out, shapes = [], []
    for who, dates in bought.groupby("customer_id")["date"]:
        a = accounts.loc[who]
        daily = calendar["weight"] * calendar["shock"] * calendar["season"] ** a["season_strength"]
        daily = daily * a["orders_per_year"] / 365.25
        moment = (daily.cumsum() - daily / 2).reindex(dates).to_numpy()
        width = daily.reindex(dates).to_numpy()[1:]
        out.append(np.maximum(np.diff(moment), width / 3))
        shapes.append(np.full(len(dates) - 1, a["shape"]))
    return np.concatenate(out), np.concatenate(shapes)


@pytest.mark.parametrize("shape", [0.8, 2.0, 6.0])
def test_gap_shape(shape):
    gaps, _ = operational_gaps(still(seed=2, shape_median=shape, shape_spread=0.0))
    spread = np.log(gaps.mean()) - np.log(gaps).mean()
    found = brentq(lambda k: np.log(k) - digamma(k) - spread, 0.05, 200)
    assert_near(f"gamma shape of gaps, k = {shape}", shape, found, 0.08 * shape)
    assert_near("mean gap in operational time", 1.0, gaps.mean(), 0.05)


@pytest.mark.parametrize("strength", [0.0, 1.0, 2.0])
def test_season(strength):
    company = still(seed=3, season_strength=strength)
    calendar = company.truth["calendar"].set_index("date")
    ledger = company.tables["ledger"]
    day = ledger[ledger["amount"] > 0].drop_duplicates("order_id").groupby("date").size()
    day = day.reindex(calendar.index).fillna(0)[calendar["open"] == 1]
    c = calendar.loc[day.index]
    x = sm.add_constant(np.log(c["season"]))
    fit = sm.GLM(day, x, family=sm.families.Poisson(), offset=np.log(c["weight"] * c["shock"])).fit()
    # Strengths differ between accounts, which adds a little to the slope of their sum.
    assert_near(f"exponent on the season, {strength:g}", strength, fit.params["season"], 0.12 + 0.05 * strength)


def test_trend():
    company = still(seed=9, trend_sd=0.5)
    truth = company.truth["accounts"].set_index("customer_id")["trend_per_year"]
    ledger = company.tables["ledger"]
    bought = ledger[ledger["amount"] > 0].drop_duplicates("order_id")
    year = (bought["date"] - pd.Timestamp("2022-07-01")).dt.days // 365.25
    count = pd.crosstab(bought["customer_id"], year).reindex(truth.index, fill_value=0)
    some = truth.abs() < 0.9
    growth = np.log((count[3.0] + 0.5) / (count[0.0] + 0.5))[some] / 3
    assert_near("slope of growth on the planted trend", 1.0, np.polyfit(truth[some], growth, 1)[0], 0.12)


def test_categories_are_taken_up_in_the_planted_order(company, sold):
    first = sold.groupby(["account", "category"])["date"].min().groupby("account").rank()
    mean = first.groupby("category").mean()
    place = company.truth["categories"].set_index("category")["place"]
    found = spearmanr(mean, place[mean.index])[0]
    assert_near("rank correlation of first purchase with planted place", 1.0, found, 0.1)


def test_price_rise_and_discount(company, sold):
    p, truth = company.parameters, company.truth["accounts"].set_index("customer_id")
    price = sold.assign(year=sold["date"].dt.year).groupby(["product_id", "year"])["list_price"].first().unstack()
    assert_near("yearly rise of list prices", p.price_rise, float(np.log(price).diff(axis=1).mean(axis=None)), 0.001)
    off = 1 - sold["unit_price"] / sold["list_price"]
    mine = off.groupby(sold["account"]).mean()[sold.groupby("account").size() >= 50]
    slope = np.polyfit(truth["discount"][mine.index], mine, 1)
    assert_near("slope of discounts on the planted ones", 1.0, slope[0], 0.05)


def test_order_values(company, orders):
    """Spread within an account and the level of the planted size."""
    p, truth = company.parameters, company.truth["accounts"].set_index("customer_id")
    log = np.log(orders["value"])
    big = (truth["sales_per_year"] / truth["orders_per_year"]).reindex(orders["account"]).to_numpy() > 500
    assert_near("sd of log order value within", p.order_spread, log[big].groupby(orders["account"]).std().mean(), 0.04)


def test_expected_sales(company, orders):
    """Sales of the last year over their expectation, all accounts together and by account size."""
    truth = company.truth["accounts"].set_index("customer_id")["expected_sales"]
    last = orders[orders["date"] > "2025-06-30"].groupby("account")["value"].sum().reindex(truth.index, fill_value=0)
    assert_near("sales of the last year over expected", 1.0, last.sum() / truth.sum(), 0.06)
    large = truth >= truth.quantile(0.9)
    assert_near("the same, of all but the largest tenth", 1.0, last[~large].sum() / truth[~large].sum(), 0.06)


def test_returns_of_lines(company, sold):
    truth, types = company.truth["returns"], company.truth["types"].set_index("customer_id")
    back = (truth["why"] == "return").sum()
    plain = types["expert_strength"].reindex(sold["account"]).to_numpy()
    expected = company.parameters.return_rate * (1 + 0.6 * plain).sum()
    assert_near("lines returned over those planted", 1.0, back / expected, 3 / np.sqrt(expected) + 0.02)
    wrong = truth.loc[truth["why"] == "cancellation", "order_id"].nunique()
    n = sold["order_id"].nunique()
    rate = company.parameters.cancel_rate
    assert_near("orders cancelled at once", rate, wrong / n, 3 * np.sqrt(rate / n) + 0.001)


def test_late_deliveries(orders):
    done = orders.dropna(subset="delivered")
    assert_near("late deliveries", 0.12, (done["delivered"] > done["promised"]).mean(), 0.025)


# Managers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6])
def test_manager_share_of_success(share):
    """From orders: manager part by slope on quality, account part as variance less noise."""
    quiet = dict(skill_match=0.0, handover_rate=0.0, decline_share=0.0, offer_effect=0.0)
    p = Parameters(manager_share=share, **quiet)
    company = make_company(seed=8, accounts=1500, months=36, managers=40, parameters=p)
    y, number, manager, spread = log_success(company)
    quality = company.truth["managers"].set_index("manager_id")["quality"].reindex(manager).to_numpy()
    slope = np.polyfit(quality, y, 1)
    rest = np.var(y - np.polyval(slope, quality)) - np.mean(spread / number)
    planted = (share * p.success_sd**2, (1 - share) * p.success_sd**2)
    assert_near(f"manager share of success, {share:g}", share, slope[0] ** 2 / (slope[0] ** 2 + rest), 0.07)
    assert_near(f"sd of the account's part, share {share:g}", planted[1] ** 0.5, rest**0.5, 0.05)


def log_success(company):
    """Mean log order value over plan by account, of accounts with many and not tiny orders."""
    ledger, p = company.tables["ledger"], company.parameters
    wrong = company.truth["returns"].loc[company.truth["returns"]["why"] == "cancellation", "order_id"]
    goods = ledger[ledger["kind"].isna() & (ledger["quantity"] > 0) & ~ledger["order_id"].isin(wrong)]
    order = one_per_order(goods.assign(account=goods["customer_id"]))
    truth = company.truth["accounts"].set_index("customer_id")
    plan = (truth["sales_per_year"] / truth["orders_per_year"]).reindex(order["account"]).to_numpy()
    order["y"] = np.log(order["value"] / plan) + p.order_spread**2 / 2
    order = order[plan > 500]
    by = order.groupby("account")
    many = by.size() >= 8
    mean = by["y"].mean()[many]
    return mean.to_numpy(), by.size()[many].to_numpy(), by["manager_id"].first()[many], by["y"].var()[many].to_numpy()


def test_skill_that_a_type_needs():
    p = Parameters(skill_match=0.4, manager_share=0.0, handover_rate=0.0, success_sd=0.2, expert_share=0.3)
    company = make_company(seed=5, accounts=1500, months=36, managers=30, parameters=p)
    truth = company.truth["accounts"].merge(company.truth["types"], on="customer_id")
    expert = truth[(truth["primary"] == "expert")].set_index("customer_id")
    now = company.tables["assignments"].drop_duplicates("customer_id").set_index("customer_id")["manager_id"]
    skill = company.tables["managers"].set_index("manager_id")["product"].reindex(now.reindex(expert.index))
    slope = np.polyfit(skill, expert["log_success"], 1)[0]
    assert_near("log success per point of product skill, experts", 0.4, slope, 0.05)


def test_handovers_and_assignment(company):
    spells, p = company.tables["assignments"], company.parameters
    begin = spells["from"].clip(lower=pd.Timestamp("2021-06-28"))
    years = (spells["to"].fillna(pd.Timestamp("2026-06-30")) - begin).dt.days.sum() / 365.25
    number = spells["customer_id"].duplicated().sum()
    leads = set(company.truth["accounts"].loc[company.truth["accounts"]["joined"].isna(), "customer_id"])
    kept = ~spells["customer_id"].isin(leads)
    years = (spells["to"].fillna(pd.Timestamp("2026-06-30")) - begin).dt.days[kept].sum() / 365.25
    assert_near("handovers per account-year", p.handover_rate, number / years, 3 * np.sqrt(number) / years + 0.005)
    first = spells.sort_values("from").drop_duplicates("customer_id").set_index("customer_id")["manager_id"]
    quality = company.truth["managers"].set_index("manager_id")["quality"].reindex(first).to_numpy()
    size = np.log(company.truth["accounts"].set_index("customer_id")["sales_per_year"]).reindex(first.index)
    assert_near("correlation of size and quality", p.assignment_strength, np.corrcoef(size, quality)[0, 1], 0.08)


@pytest.mark.parametrize("rate", [0.0])
def test_no_handovers_when_none_are_planted(rate):
    company = make_company(seed=1, accounts=100, months=12, parameters=Parameters(handover_rate=rate))
    assert not company.tables["assignments"]["customer_id"].duplicated().any()


# Deals and offers ------------------------------------------------------------------------------


def test_weights_of_winning():
    p = Parameters(tender_rate=1.5)
    company = make_company(seed=12, accounts=2000, months=36, parameters=p)
    truth, table = company.truth["tenders"].copy(), company.tables["tenders"].copy()
    for frame in (truth, table):
        frame["nth"] = frame.groupby(["customer_id", "date"]).cumcount()
    both = truth.merge(table, on=["customer_id", "date", "nth"], validate="one_to_one")
    both = both[both["outcome"] != "open"]
    names = ["need", "solvency", "authority", "reference"]
    fit = sm.Logit((both["outcome"] == "won").astype(int), sm.add_constant(both[names].astype(float))).fit(disp=0)
    for name in names:
        assert_near(f"log odds of winning, {name}", getattr(p, f"win_{name}"), fit.params[name], 3.2 * fit.bse[name])
        assert fit.bse[name] < 0.12


def test_win_back_offers_by_difference_in_means():
    p = Parameters(winback_effect=0.25)
    company = make_company(seed=13, accounts=3000, months=48, parameters=p)
    gone = company.truth["offers"].merge(company.tables["offers"], on=["customer_id", "date", "campaign"])
    back = company.truth["leaving"].set_index("customer_id")["returned_date"].reindex(gone["customer_id"]).to_numpy()
    gone["back"] = (back > gone["date"]) & (back <= gone["date"] + pd.Timedelta(days=90))
    rate = gone.groupby("arm")["back"].agg(["mean", "size"])
    effect = rate["mean"]["treated"] - rate["mean"]["held out"]
    error = np.sqrt((rate["mean"] * (1 - rate["mean"]) / rate["size"]).sum())
    # One who would have come back anyway cannot be won back: the effect acts on the others.
    assert_near("win-back effect, share returned in 90 days", 0.25 * (1 - rate["mean"]["held out"]), effect, 3 * error)
    bought = company.tables["ledger"].loc[company.tables["ledger"]["amount"] > 0, ["customer_id", "date"]]
    seen = gone.reset_index().merge(bought, on="customer_id", suffixes=("", "_bought"))
    inside = (seen["date_bought"] > seen["date"]) & (seen["date_bought"] <= seen["date"] + pd.Timedelta(days=90))
    gone["bought"] = gone.index.isin(seen.loc[inside, "index"])
    assert gone.loc[gone["back"], "bought"].mean() > 0.9


def offer_values(company) -> pd.DataFrame:
    """Mean log order value in the 13 weeks after an offer: as it is, and less the account's planted level."""
    ledger, offers = company.tables["ledger"], company.tables["offers"]
    order = ledger[ledger["kind"].isna() & (ledger["quantity"] > 0)].groupby(["customer_id", "order_id"])
    order = order.agg(date=("date", "first"), value=("amount", "sum")).reset_index()
    order["log"] = np.log(order["value"])
    dev = offers[offers["campaign"].str.startswith("DEV")].reset_index(drop=True).reset_index()
    both = dev.merge(order, on="customer_id", suffixes=("", "_order"))
    days = (both["date_order"] - both["date"]).dt.days
    after = both[(days > 0) & (days <= 91)].groupby("index")["log"].mean()
    truth = company.truth["accounts"].set_index("customer_id")
    own = np.log(truth["sales_per_year"] / truth["orders_per_year"]) + truth["log_success"]
    dev = dev.assign(level=after).dropna(subset="level")
    return dev.assign(over=dev["level"] - own.reindex(dev["customer_id"]).to_numpy())


def test_development_offers_randomised_or_not(company):
    big = make_company(seed=14, accounts=3000, months=48)
    data = offer_values(big).merge(big.truth["campaigns"][["campaign", "randomised"]], on="campaign")
    p = big.parameters

    def difference(rows, column):
        arm = rows.groupby("arm")[column].agg(["mean", "var", "size"])
        return arm["mean"]["treated"] - arm["mean"]["held out"], np.sqrt((arm["var"] / arm["size"]).sum())

    effect, error = difference(data[data["randomised"]], "over")
    assert_near("development offers, log order value", p.offer_effect, effect, 3 * error)
    naive, error = difference(data[~data["randomised"]], "level")
    assert naive > p.offer_effect + 4 * error  # managers chose the larger accounts


# Types -----------------------------------------------------------------------------------------


def test_experts_report_bad_batches_first():
    company = make_company(seed=15, accounts=2000, months=48)
    episodes, incidents = company.truth["episodes"], company.tables["incidents"]
    industry = company.tables["accounts"].drop_duplicates("customer_id").set_index("customer_id")["industry"]
    expert = company.truth["types"].set_index("customer_id")["expert_strength"] > 0
    seen = incidents[incidents["kind"] == "quality"].assign(
        industry=lambda t: t["customer_id"].map(industry), expert=lambda t: t["customer_id"].map(expert)
    )
    lags = seen.merge(episodes, on="industry", suffixes=("", "_episode"))
    lags["lag"] = (lags["date"] - lags["date_episode"]).dt.days
    peak = {}
    for who, group in lags[lags["lag"].between(-60, 120)].groupby("expert"):
        count = np.histogram(group["lag"], np.arange(-60, 121, 4))[0]
        window = np.convolve(count, np.ones(7), "valid")  # 28 days, over which reports are spread
        peak[who] = -60 + 4 * int(window.argmax())
    assert_near("weeks by which experts are ahead", company.parameters.expert_lead, (peak[False] - peak[True]) / 7, 1.2)


@pytest.mark.acceptance
def test_supervised_ceiling_of_types():
    """A small one: see benchmarks/company_ceiling.md for 200 companies."""
    path = Path(__file__).parents[1] / "benchmarks" / "company_ceiling.py"
    spec = importlib.util.spec_from_file_location("company_ceiling", path)
    ceiling = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(ceiling)
    data = [ceiling.labelled(make_company(seed=s)) for s in range(300, 308)]
    train, test = data[:6], data[6:]
    model = ceiling.fit_ceiling(pd.concat([d[0] for d in train]), np.concatenate([d[1] for d in train]))
    x, y = pd.concat([d[0] for d in test]), np.concatenate([d[1] for d in test])
    found = ceiling.predict_ceiling(model, x)
    assert 0.65 < ceiling.macro_f1(y, found) < 0.95
    # No single fact gives a type away, a breadwinner's share apart.
    rest = y != "breadwinner"
    for name in ("industry_rank", "reputation", "budget_per_sales", "audit per year", "sample test per year"):
        known = x[name].notna().to_numpy() & rest
        best = max(f1_of(y[known], x[name].to_numpy()[known], t) for t in ("prospect", "image-maker", "expert"))
        assert best < 0.75, name


def f1_of(y: np.ndarray, value: np.ndarray, label: str) -> float:
    """Best F1 of one label that one threshold on one feature can reach, on either side."""
    best = 0.0
    for cut in np.quantile(value, np.linspace(0.02, 0.98, 49)):
        for side in (value >= cut, value <= cut):
            hit = (side & (y == label)).sum()
            best = max(best, 2 * hit / (side.sum() + (y == label).sum()))
    return best

"""The sample company keeps the contract, whatever is planted, and is the same bytes every time."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kamlib.company import DEFAULT_SEED, Parameters, data_dictionary, make_company, write_company
from kamlib.tables import TABLES, Table

DATA = Path(__file__).parents[1] / "data"
FIELDS = {f.name: f.metadata for f in dataclasses.fields(Parameters)}
# Plans may lie after the end of the ledger; facts may not.
PLANS = {("ledger", "promised_date"), ("payments", "due_date"), ("tasks", "due")}


@pytest.fixture(scope="module")
def company():
    return make_company(seed=DEFAULT_SEED)


def check_table(frame: pd.DataFrame, table: Table) -> None:
    """Columns, kinds, limits and allowed values of the contract."""
    unknown = set(frame) - set(table.names)
    assert not unknown, f"{table.name}: unknown columns {unknown}"
    assert set(table.required) <= set(frame), table.name
    assert list(frame) == [n for n in table.names if n in frame], table.name
    for column in (c for c in table.columns if c.name in frame):
        check_column(frame[column.name], column, f"{table.name}.{column.name}")


def check_column(values: pd.Series, column, where: str) -> None:
    known = values.dropna()
    assert not column.required or len(known) == len(values), where
    if column.values:
        assert set(known) <= set(column.values), where
    if column.kind in ("id", "text"):
        assert isinstance(values.dtype, pd.StringDtype) and (known.str.len() > 0).all(), where
    elif column.kind == "date":
        assert values.dtype == "datetime64[us]" and (known == known.dt.normalize()).all(), where
    elif column.kind == "flag":
        assert values.dtype == "boolean", where
    elif column.kind == "whole":
        assert values.dtype == "Int64", where
    else:
        assert np.isfinite(known).all(), where
    if column.kind == "money":
        assert np.allclose(known * 100, np.round(known * 100), atol=1e-4, rtol=1e-12), where
    low = 0 if column.kind == "share" else column.low
    high = 1 if column.kind == "share" else column.high
    assert low is None or (known >= low).all(), where
    assert high is None or (known <= high).all(), where


def assert_book(tables: dict[str, pd.DataFrame], end: str) -> None:
    """What must hold of any company."""
    assert list(tables) == [name for name in TABLES if name != "rates"]  # it sells in one currency
    for name in tables:
        check_table(tables[name], TABLES[name])
        for column in tables[name].select_dtypes("datetime"):
            if (name, column) not in PLANS:
                assert not (tables[name][column] > end).any(), (name, column)
    known = set(tables["accounts"]["customer_id"])
    managers = set(tables["managers"]["manager_id"])
    for name, frame in tables.items():
        if "customer_id" in frame:
            assert set(frame["customer_id"]) <= known, name
        if "manager_id" in frame:
            assert set(frame["manager_id"].dropna()) <= managers, name
    assert set(tables["accounts"]["parent_id"].dropna()) <= known
    check_ledger(tables["ledger"])


def check_ledger(ledger: pd.DataFrame) -> None:
    """Lines identify themselves, amounts follow from quantity and price, an order is one account's."""
    assert len(ledger) and ledger["line_id"].is_unique
    cents = (ledger["quantity"] * (ledger["unit_price"] * 100).round()).round()
    assert (cents == (ledger["amount"] * 100).round()).all()
    one = ledger.groupby("order_id")[["customer_id", "date"]].nunique()
    assert (one == 1).all(axis=None)
    assert (ledger["delivered_date"].dropna() >= ledger.loc[ledger["delivered_date"].notna(), "date"]).all()


def test_default_company_keeps_the_contract(company):
    assert_book(company.tables, "2026-06-30")


def test_every_table_of_the_contract_has_rows(company):
    assert all(len(frame) for frame in company.tables.values())
    assert all(len(frame) for frame in company.truth.values())


def test_the_committed_sample_is_regenerated_byte_for_byte(company, tmp_path):
    write_company(company, tmp_path)
    made = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*.csv")}
    kept = {p.relative_to(DATA / "sample"): p.read_bytes() for p in (DATA / "sample").rglob("*.*")}
    assert sorted(made) == sorted(kept)
    assert [str(n) for n in made if made[n] != kept[n]] == []
    assert sum(map(len, kept.values())) < 4_000_000


def test_the_data_dictionary_in_the_readme_is_current():
    assert data_dictionary() in (DATA / "README.md").read_text(encoding="utf-8")


def test_the_readme_documents_every_column_of_the_truth(company):
    text = (DATA / "README.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("| ")}
    for name, frame in company.truth.items():
        known = {"customer_id", "date", "weeks"}
        assert [c for c in frame if c not in known and f"`{c}`" not in rows[name]] == [], name


def test_another_table_does_not_move_the_others():
    """A planted quantity of the tenders leaves the ledger as it is: streams are apart."""
    a = make_company(seed=5, accounts=60, months=12, managers=3)
    b = make_company(seed=5, accounts=60, months=12, managers=3, parameters=Parameters(care=0.0))
    c = make_company(seed=5, accounts=60, months=12, managers=3, parameters=Parameters(cancel_rate=0.2))
    pd.testing.assert_frame_equal(a.tables["managers"], b.tables["managers"])
    for name in set(a.tables) - {"ledger"}:
        pd.testing.assert_frame_equal(a.tables[name], c.tables[name])


def test_sizes_look_like_a_real_book(company):
    ledger, types = company.tables["ledger"], company.truth["types"]
    last = ledger[ledger["date"] > "2025-06-30"].groupby("customer_id")["amount"].sum()
    share = np.sort(last[last > 0] / last[last > 0].sum())
    n = len(share)
    gini = (2 * np.arange(1, n + 1) - n - 1) @ share / n
    assert 0.65 <= gini <= 0.75
    assert 5 <= (share >= 0.01).sum() <= 25 and 1 <= (share >= 0.10).sum() <= 2
    assert 0.30 <= share[share >= 0.01].sum() <= 0.55
    assert 1 <= (types["primary"] == "breadwinner").sum() <= 2


@pytest.mark.parametrize(
    ("planted", "low", "high"),
    [({"size_spread": 0.5, "breadwinners": 0}, 0.0, 0.30), ({"size_spread": 1.8}, 0.55, 1.0)],
)
def test_the_claim_on_key_accounts_need_not_hold(planted, low, high):
    ledger = make_company(seed=DEFAULT_SEED, parameters=Parameters(**planted)).tables["ledger"]
    last = ledger[ledger["date"] > "2025-06-30"].groupby("customer_id")["amount"].sum()
    share = last / last.sum()
    assert low <= share[share >= 0.01].sum() <= high


def test_breadwinners_are_those_with_a_tenth_of_profit(company):
    types = company.truth["types"]
    ledger = company.tables["ledger"]
    last = ledger[ledger["date"] > "2025-06-30"]
    owner = company.truth["duplicates"].set_index("customer_id")["true_id"]
    who = last["customer_id"].map(owner).fillna(last["customer_id"])
    profit = (last["amount"] - last["cost"]).groupby(who).sum()
    found = profit.index[profit / profit.sum() >= 0.10]
    assert set(found) == set(types.loc[types["primary"] == "breadwinner", "customer_id"])


def test_every_return_is_tied_to_its_sale(company):
    ledger = company.tables["ledger"].set_index("line_id")
    ties = company.truth["returns"]
    negative = ledger.index[ledger["amount"] < 0]
    assert set(negative) <= set(ties["line_id"])
    sale = ledger.reset_index().drop_duplicates(["order_id", "product_id", "unit_price"])
    tied = ties.dropna(subset="order_id").merge(ledger[["product_id", "unit_price", "quantity", "date"]].reset_index())
    tied = tied[tied["quantity"] < 0].merge(sale, on=["order_id", "product_id", "unit_price"], suffixes=("", "_sale"))
    assert len(tied) == ties["order_id"].notna().sum()
    assert (tied["date"] >= tied["date_sale"]).all()
    same_day = tied.loc[tied["why"] == "cancellation"]
    assert (same_day["date"] == same_day["date_sale"]).all()


def test_leads_have_no_ledger_rows_and_customers_do(company):
    accounts, ledger = company.tables["accounts"], company.tables["ledger"]
    now = accounts.drop_duplicates("customer_id", keep="last").set_index("customer_id")["status"]
    assert (now == "lead").sum() >= 10
    assert not set(now.index[now == "lead"]) & set(ledger["customer_id"])


def test_nobody_buys_between_leaving_and_returning(company):
    ledger, left = company.tables["ledger"], company.truth["leaving"]
    sold = ledger[(ledger["amount"] > 0)].merge(left, on="customer_id")
    away = (sold["date"] >= sold["left_date"]) & ~(sold["date"] >= sold["returned_date"])
    assert not away.any()
    seen = left.dropna(subset=["left_date", "detectable_date"])
    assert (seen["detectable_date"] > seen["last_purchase"]).all()


def test_truth_exposure_follows_from_the_tables(company):
    """States that drive leaving can be rebuilt from dated facts: nothing hidden, nothing from later."""
    p, truth, tables = company.parameters, company.truth["exposure"], company.tables
    day, memory = pd.Timedelta(days=1), pd.Timedelta(days=7 * p.memory_weeks)
    spells = {}
    for kind in ("conflict", "quality", "promise"):
        e = tables["incidents"][tables["incidents"]["kind"] == kind]
        spells[kind] = e.assign(begin=e["date"], stop=e["date"] + memory)
    e = tables["feedback"]
    forgotten = e["date"] + memory + p.answer_days * day
    answered = e["answered_date"].fillna(forgotten.max())
    spells["unanswered"] = e.assign(begin=e["date"] + p.answer_days * day, stop=np.minimum(answered, forgotten))
    e = tables["interactions"][tables["interactions"]["kind"] == "dossier update"]
    spells["fresh"] = e.assign(begin=e["date"], stop=e["date"] + 7 * p.stale_weeks * day)
    e = tables["assignments"][tables["assignments"]["customer_id"].duplicated()]
    spells["handover"] = e.assign(begin=e["from"], stop=e["from"] + memory)
    rows = truth.assign(fresh=1 - truth["stale"]).reset_index()
    for name, e in spells.items():
        both = rows[["index", "customer_id", "from"]].rename(columns={"from": "monday"}).merge(e, on="customer_id")
        inside = (both["begin"] < both["monday"]) & (both["monday"] <= both["stop"])
        state = rows["index"].isin(both.loc[inside, "index"])
        assert (state == (rows[name] == 1)).all(), name


def test_traits_of_tenders_show_in_other_tables(company):
    """Solvency in payment delays, authority in contacts, need in budgets."""
    truth, tables = company.truth["accounts"].set_index("customer_id"), company.tables
    paid = tables["payments"].dropna(subset="paid_date")
    delay = (paid["paid_date"] - paid["due_date"]).dt.days.groupby(paid["customer_id"]).mean()
    assert delay.corr(truth["solvency"]) < -0.5
    assert tables["contacts"].groupby("customer_id")["authority"].max().corr(truth["authority"]) > 0.5


def test_some_large_accounts_cost_more_to_serve_than_they_earn(company):
    ledger = company.tables["ledger"]
    last = ledger[ledger["date"] > "2025-06-30"]
    by = last.groupby("customer_id")[["amount", "cost"]].sum().sort_values("amount", ascending=False)
    large = by[by["amount"].cumsum() <= 0.8 * by["amount"].sum()]
    now = company.tables["accounts"].drop_duplicates("customer_id", keep="last").set_index("customer_id")
    loss = large["amount"] - large["cost"] < now["cost_to_serve"].reindex(large.index)
    assert 1 <= loss.sum() <= 0.3 * len(large)


def test_totals_tie(company):
    """Payments are the sold orders; what is read back from the sample is what was made."""
    ledger, payments = company.tables["ledger"], company.tables["payments"]
    wrong = company.truth["returns"].loc[company.truth["returns"]["why"] == "cancellation", "order_id"]
    sold = ledger[(ledger["quantity"] > 0) & ~ledger["order_id"].isin(wrong)]
    cents = (sold["amount"] * 100).round().astype("int64").groupby(sold["customer_id"]).sum()
    billed = (payments["amount"] * 100).round().astype("int64").groupby(payments["customer_id"]).sum()
    pd.testing.assert_series_equal(cents[billed.index], billed, check_names=False)
    late_bills = payments["invoice_date"] < ledger["date"].min()
    assert not late_bills.any()
    again = pd.read_csv(DATA / "sample" / "ledger.csv")
    assert (again["amount"] * 100).round().sum() == (ledger["amount"] * 100).round().sum()


def test_truth_lateness_follows_from_the_ledger(company):
    """The share of late ones among the last three deliveries known on the Monday of a spell."""
    twice = set(company.truth["duplicates"]["true_id"])
    truth = company.truth["exposure"].iloc[::7]
    truth = truth[~truth["customer_id"].isin(twice)]
    sent = company.tables["ledger"].drop_duplicates("order_id").dropna(subset="delivered_date")
    sent = sent.sort_values(["delivered_date", "date"], kind="stable")
    by = {who: g for who, g in sent.groupby("customer_id")}
    same = []
    for row in truth.to_dict("records"):
        known = by.get(row["customer_id"], sent.iloc[:0])
        known = known[known["delivered_date"] < row["from"]].tail(3)
        late = (known["delivered_date"] > known["promised_date"]).mean() if len(known) else 0.0
        same.append(abs(late - row["late"]) < 0.001)
    assert np.mean(same) > 0.99


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"accounts": 3}, "too few"), ({"months": 2}, "too few"), ({"end": "2026-06-15"}, "last day of a month")],
)
def test_refuses_what_it_cannot_make(wrong, says):
    with pytest.raises(ValueError, match=says):
        make_company(seed=1, **wrong)


def test_refuses_a_parameter_outside_its_limits():
    with pytest.raises(ValueError, match="manager_share"):
        Parameters(manager_share=1.5)


def extreme(name: str):
    low, high = FIELDS[name]["low"], FIELDS[name]["high"]
    kind = type(getattr(Parameters(), name))
    return st.sampled_from([kind(low), kind(high)])


@st.composite
def extremes(draw):
    """Some parameters at one of their limits, the rest as they are."""
    names = draw(st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=8, unique=True))
    return {name: draw(extreme(name)) for name in names}


@pytest.mark.acceptance
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(extremes(), st.integers(0, 10**6), st.sampled_from([(10, 6, 1), (25, 9, 2), (40, 14, 5)]))
@example({n: type(getattr(Parameters(), n))(m["low"]) for n, m in FIELDS.items()}, 0, (25, 9, 2))
@example({n: type(getattr(Parameters(), n))(m["high"]) for n, m in FIELDS.items()}, 0, (25, 9, 2))
def test_any_parameter_at_its_extremes_gives_a_valid_book(values, seed, size):
    accounts, months, managers = size
    company = make_company(
        seed=seed,
        accounts=accounts,
        months=months,
        managers=managers,
        end="2024-02-29",
        parameters=Parameters(**values),
    )
    assert_book(company.tables, "2024-02-29")


@pytest.mark.parametrize("limit", ["low", "high"])
@pytest.mark.parametrize("first", range(8))
def test_every_parameter_reaches_both_limits(first, limit):
    names = sorted(FIELDS)[first::8]
    values = {n: type(getattr(Parameters(), n))(FIELDS[n][limit]) for n in names}
    company = make_company(seed=3, accounts=20, months=6, managers=2, end="2023-12-31", parameters=Parameters(**values))
    assert_book(company.tables, "2023-12-31")

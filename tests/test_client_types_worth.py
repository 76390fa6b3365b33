import numpy as np
import pandas as pd
import pytest
from typed import book, features, panel, table, typer

from kamlib.client_types.worth import _counts, _mantel_haenszel, early_warning, growth, reference, worth_table
from kamlib.stats.jackknife import ratio_interval


def test_mantel_haenszel_by_hand():
    """Two strata: (without lost, without won, with lost, with won) = (10, 5, 4, 8) and (6, 6, 3, 9)."""
    tables = np.array([[[10, 5, 4, 8], [6, 6, 3, 9]]], float)
    above, below = 8 * 10 / 27 + 9 * 6 / 24, 4 * 5 / 27 + 3 * 6 / 24
    assert _mantel_haenszel(tables)[0] == pytest.approx(above / below)


def made(tenders=(), incidents=()):
    """Six accounts of one industry and region, a and b image-makers, b and c experts."""
    ids = list("abcdef")
    facts = pd.DataFrame(
        {"customer_id": ids, "industry": "toys", "region": "north", "since": pd.Timestamp("2020-01-01")}
    )
    tables = {"accounts": facts, "tenders": pd.DataFrame(tenders), "incidents": pd.DataFrame(incidents)}
    kinds = ["image-maker", "image-maker", "expert", "expert", "ordinary", "ordinary"]
    accounts = pd.DataFrame({"customer_id": ids, "first_line": pd.Timestamp("2023-01-01")})
    day = pd.Timestamp("2025-12-31")
    return (
        type("B", (), {"tables": {k: v for k, v in tables.items() if len(v)}, "ledger": book().ledger})(),
        pd.DataFrame({"customer_id": ids, "type": kinds}),
        type("P", (), {"accounts": accounts, "as_of": day, "start": day})(),
    )


def test_a_planted_reference_is_found():
    rows = [
        {"customer_id": c, "date": pd.Timestamp(f"{year}-06-01"), "outcome": "won" if i % 10 < wins else "lost"}
        for year, wins in ((2022, 3), (2024, 7))  # before and after the image-makers came
        for c in "cdef"
        for i in range(20)
    ]
    answer = reference(*made(tenders=rows))
    assert answer.estimate == pytest.approx((0.7 / 0.3) / (0.3 / 0.7))
    assert (answer.n, answer.others) == (80, 80)
    assert answer.verdict == "supported"


def test_few_tenders_tell_nothing():
    rows = [{"customer_id": "c", "date": pd.Timestamp("2024-06-01"), "outcome": "won"}] * 40
    assert reference(*made(tenders=rows)).verdict == "cannot tell"
    assert reference(*made()).verdict == "cannot tell"


def test_complaints_before_and_after_by_hand():
    from kamlib.client_types.worth import _complaints

    days = {"c": "2024-06-01", "e": "2024-07-01", "f": "2024-07-10", "d": "2023-01-01"}
    rows = [{"customer_id": c, "date": pd.Timestamp(d), "kind": "quality"} for c, d in days.items()]
    rows.append({"customer_id": "e", "date": pd.Timestamp("2025-12-01"), "kind": "quality"})
    data, kinds, panel_ = made(incidents=rows)
    cases = _complaints(data, kinds, panel_.as_of).set_index("customer_id")
    assert cases.loc["c"].tolist() == [True, 2, 0]  # e and f follow the expert
    assert cases.loc["e"].tolist() == [False, 1, 0]  # f follows; c is an expert and does not count
    assert cases.loc["f"].tolist() == [False, 0, 1]
    assert len(cases) == 3  # the first and the last have no full window around them


def test_answers_on_a_company_are_whole():
    answers = [reference(book(), table(), panel()), early_warning(book(), table(), panel().as_of)]
    old = panel("2025-06-30")
    then = features("2025-06-30")
    frame = pd.DataFrame({"customer_id": then.index, "type": typer().predict(then), "new": then["new"].to_numpy()})
    answers.append(growth(frame, old, panel()))
    rows = worth_table(answers)
    assert rows["type"].tolist() == ["image-maker", "expert", "prospect"]
    told = rows[rows["low"].notna()]
    assert (told["low"] <= told["estimate"]).all() and (told["estimate"] <= told["high"]).all()


def test_intervals_of_the_odds_ratio_cover():
    """A small version of benchmarks/type_worth.py."""
    draw, hits = np.random.default_rng(1), 0
    for _ in range(100):
        customers = np.repeat(np.arange(80), 3)
        with_ = draw.random(240) < 0.4
        won = draw.random(240) < np.where(with_, 0.55, 0.43)
        counts = _counts(customers, 2 * with_ + won, 4)
        low, high = ratio_interval(counts, lambda sums: _mantel_haenszel(sums.reshape(-1, 1, 4)))
        hits += low <= (0.55 / 0.45) / (0.43 / 0.57) <= high
    assert hits >= 90

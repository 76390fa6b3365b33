"""Tables of the second half of the churn page: what they show, and what they say where there is nothing."""

import pandas as pd
import pytest

from kamlib import churn
from kamlib.book import open_book

LINES = pd.DataFrame({"customer_id": ["a", "b"], "date": ["2024-01-05", "2024-02-05"], "amount": [10, 20]})
NAMES = pd.DataFrame({"customer_id": ["a", "b"], "name": ["<b>Ada</b>", "Bob"]})
BOOK = open_book({"ledger": LINES, "accounts": NAMES})
RISK = pd.DataFrame(
    [("late", 0.4, 0.2, 0.6, 900, 300, "silent"), ("active", 0.1, 0.0, 0.2, 800, 20, "silent")],
    columns=["state", "probability", "low", "high", "year_cents", "loss_cents", "reasons"],
    index=["a", "b"],
)


def scores(**areas):
    told = {"origin": pd.Timestamp("2024-01-31"), "scope": "all", "n": 20, "trouble": ""}
    return pd.DataFrame([told | {"candidate": name, "auc": area} for name, area in areas.items()])


def test_risk_is_shown_with_names_and_nothing_of_a_book_runs():
    shown = churn.risk_shown(RISK, BOOK, as_of="2024-03-31", caption="At risk", n=5)
    assert "40.0 %" in repr(shown) and "20.0 to 60.0 %" in repr(shown)
    assert "<b>" not in shown._repr_html_()


@pytest.mark.parametrize(
    "shown",
    [
        churn.risk_shown(RISK.iloc[:0], BOOK, as_of="2024-03-31", caption="", n=5, otherwise="too short."),
        churn.marked_shown(None, BOOK, as_of="2024-03-31", caption="", n=5, otherwise="too short."),
        churn.scores_shown(scores(), scope="all", caption=""),
        churn.alive_shown(None, caption="", otherwise="too short."),
        churn.outlook_shown(pd.DataFrame(), BOOK, of="sales", as_of="2024-03-31", caption="", n=5),
        churn.outlook_shown(RISK, BOOK, of="profit", as_of="2024-03-31", caption="", n=5),
        churn.fared_shown(pd.DataFrame(), caption=""),
    ],
)
def test_where_there_is_nothing_a_sentence_says_so(shown):
    assert repr(shown).startswith("Cannot tell: ")


def test_losers_are_shown_below_the_winners():
    told = churn.scores_shown(scores(recency=0.7, alarm=0.8, rhythm=0.6), scope="all", caption="Scores")
    assert [row[0][1] for row in told.rows] == ["alarm", "recency", "rhythm"]


def test_who_had_no_answer_is_named_with_the_reason():
    silent = scores(**{"Pareto/NBD: P(alive)": None, "alarm": 0.8})
    silent.loc[0, "trouble"] = "The fit did not converge."
    assert "**" not in repr(churn.unheard(silent)) and "Pareto/NBD (The fit did not converge)" in repr(
        churn.unheard(silent)
    )
    assert "Every candidate" in repr(churn.unheard(scores(alarm=0.8))) and "Nobody" in repr(churn.unheard(scores()))

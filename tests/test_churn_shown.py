"""Tables of the second half of the churn page: what they show, and what they say where there is nothing."""

import pandas as pd
import pytest

from kamlib import churn
from kamlib.book import open_book
from kamlib.run.findings import Finding

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
        churn.outlook_shown(pd.DataFrame(), BOOK, of="sales", as_of="2024-03-31", caption="", n=5, otherwise="short."),
        churn.outlook_shown(RISK, BOOK, of="profit", as_of="2024-03-31", caption="", n=5),
        churn.fared_shown(pd.DataFrame(), caption=""),
    ],
)
def test_where_there_is_nothing_a_sentence_says_so(shown):
    assert repr(shown).startswith("Cannot tell: ")


def test_where_no_account_is_a_key_account_that_is_said():
    asked = {"as_of": "2024-03-31", "caption": "", "n": 5}
    assert repr(churn.outlook_shown(pd.DataFrame(), BOOK, of="sales", **asked)) == churn.NO_KEYS
    assert repr(churn.risk_shown(RISK.iloc[:0], BOOK, nobody=churn.NO_KEYS, **asked)) == churn.NO_KEYS


def test_the_alarm_in_words():
    asked = {"default": "alarm", "horizon_days": 180, "otherwise": "too short."}
    level = Finding("churn.alarm_level", "Level", 0.2, "share", 0.1, 0.3)

    def said(n, listed, *loss):
        found = [level, Finding("churn.alarm_accounts", "Listed", listed, "accounts", n=n),
                 Finding("churn.alarm_loss", "Loss", *loss[:1], "money EUR", *loss[1:])]  # fmt: skip
        return repr(churn.alarm_words({f.key: f for f in found}, 40, True, **asked))

    some = said(9, 2, 500, 100, 900)
    assert "more: 2 of 9; to be expected lost with key accounts: 5 EUR (95 % interval 1 to 9 EUR)." in some
    assert "none of 9; no loss of sales is expected." in said(9, 0, 0)
    assert churn.NO_KEYS in said(0, 0, 0) and " of 0" not in said(0, 0, 0) and "EUR" not in said(0, 0, 0)
    assert repr(churn.alarm_words({}, 40, None, **asked)) == "Cannot tell: too short."


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

"""What the first page says of the other pages: sentences, the list of key accounts, the claims."""

import pandas as pd
import pytest

from kamlib import summary
from kamlib.book import open_book
from kamlib.run import Finding, Run, RunError

LEDGER = pd.DataFrame({"customer_id": ["a", "b"], "date": ["2025-02-05", "2025-02-06"], "amount": [2.0, 1.0]})
LOSSES = [
    Finding("churn.active", "Active", 30, "accounts"), Finding("churn.too_young", "Too young", 4, "accounts"),
    Finding("churn.lost", "Lost", 2, "accounts"), Finding("churn.late", "Late", 0, "accounts"),
    Finding("churn.losses", "Losses found", 4, "accounts"), Finding("churn.false_alarms", "False", 1, "accounts"),
    Finding("churn.rate", "Rate", 0.02, "share", 0.01, 0.04), Finding("churn.trend", "Trend", "rising", "word"),
    Finding("churn.stake", "At stake", 12_00, "money EUR"), Finding("churn.gross_retention", "Kept", 0.8, "share"),
    Finding("churn.net_retention", "Kept with growth", 1.1, "share"),
]  # fmt: skip
NEXT = [
    Finding("churn.alarm_accounts", "On the alarm list", 1, "accounts", n=20),
    Finding("churn.alarm_loss", "Sales to be expected lost", 50_00, "money EUR", 20_00, 90_00),
    Finding("churn.alarm_auc", "Area", 0.9, "share", 0.8, 0.95),
]
TYPES = [
    Finding("client_types.told", "Told", "expert", "word"),
    Finding("client_types.breadwinners", "Breadwinners, with 10 % of sales or more", 1, "accounts"),
    Finding("client_types.prospects", "Prospects", None, "accounts"),
    Finding("client_types.experts", "Experts", 7, "accounts"),
    Finding("client_types.disputed", "Disputed", 3, "accounts"),
]


def by_key(found):
    return {f.key: f for f in found}


def test_losses_in_words():
    text = repr(summary.losses_words(by_key(LOSSES)))
    assert text.startswith("2 accounts lost and none late,")
    assert "losses found: 4; of these false alarms, as estimated: 1" in text
    assert "2.0 % (95 % interval 1.0 to 4.0 %) of the accounts a month" in text and text.count("Rising.") == 1
    assert "bought 12 EUR in their last year" in text and "80.0 % was kept, and 110.0 % with what" in text


def test_a_ledger_too_short_for_losses_says_so():
    short = by_key(LOSSES) | by_key([Finding("churn.losses", "Losses found", None, "accounts")])
    assert repr(summary.losses_words(short)).endswith("The ledger is too short to count losses by month.")
    one_year = by_key(LOSSES) | by_key([Finding("churn.gross_retention", "Kept", None, "share")])
    assert repr(summary.losses_words(one_year)).endswith("bought 12 EUR in their last year.")


def test_who_is_next_where_the_alarm_could_tell():
    text = repr(summary.losses_words(by_key([*LOSSES, *NEXT])))
    assert "Who is next? Sales to be expected lost: 50 EUR (95 % interval 20 to 90 EUR); 1 of 20 stand" in text
    assert text.endswith("put that one first in 90.0 % (95 % interval 80.0 to 95.0 %) of cases.")
    silent = Finding("churn.alarm_loss", "Sales to be expected lost", None, "money EUR")
    assert "Who is next? This ledger cannot tell" in repr(summary.losses_words(by_key([*LOSSES, NEXT[0], silent])))


def test_types_in_words_name_only_what_can_be_told():
    text = repr(summary.types_words(by_key(TYPES)))
    assert text == (
        "Breadwinners, with 10 % of sales or more: 1; by the written rule about 7 experts. "
        "The written rule and the mixture name different types for 3 accounts."
    )
    alone = repr(summary.types_words(by_key([*TYPES[:3], TYPES[4]])))
    assert "This ledger tells no other type" in alone and "different types" not in alone


def test_pages_that_did_not_run_are_said_to_be_missing():
    assert repr(summary.losses_words({})) == "The page on losses is no part of this report."
    assert repr(summary.types_words({})) == "The page on client types is no part of this report."
    assert repr(summary.key_words({}, period="2024")) == "The page on segmentation is no part of this report."
    assert repr(summary.claims_shown(LOSSES)) == "No claim was tested in this report."
    nothing = summary.concentration_shown(summary.concentration_table(None, None))
    assert repr(nothing) == "The page on segmentation is no part of this report."


def test_claims_are_listed_with_page_and_verdict_as_a_badge():
    claim = Finding("segmentation.expected_key_share", "Share <b>", 0.4, "share", 0.3, 0.5, verdict="supported")
    luck = Finding("summary.expected_change", "Change", 1, "money EUR", verdict="cannot tell")
    shown = summary.claims_shown([claim, luck, *LOSSES])
    html = shown._repr_html_()
    assert len(shown.rows) == 1 and '<strong class="verdict verdict-supported">supported</strong>' in html
    assert "Share &lt;b&gt;" in html and "Segmentation" in html


@pytest.fixture
def job():
    """A run with a list of key accounts, a on it and b beside it."""
    run = Run(None, as_of="2025-02-28")
    run.book = open_book({"ledger": LEDGER}, name="tiny")
    listed = {"value": 200, "share": 0.7, "expected": 0.6, "low": 0.5, "high": 0.7, "probability": 0.9}
    index = pd.Index(["a", "b"], name="customer_id")
    run.save_frame("key_accounts", pd.DataFrame(listed | {"key": [True, False]}, index=index))
    classes = {"abc": "A", "shown": ["A, has probably left", "A"]}
    run.save_frame("class_ahead", pd.DataFrame(classes, index=index))
    run.save_findings("02_segmentation", [])
    return run


MEASURE = {"segmentation.measure": Finding("segmentation.measure", "Measure", "sales", "word")}


def shown(job):
    return summary.key_accounts_shown(job, MEASURE, period="2024", unit="EUR")


def test_key_accounts_have_type_and_state_where_those_pages_ran(job):
    heads = [c.label for c in shown(job).columns]
    assert "A, has probably left" in [text for _, text in shown(job).rows[0]]
    assert "Type" not in heads and "Buys" not in heads and len(shown(job).rows) == 1
    index = pd.Index(["a"], name="customer_id")
    job.save_frame("client_types", pd.DataFrame({"customer_id": ["b", "a"], "said": ["expert", "prospect"]}))
    job.save_frame("churn_states", pd.DataFrame({"state": ["late"]}, index=index))
    job.save_frame("alarm", pd.DataFrame({"probability": [float("nan")]}, index=index))
    assert [c.label for c in shown(job).columns] == heads  # who saved it is no part of the report
    job.save_findings("03_client_types", [])
    job.save_findings("04_churn", [])
    text = [text for _, text in shown(job).rows[0]]
    assert "prospect" in text and "late" in text and "Silent next" not in [c.label for c in shown(job).columns]
    job.save_frame("alarm", pd.DataFrame({"probability": [0.25]}, index=index))
    assert "25 %" in [text for _, text in shown(job).rows[0]]


def test_no_table_is_shown_where_there_is_no_key_account(job):
    table = job.saved("key_accounts", by="02_segmentation")
    job.save_frame("key_accounts", table.assign(key=False))
    assert repr(shown(job)) == "There is no key account to list."
    facts = by_key([
        *MEASURE.values(), Finding("segmentation.key_accounts", "Keys", 0, "accounts"),
        Finding("segmentation.line", "Line", 0.01, "share"), Finding("segmentation.largest_share", "L", 0.006, "share"),
    ])  # fmt: skip
    said = repr(summary.key_words(facts, period="2024"))
    assert said == ("There is no key account: none reaches 1.0 % of sales. The largest account holds 0.6 % of sales.")
    facts |= by_key([Finding("segmentation.largest_share", "L", None, "share")])
    assert "no account has a positive sum of sales" in repr(summary.key_words(facts, period="2024"))


def test_a_page_that_ran_and_saved_nothing_stops_the_summary(job):
    job.save_findings("04_churn", [])
    with pytest.raises(RunError, match="Notebook 04_churn is a part of this report and has not saved the frame 'churn"):
        shown(job)
    assert summary.missing(job) == [
        "The page on the ledger is no part of this report.", "The page on client types is no part of this report.",
    ]  # fmt: skip


def test_where_nobody_has_a_rhythm_nobody_is_said_to_be_lost():
    young = [Finding(f"churn.{k}", k, 0, "accounts") for k in ("active", "late", "lost")]
    text = repr(summary.losses_words(by_key(LOSSES) | by_key(young)))
    assert text.startswith("Who is late or lost cannot be told: too few accounts have bought twice")
    nobody = by_key(LOSSES) | by_key([Finding("churn.stake", "At stake", 0, "money EUR")])
    assert "0 EUR" not in repr(summary.losses_words(nobody))


def test_where_nothing_is_at_risk_no_sum_is_said():
    listed, none = (
        Finding("churn.alarm_accounts", "Listed", 0, "accounts", n=9),
        Finding("churn.alarm_loss", "Loss", 0, "money EUR", n=9),
    )
    text = repr(summary.losses_words(by_key([*LOSSES, listed, none])))
    assert "Of the key accounts no loss of sales is expected; none of 9 stand on the alarm list." in text
    nobody = Finding("churn.alarm_accounts", "Listed", 0, "accounts", n=0)
    text = repr(summary.losses_words(by_key([*LOSSES, nobody, none])))
    assert text.endswith("The alarm list is one of key accounts, and there is none.")

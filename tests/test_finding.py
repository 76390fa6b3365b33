"""What a notebook hands on reads as a person would say it, and what is not in the agreed form is refused."""

import json

import numpy as np
import pytest

from kamlib.run.findings import Change, Finding, in_words, ranked, read_finding
from kamlib.run.store import as_dict

QUIET = Change(
    "ledger.quiet", "Gone quiet", 70, "days", before=9, account="k17", cents=-1_250_000, cause="usual gap 9 days",
    probability=0.97,
)  # fmt: skip


def test_a_change_in_words():
    assert (QUIET.text_before, QUIET.text, QUIET.confidence) == ("9 days", "70 days", "97 %")
    new = Change("summary.new", "New", "first order", "word", probability=1)
    assert (new.text_before, new.confidence) == ("", "counted")


@pytest.mark.parametrize(
    ("probability", "words"), [(None, "cannot tell"), (0.999, "99 %"), (0.004, "0 %"), (1, "counted")]
)
def test_an_estimate_is_never_certain(probability, words):
    assert Change("ledger.quiet", "Q", 1, "days", probability=probability).confidence == words


@pytest.mark.parametrize(
    ("key", "facts", "says"),
    [
        ("chrun.quiet", {}, "its room one of kamlib's, not 'chrun.quiet'"),
        ("quiet", {}, "a change's key is `room.what`"),
        ("ledger.Gone quiet", {}, "a change's key is `room.what`"),
        ("ledger.quiet", {"cents": 12.5}, "cents of ledger.quiet are integer cents or None, not 12.5"),
        ("ledger.quiet", {"stake_cents": 12.5}, "stake_cents of ledger.quiet are integer cents or None, not 12.5"),
        ("ledger.quiet", {"probability": 97}, "from 0 to 1 or None, not 97"),
    ],
)
def test_a_change_that_is_not_in_form_is_refused(key, facts, says):
    with pytest.raises(ValueError, match=says):
        Change(key, "Quiet", 1, "days", **facts)


def test_findings_and_changes_come_back_from_json():
    stored = json.loads(json.dumps([as_dict(f) for f in (QUIET, Finding("a.b", "A", 0.5, "share"))]))
    assert [read_finding(f) for f in stored] == [QUIET, Finding("a.b", "A", 0.5, "share")]
    numbers = Change("ledger.quiet", "Q", np.int64(3), "days", cents=np.int64(-5), probability=np.float64(0.5))
    assert read_finding(json.loads(json.dumps(as_dict(numbers)))).cents == -5


def test_a_change_of_a_report_that_knew_no_stake_is_read():
    old = {k: v for k, v in as_dict(QUIET).items() if k != "stake_cents"}
    assert read_finding(old).stake_cents is None and read_finding(old).account == QUIET.account


def test_what_is_at_stake_counts_by_its_probability():
    """Likely losses first; an order is itself; of what cannot be told half; what has no money is last."""
    lines = {
        "order": {"cents": 17_88, "stake_cents": 58_21_00, "probability": 1}, "likely": {"stake_cents": 9_000_00,
        "probability": 0.9}, "unlikely": {"stake_cents": 20_000_00, "probability": 0.02}, "untold": {"stake_cents":
        10_000_00}, "new": {"cents": 4_000_00, "probability": 1}, "maybe": {"probability": 0.4},
        "letter": {"probability": 0.99},
    }  # fmt: skip
    made = [Change("ledger.quiet", "Q", 1, "days", account=name, **facts) for name, facts in lines.items()]
    assert [c.account for c in ranked(made)] == ["likely", "order", "untold", "new", "unlikely", "letter", "maybe"]
    assert made[-1].weight is None and made[0].weight == 58_21_00


def test_half_an_interval_is_none():
    whole = Finding("a.b", "A", 0.5, "share", low=0.4, high=0.6)
    assert whole.interval == "40.0 to 60.0 %" and f"{whole:ci}" == "50.0 % (95 % interval 40.0 to 60.0 %)"
    for part in ({}, {"low": 0.4}, {"high": 0.6}):
        finding = Finding("a.b", "A", 0.5, "share", **part)
        assert finding.interval == "" and f"{finding:ci}" == "50.0 %"


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, "share", "cannot tell"), (float("nan"), "accounts", "cannot tell"), ("late", "word", "late"),
        (0.5, "share", "50.0 %"), (-0.0001, "share", "0.0 %"), (123_456, "money EUR", "1,235 EUR"),
        (123_456.0, "money EUR", "1,235 EUR"), (1_000, "accounts", "1,000 accounts"), (1, "lines", "1 line"),
        (2.5, "lines", "2.50 lines"), (-3, "lines", "−3 lines"),
    ],
)  # fmt: skip
def test_numbers_read_as_they_are_written(value, unit, words):
    assert in_words(value, unit) == words


def test_a_number_in_a_sentence_may_be_none():
    assert [f"{Finding('a.b', 'A', n, 'accounts'):n}" for n in (0, 1, 12)] == ["none", "1", "12"]

"""What a run is compared with: today's ledger as of the earlier day, and what the report of that day published."""

import datetime as dt
import json

import pandas as pd
import pytest

from kamlib.book import open_book
from kamlib.earlier import Earlier
from kamlib.finding import Change, Finding
from kamlib.panel import build_panel
from kamlib.report.previous import differing, prepare_earlier
from kamlib.run import Run, open_run, save_book, save_panel, write_frame, write_json
from kamlib.settings import Settings

END, BEFORE = dt.date(2024, 2, 29), dt.date(2024, 1, 31)
OLD, TODAY = (pd.DataFrame({"customer_id": ["k1"], "abc": [c]}) for c in "AB")


def publish(folder, settings):
    write_json(folder / "manifest.json", {"settings": settings.model_dump(), "control_totals": {"net_cents": 7}})
    write_json(folder / "findings.json", {"02": [{"key": "a.b", "says": "A", "value": 1, "unit": "lines"}]})
    write_frame(folder / "frames", "abc", OLD)


@pytest.fixture
def folder(tmp_path, tiny_book):
    """A run folder as of February, with what a report as of January published."""
    save_book(tiny_book, tmp_path / "work")
    save_panel(build_panel(tiny_book, as_of=END), tmp_path)
    publish(tmp_path / "work" / "previous", Settings())
    return tmp_path


def prepared(folder, book, **settings):
    settings = Settings(**settings)
    prepare_earlier(book, build_panel(book, as_of=END), settings, folder=folder)
    run = open_run(str(folder))
    run.save_frame("abc", TODAY)
    return run


def recomputed(earlier):
    return f"recomputed as of {earlier.as_of}"


def test_the_earlier_panel_is_todays_ledger_as_of_the_earlier_day(folder, tiny_book):
    panel = prepared(folder, tiny_book).earlier.panel
    fresh = build_panel(tiny_book, as_of=BEFORE)
    pd.testing.assert_frame_equal(panel.accounts, fresh.accounts)
    assert (panel.as_of, panel.start) == (BEFORE, fresh.start)


def test_what_was_published_is_used(folder, tiny_book):
    earlier = prepared(folder, tiny_book).earlier
    pd.testing.assert_frame_equal(earlier.frame("abc", recomputed), OLD)
    assert earlier.findings() == {"a.b": Finding("a.b", "A", 1, "lines")}
    assert earlier.published_totals() == {"net_cents": 7}


def test_what_was_published_with_other_settings_is_recomputed(folder, tiny_book):
    earlier = prepared(folder, tiny_book, key_share=0.02, seed=2).earlier
    assert earlier.differs == ("key_share", "seed")
    assert earlier.frame("abc", recomputed) == "recomputed as of 2024-01-31"
    assert (earlier.findings(), earlier.published_totals(), earlier.published_accounts()) == ({}, {}, None)


def test_a_setting_that_the_earlier_report_did_not_know_had_its_default(folder):
    report = folder / "work" / "previous"
    stored = json.loads((report / "manifest.json").read_text("utf-8"))
    del stored["settings"]["seed"]
    write_json(report / "manifest.json", stored)
    assert differing(report, Settings()) == []
    assert differing(report, Settings(seed=9)) == ["seed"]
    assert differing(report / "nowhere", Settings(seed=9)) == []


def test_what_was_not_published_is_recomputed(folder, tiny_book):
    run = prepared(folder, tiny_book)
    run.save_frame("newer", TODAY)
    assert run.earlier.frame("newer", recomputed) == "recomputed as of 2024-01-31"


def test_a_misspelt_frame_is_refused(folder, tiny_book):
    with pytest.raises(KeyError, match="no frame 'acb' to compare with an earlier one"):
        prepared(folder, tiny_book).earlier.frame("acb", recomputed)


def test_opened_by_hand_all_is_recomputed(tiny_book, monkeypatch):
    monkeypatch.setattr("kamlib.run.open_book", lambda source: tiny_book)
    run = Run(None, as_of="2024-02-29")
    run.frame("abc", lambda: TODAY)
    assert run.earlier.frame("abc", lambda then: len(then.panel.accounts)) == 1
    assert run.earlier.findings() == {} and not run.earlier.usable
    with pytest.raises(KeyError, match="no frame 'xyz'"):
        run.earlier.frame("xyz", recomputed)


def test_a_ledger_that_does_not_reach_back_has_nothing_to_compare(tmp_path):
    lines = pd.DataFrame({"customer": ["a", "b"], "date": ["2024-02-02", "2024-02-28"], "amount": [1, 2]})
    book = open_book({"ledger": lines})
    panel = build_panel(book, as_of=END)
    assert prepare_earlier(book, panel, Settings(), folder=tmp_path) is None
    assert not list(tmp_path.iterdir())
    save_book(book, tmp_path / "work")
    save_panel(panel, tmp_path)
    assert open_run(str(tmp_path)).earlier is None


def test_changes_are_ranked_by_money_and_kept_apart_from_findings(folder):
    run = open_run(str(folder))
    few, much, unknown = (Change("ledger.quiet", "Q", 1, "days", cents=c, account="k") for c in (-5, 900, None))
    run.save_findings("04", [few, Finding("ledger.lost", "Lost", 1, "accounts"), unknown])
    run.save_findings("05", [much])
    again = open_run(str(folder))
    assert again.changes() == [much, few, unknown] == run.changes()
    assert list(again.findings()) == ["ledger.lost"]


def test_an_earlier_report_without_frames_is_recomputed(tiny_book, tmp_path):
    publish(tmp_path, Settings())
    (tmp_path / "frames" / "abc.parquet").unlink()
    earlier = Earlier(BEFORE, tiny_book, lambda: None, frames=lambda: ["abc"], published=tmp_path)
    assert earlier.frame("abc", recomputed) == "recomputed as of 2024-01-31"
